using System.Runtime.Versioning;
using System.Security;
using Microsoft.Win32;

namespace HvIntegration.GuestAgent.Windows.Identity;

/// <summary>A volatile key of the registry.</summary>
/// <param name="hive">HKLM, or the account's own.</param>
[SupportedOSPlatform("windows")]
internal sealed class RegistryBootStore(RegistryKey hive) : IBootStore
{
    private const string KeyPath = @"SOFTWARE\HvIntegration-Boot";
    private const string ValueName = "BootId";

    /// <inheritdoc/>
    public Guid? Read()
    {
        try
        {
            using RegistryKey? known = hive.OpenSubKey(KeyPath);
            return Guid.TryParse(known?.GetValue(ValueName) as string, out Guid id) && id != Guid.Empty ? id : null;
        }
        catch (Exception e) when (e is SecurityException or UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public bool TryWrite(Guid id)
    {
        try
        {
            using RegistryKey made = hive.CreateSubKey(KeyPath, RegistryKeyPermissionCheck.Default, RegistryOptions.Volatile);
            made.SetValue(ValueName, id.ToString());
            return true;
        }
        catch (Exception e) when (e is SecurityException or UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }
}
