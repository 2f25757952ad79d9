using HvIntegration.Cli.Terminal;
using HvIntegration.HostBroker.Composition;
using HvIntegration.Ingest.Streams;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.HyperV;
using HvIntegration.CounterSources.HyperV.Windows;
using HvIntegration.CounterSources.Pdh;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Transport.HvSocket;

namespace HvIntegration.HostBroker.Commands;

/// <summary>What of a Hyper-V host works for the broker, found without a broker: rights, counters, inventory, socket registration, guests' integration.</summary>
/// <param name="Lines">One line for each prerequisite.</param>
/// <param name="Report">All that was found, for a report; no value of a guest is in it.</param>
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
        try
        {
            var clock = new HostClock(TimeProvider.System);
            await source.ReadAsync(clock.NowNs, cancellation);
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
            reading = await source.ReadAsync(clock.NowNs, cancellation);
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
        lines.AddRange(inventory.Directory.Vms.Where(v => v.State is PartitionState.Running).SelectMany(Guest));
        return new HostCheck(lines, Text(lines, reading, inventory));
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
    private static IEnumerable<CheckLine> Guest(HyperVVm vm)
    {
        foreach (var service in vm.Services.Where(s => s.IsWell == false))
        {
            yield return new CheckLine("guest " + Screen.Safe(vm.Name, 40), false, $"integration service {service.Name}: {service.Text}{(vm.IntegrationVersion is { } version ? $" (its components: version {Screen.Safe(version, 64)})" : "")}");
        }

        if (vm.Nics.Any(n => n.IsLegacy))
        {
            yield return new CheckLine(
                "guest " + Screen.Safe(vm.Name, 40), false, "uses an emulated network adapter: the host emulates each packet. Use a synthetic adapter");
        }
    }

    private static string Text(IReadOnlyList<CheckLine> lines, CounterReading? reading, WmiInventory inventory)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"hvi {ProductVersion.Text} on {Environment.OSVersion.VersionString}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSArchitecture}");
        text.AppendLine().AppendLine("## Checks");
        foreach (var line in lines)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{(line.Ok ? "ok  " : "FAIL")} {line.Name}: {line.Text}");
        }

        text.AppendLine().AppendLine("## Counters: set, counter, instances, missing because");
        foreach (var counter in reading?.Coverage ?? [])
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{counter.Set}\t{counter.Counter}\t{counter.Instances}\t{counter.Missing ?? "-"}");
        }

        text.AppendLine().AppendLine("## Samples of one second, by metric: how many, least, most");
        foreach (var group in (reading?.Samples ?? []).GroupBy(s => s.Series.MetricId).OrderBy(g => g.Key))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{MetricCatalog.Find(group.Key)!.Name}\t{group.Count()}\t{group.Min(s => s.Value):0.######}\t{group.Max(s => s.Value):0.######}");
        }

        text.AppendLine().AppendLine("## VMs: state, processors, disks, adapters, checkpoints, version of the integration components reported by the guest, integration services");
        foreach (var vm in inventory.Directory.Vms)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{vm.Id}\t{vm.StateText}\t{vm.VirtualProcessors}\t{vm.Disks.Count}\t{vm.Nics.Count}\t{vm.Checkpoints}\t{Screen.Safe(vm.IntegrationVersion ?? "-", 64)}\t{string.Join(", ", vm.Services.Select(s => $"{s.Name} {s.Text}"))}");
        }

        return text.ToString();
    }
}
