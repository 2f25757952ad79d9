using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Principal;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.Transport.Files;

namespace HvIntegration.GuestAgent.Windows.Installation;

/// <summary>What the package does to a Windows guest besides its files: the folder of the settings, and the right to read counters.</summary>
[SupportedOSPlatform("windows")]
internal static class MachinePreparation
{
    private static readonly SecurityIdentifier ServiceAccount = new(WellKnownSidType.LocalServiceSid, null);
    private static readonly SecurityIdentifier CounterReaders = new(WellKnownSidType.BuiltinPerformanceMonitoringUsersSid, null);

    /// <summary>Protects the folder, then adds the service's account to Performance Monitor Users.</summary>
    /// <param name="folder">Folder of the settings.</param>
    /// <param name="output">Takes one line for each.</param>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The caller is no administrator.</exception>
    public static void Run(string folder, TextWriter output)
    {
        string? aside = ProtectedFolder.Make(folder, ServiceAccount);
        output.WriteLine($"{folder} can be changed by administrators and the system only");
        if (aside is not null)
        {
            output.WriteLine($"an existing folder of that name belonged to a user; it was set aside and is not used: {aside}");
        }

        output.WriteLine(JoinCounterReaders());
    }

    // By SID: the names of groups differ by language. A domain controller has no local groups, and the agent works without.
    private static string JoinCounterReaders()
    {
        try
        {
            string name = CounterReaders.Translate(typeof(NTAccount)).Value;
            byte[] account = new byte[ServiceAccount.BinaryLength];
            ServiceAccount.GetBinaryForm(account, 0);
            int error = NetApi32.AddMember(name[(name.IndexOf('\\', StringComparison.Ordinal) + 1)..], account);
            return error is 0 or NetApi32.MemberInAlias
                ? $"{ServiceAccount} is a member of {name}"
                : string.Create(CultureInfo.InvariantCulture, $"{ServiceAccount} was not added to {name}: error {error}. Counters of sessions and GPUs may be missing");
        }
        catch (Exception e) when (e is IdentityNotMappedException or EntryPointNotFoundException or DllNotFoundException)
        {
            return $"this Windows has no group for readers of counters: {e.Message}";
        }
    }
}
