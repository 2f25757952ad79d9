using HvIntegration.Cli.Terminal;
using HvIntegration.HostBroker.Composition;
using HvIntegration.Ingest.Streams;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.HyperV;
using HvIntegration.CounterSources.HyperV.Windows;
using HvIntegration.CounterSources.Pdh;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Transport.Files;
using HvIntegration.Transport.HvSocket;

namespace HvIntegration.HostBroker.Commands;

/// <summary>What of a Hyper-V host works for the broker, found without a broker: rights, counters, inventory, socket registration, guests' integration.</summary>
/// <param name="Lines">One line for each prerequisite.</param>
/// <param name="Report">All that was found, for a report; no name of the host, a VM, a path or a user is in it.</param>
[SupportedOSPlatform("windows")]
internal sealed record HostCheck(IReadOnlyList<CheckLine> Lines, string Report)
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private static readonly TimeSpan InventoryPatience = TimeSpan.FromSeconds(60);

    /// <summary>Looks; takes two seconds and the time of WMI.</summary>
    public static async Task<HostCheck> RunAsync(PdhOptions options, CancellationToken cancellation)
    {
        var inventory = new WmiInventory(InventoryPatience, TimeProvider.System);
        await using var source = new PdhCounterSource(options, inventory);
        bool asked = await Task.Run(() => inventory.WaitForFirst(InventoryPatience), cancellation);
        bool administrator = WindowsInstallation.IsAdministrator();
        var lines = new List<CheckLine>
        {
            new("rights", administrator, administrator
                ? "administrator or SYSTEM"
                : "neither administrator nor SYSTEM, so agents cannot connect. Run it in a console that was started as administrator"),
        };
        CounterReading? reading = null;
        double readMs = 0;
        try
        {
            var clock = new HostClock(TimeProvider.System);
            await source.ReadAsync(clock.NowNs, cancellation);
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
            long began = TimeProvider.System.GetTimestamp();
            reading = await source.ReadAsync(clock.NowNs, cancellation);
            readMs = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
            lines.AddRange(Counters(reading.Coverage));
        }
        catch (Exception e) when (e is IOException or DllNotFoundException or EntryPointNotFoundException)
        {
            lines.Add(new CheckLine("counters", false, e.Message));
        }

        lines.Add(Inventory(inventory, asked));
        lines.Add(HvSocketRegistration.IsRegistered(ProtocolLimits.HvSocketServiceId) == true
            ? new CheckLine("socket", true, $"service {ProtocolLimits.HvSocketServiceId:D} is registered: VMs can connect")
            : new CheckLine("socket", false, $"service {ProtocolLimits.HvSocketServiceId:D} is not registered: run hvi install as administrator"));
        lines.Add(new CheckLine("scheduler", true, HostReport.Words(inventory.Scheduler)));
        var vms = inventory.Directory.Vms;
        string system = await Task.Run(HostSystem.Read, cancellation);
        var report = new HostReport(
            $"{system}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSArchitecture}",
            [.. lines, .. vms.Index().Where(v => v.Item.State is PartitionState.Running).SelectMany(v => Guest(v.Item, FormattableString.Invariant($"VM {v.Index + 1}")))],
            vms, reading, readMs, inventory.Scheduler, TrustedFile.FolderFault(WindowsInstallation.DataFolder));
        lines.AddRange(vms.Where(v => v.State is PartitionState.Running).SelectMany(v => Guest(v, "guest " + Screen.Safe(v.Name, 40))));
        return new HostCheck(lines, report.Text());
    }

    private static IEnumerable<CheckLine> Counters(IReadOnlyList<CounterCoverage> coverage)
    {
        var missing = coverage.Where(c => c is { Missing: not null, IsOptional: false }).ToList();
        int there = coverage.Count(c => c.Missing is null);
        int optional = coverage.Count(c => c is { Missing: not null, IsOptional: true });
        yield return new CheckLine(
            "counters", missing.Count == 0,
            $"{there} of {coverage.Count} are available; {missing.Count} required and {optional} optional counters are missing (--report lists them)");
        foreach (var set in missing.GroupBy(c => (c.Set, c.Missing)))
        {
            yield return new CheckLine("counters", false, $"{set.Key.Set}: {string.Join(", ", set.Select(c => c.Counter))}: {set.Key.Missing}");
        }
    }

    private static CheckLine Inventory(WmiInventory inventory, bool asked) => (asked, inventory.Fault) switch
    {
        (false, _) => new CheckLine("inventory", false, $"WMI did not answer within {InventoryPatience.TotalSeconds} s"),
        (true, { } fault) => new CheckLine("inventory", false, fault),
        _ => new CheckLine("inventory", true, $"{inventory.Directory.Vms.Count} VMs; management service {inventory.ServiceState}"),
    };

    // An unenlightened guest costs the host emulation: that is a finding, with advice.
    private static IEnumerable<CheckLine> Guest(HyperVVm vm, string name)
    {
        foreach (var service in vm.Services.Where(s => s.IsWell == false))
        {
            yield return new CheckLine(name, false, $"integration service {service.Name}: {service.Text}{(vm.IntegrationVersion is { } version ? $" (its components: version {Screen.Safe(version, 64)})" : "")}");
        }

        if (vm.Nics.Any(n => n.IsLegacy))
        {
            yield return new CheckLine(
                name, false, "uses an emulated network adapter: the host emulates each packet. Use a synthetic adapter");
        }
    }
}
