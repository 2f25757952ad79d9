using System.Runtime.Versioning;
using System.Security;
using Microsoft.Win32;

namespace HvIntegration.GuestAgent.Windows.Identity;

/// <summary>A number that is the same for every start of the agent within one boot, and another after it.</summary>
/// <remarks>
/// Windows has none. A volatile registry key is dropped at shutdown, so a random number in one is exactly that: under
/// <c>HKLM\SOFTWARE</c> where the account may write, else under the account's own key (LocalService's is loaded from boot to shutdown).
/// </remarks>
[SupportedOSPlatform("windows")]
internal static class BootId
{
    private const string Path = @"SOFTWARE\HvIntegration-Boot";
    private const string ValueName = "BootId";

    /// <summary>Reads or makes the number.</summary>
    /// <exception cref="IOException">Neither key can be written.</exception>
    public static Guid Read()
    {
        foreach (RegistryKey hive in (ReadOnlySpan<RegistryKey>)[Registry.LocalMachine, Registry.CurrentUser])
        {
            if (TryRead(hive, out Guid id))
            {
                return id;
            }
        }

        throw new IOException($@"no boot id: neither HKLM\{Path} nor HKCU\{Path} can be written; run the agent as its service account or as administrator");
    }

    private static bool TryRead(RegistryKey hive, out Guid id)
    {
        id = Guid.Empty;
        try
        {
            using (RegistryKey? known = hive.OpenSubKey(Path))
            {
                if (Guid.TryParse(known?.GetValue(ValueName) as string, out id) && id != Guid.Empty)
                {
                    return true;
                }
            }

            using RegistryKey made = hive.CreateSubKey(Path, RegistryKeyPermissionCheck.Default, RegistryOptions.Volatile);
            id = Guid.NewGuid();
            made.SetValue(ValueName, id.ToString());
            return true;
        }
        catch (Exception e) when (e is SecurityException or UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }
}
