using System.Runtime.Versioning;
using System.Security;
using Microsoft.Win32;

namespace HvIntegration.Transport.HvSocket;

/// <summary>The host's list of services that may talk to its VMs.</summary>
public static class HvSocketRegistration
{
    /// <summary>Key below HKLM; a sub-key per service GUID, without braces.</summary>
    public const string KeyPath = @"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization\GuestCommunicationServices";

    /// <summary>Whether the service has its key; null when the registry cannot be asked.</summary>
    public static bool? IsRegistered(Guid service) => OperatingSystem.IsWindows() ? Look(service) : null;

    /// <summary>Makes the service's key, or names it anew.</summary>
    /// <param name="service">Service GUID; the key has it without braces.</param>
    /// <param name="elementName">Friendly name, shown in counters.</param>
    /// <exception cref="UnauthorizedAccessException">Not an administrator.</exception>
    [SupportedOSPlatform("windows")]
    public static void Register(Guid service, string elementName)
    {
        using var key = Registry.LocalMachine.CreateSubKey($@"{KeyPath}\{service:D}", writable: true);
        key.SetValue("ElementName", elementName, RegistryValueKind.String);
    }

    /// <summary>Removes the service's key; nothing when there is none.</summary>
    /// <param name="service">Service GUID.</param>
    /// <exception cref="UnauthorizedAccessException">Not an administrator.</exception>
    [SupportedOSPlatform("windows")]
    public static void Unregister(Guid service) => Registry.LocalMachine.DeleteSubKeyTree($@"{KeyPath}\{service:D}", throwOnMissingSubKey: false);

    [SupportedOSPlatform("windows")]
    private static bool? Look(Guid service)
    {
        try
        {
            using var key = Registry.LocalMachine.OpenSubKey($@"{KeyPath}\{service:D}");
            return key is not null;
        }
        catch (Exception e) when (e is SecurityException or UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }
}
