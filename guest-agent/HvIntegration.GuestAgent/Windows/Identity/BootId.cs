using System.Runtime.Versioning;
using Microsoft.Win32;

namespace HvIntegration.GuestAgent.Windows.Identity;

/// <summary>A number that is the same for every start of the agent within one boot, and another after it.</summary>
/// <remarks>
/// Windows has none. A volatile registry key is dropped at shutdown, so a random number in one is exactly that: under <c>HKLM\SOFTWARE</c> where the
/// account may write, else under the account's own key (LocalService's is loaded from boot to shutdown). An account that has a number keeps it,
/// whatever others write later: a restart of the service must not look like a boot.
/// </remarks>
internal static class BootId
{
    /// <summary>Reads or creates the number.</summary>
    /// <exception cref="IOException">Neither key can be written.</exception>
    [SupportedOSPlatform("windows")]
    public static Guid Read() => Find(new RegistryBootStore(Registry.CurrentUser), new RegistryBootStore(Registry.LocalMachine), mayUseMachine: !Environment.UserInteractive);

    /// <summary>Reads both places before it creates anything.</summary>
    /// <param name="own">Place of the account.</param>
    /// <param name="machine">Place of the machine, which all accounts can read.</param>
    /// <param name="mayUseMachine">True for a service. A command in a console leaves nothing that a service could read.</param>
    /// <exception cref="IOException">Neither place can be written.</exception>
    internal static Guid Find(IBootStore own, IBootStore machine, bool mayUseMachine)
    {
        if ((own.Read() ?? machine.Read()) is { } known)
        {
            return known;
        }

        var id = Guid.NewGuid();
        return (mayUseMachine && machine.TryWrite(id)) || own.TryWrite(id)
            ? id
            : throw new IOException("no boot id: neither HKLM\\SOFTWARE\\HvIntegration-Boot nor the same key of HKCU can be written; run the agent as its service account or as administrator");
    }
}
