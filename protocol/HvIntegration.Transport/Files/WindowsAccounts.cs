using System.Runtime.Versioning;
using System.Security.Principal;

namespace HvIntegration.Transport.Files;

/// <summary>The accounts that may do everything with what the services own on Windows.</summary>
[SupportedOSPlatform("windows")]
public static class WindowsAccounts
{
    /// <summary>The group of administrators.</summary>
    public static SecurityIdentifier Administrators { get; } = new(WellKnownSidType.BuiltinAdministratorsSid, null);

    /// <summary>The account of the system itself, LocalSystem.</summary>
    public static SecurityIdentifier LocalSystem { get; } = new(WellKnownSidType.LocalSystemSid, null);

    /// <summary>The account of this process.</summary>
    public static SecurityIdentifier Own
    {
        get
        {
            using var own = WindowsIdentity.GetCurrent();
            return own.User!;
        }
    }

    /// <summary>Administrators, the system and the account of this process.</summary>
    public static IReadOnlyList<SecurityIdentifier> Trusted => [Administrators, LocalSystem, Own];
}
