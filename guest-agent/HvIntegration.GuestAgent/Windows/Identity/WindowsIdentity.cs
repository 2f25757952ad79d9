using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;
using Microsoft.Win32;

namespace HvIntegration.GuestAgent.Windows.Identity;

/// <summary>Reads who this guest is, once.</summary>
/// <remarks>
/// Sources: the registry, <c>SOFTWARE\Microsoft\Windows NT\CurrentVersion</c> and <c>SOFTWARE\Microsoft\Virtual Machine\Guest\Parameters</c>
/// (filled by the Data Exchange service from the host's side; absent when that is off), the runtime.
/// </remarks>
[SupportedOSPlatform("windows")]
internal static class WindowsIdentity
{
    private const int HintsMax = 32;
    private const string ParametersPath = @"SOFTWARE\Microsoft\Virtual Machine\Guest\Parameters";
    private const string VersionPath = @"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
    private const string SystemPath = @"HARDWARE\DESCRIPTION\System\BIOS";

    /// <summary>Reads the facts by which a host names this VM.</summary>
    /// <exception cref="IOException">No boot id can be kept: without it no sample has an address in history.</exception>
    public static GuestIdentity Read()
    {
        if (Kernel32.ReadMemory(out MemoryStatus memory) != 0)
        {
            memory = default;
        }

        return new GuestIdentity(
            OsFamily.Windows, ReadName(), Environment.OSVersion.Version.ToString(), LabelText.Cut(Environment.MachineName, ProtocolLimits.LabelBytesMax),
            BootId.Read(), Math.Max(1, Kernel32.ReadProcessorCount()), memory.TotalPhysical, ReadHints());
    }

    private static string ReadName()
    {
        using RegistryKey? key = Open(VersionPath);
        string product = key?.GetValue("ProductName") as string ?? "Windows";
        string display = key?.GetValue("DisplayVersion") as string ?? key?.GetValue("ReleaseId") as string ?? "";
        // The product name of Windows 11 still says 10: the build tells them apart.
        if (Environment.OSVersion.Version.Build >= 22000)
        {
            product = product.Replace("Windows 10", "Windows 11", StringComparison.Ordinal);
        }

        return LabelText.Cut($"{product} {display} ({RuntimeInformation.OSArchitecture})".Replace("  ", " ", StringComparison.Ordinal), ProtocolLimits.LabelBytesMax);
    }

    private static List<KeyValuePair<string, string>> ReadHints()
    {
        var hints = new List<KeyValuePair<string, string>>();
        using (RegistryKey? machine = Open(SystemPath))
        {
            Add(hints, "dmi.sys_vendor", machine?.GetValue("SystemManufacturer"));
            Add(hints, "dmi.product_name", machine?.GetValue("SystemProductName"));
        }

        using RegistryKey? parameters = Open(ParametersPath);
        foreach (string name in (parameters?.GetValueNames() ?? []).Order(StringComparer.Ordinal).Take(HintsMax))
        {
            Add(hints, LabelText.Cut(name, ProtocolLimits.LabelBytesMax), parameters!.GetValue(name));
        }

        return hints;
    }

    // Whatever its registry type, the value is shown as text.
    private static void Add(List<KeyValuePair<string, string>> hints, string key, object? value)
    {
        if (hints.Count < HintsMax && Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) is { Length: > 0 } text)
        {
            hints.Add(new(key, LabelText.Cut(text, ProtocolLimits.LabelBytesMax)));
        }
    }

    private static RegistryKey? Open(string path)
    {
        try
        {
            return Registry.LocalMachine.OpenSubKey(path);
        }
        catch (Exception e) when (e is SecurityException or UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }
}
