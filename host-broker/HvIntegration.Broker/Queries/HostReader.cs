using HvIntegration.Api.Contract;
using HvIntegration.Broker.Live;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Broker.Queries;

/// <summary>Who uses what of the host in the newest second; changes nothing.</summary>
internal sealed class HostReader(BrokerState state, Inventory inventory, LatestSamples latest, BrokerReader reader)
{
    private const int HostProcessesMax = 50;
    private static readonly char[] Separator = ['|'];

    /// <summary>Everything of the host.</summary>
    public HostAnswer Host()
    {
        var view = state.View;
        var host = latest.Fresh(Guid.Empty, view.Second);
        var devices = Devices(view, host);
        return new HostAnswer(
            reader.Source, view.Second, Values(view),
            [.. Of(host, HostMetrics.LpRunTime).OrderBy(r => r.Series.Instance.Length).ThenBy(r => r.Series.Instance, StringComparer.Ordinal)
                .Select(r => new LogicalProcessorView(r.Series.Instance, ApiText.Number(Math.Clamp(r.Value, 0, 1))))],
            new RootView(
                Sum(host, HostMetrics.RootRunTime),
                [.. Of(host, HostMetrics.HostProcessTime).OrderByDescending(r => r.Value).Take(HostProcessesMax).Select(r => new HostProcessView(r.Series.Instance, r.Value))]),
            devices.Memory, devices.Stores, devices.Switches, devices.Adapters, [.. inventory.Partitions.Select(p => Use(p, view.Reports.GetValueOrDefault(p.Id)))],
            [.. Signals(view)]);
    }

    /// <summary>What all VMs share, for the API and the dashboard alike.</summary>
    public HostDevices Devices()
    {
        var view = state.View;
        return Devices(view, latest.Fresh(Guid.Empty, view.Second));
    }

    private HostDevices Devices(BrokerView view, IReadOnlyList<HostRate> host)
    {
        var vms = inventory.Partitions.Select(p => (Info: p, Rates: latest.Fresh(p.Id, view.Second))).ToList();
        return new HostDevices(
            Sum(host, HostMetrics.LpCount),
            new HostMemoryView(Sum(host, HostMetrics.HostMemoryTotal), Sum(host, HostMetrics.HostMemoryAvailable), Total(vms.Select(v => Sum(v.Rates, HostMetrics.MemoryAssigned)))),
            Stores(host, vms), Switches(host), [.. vms.SelectMany(Adapters)]);
    }

    private static IReadOnlyList<HostValueView> Values(BrokerView view) =>
    [
        .. view.HostSamples
            .Select(s => (Sample: s, Metric: MetricCatalog.Find(s.Series.MetricId)))
            .Where(s => s.Metric is not null)
            .OrderBy(s => s.Sample.Series.MetricId).ThenBy(s => s.Sample.Series.Instance, StringComparer.Ordinal)
            .Select(s => new HostValueView(
                s.Metric!.Name, s.Sample.Series.Instance, ApiText.Number(s.Sample.Value),
                s.Sample.Form == SampleForm.IntervalRate ? s.Metric.Unit + "/s" : s.Metric.Unit,
                ApiText.Word(s.Sample.Quality), s.Sample.NativeName)),
    ];

    /// <summary>Every VM's report carries the host's signals; one of them is enough.</summary>
    private static IEnumerable<SignalView> Signals(BrokerView view) =>
        view.Reports.Values.OrderByDescending(r => r.Second).FirstOrDefault()?.Signals
            .Where(s => s.Id.StartsWith("host.", StringComparison.Ordinal)).Select(Views.Of) ?? [];

    private static VmUseView Use(PartitionInfo info, PartitionReport? report)
    {
        double? At(string id) => report?.Signals.FirstOrDefault(s => s.Id == id) is { } signal ? ApiText.Number(signal.Value) : null;
        return new VmUseView(
            info.Id, info.Name, ApiText.Word(info.State), info.VirtualProcessors, At(SignalIds.HostRunTotal), At(SignalIds.HostOverhead), At(SignalIds.Ready),
            At(SignalIds.MemoryAssigned), At(SignalIds.MemoryPressure), At(SignalIds.DiskHostIops), At(SignalIds.DiskDeviceLatency),
            At(SignalIds.NetHostBytes), At(SignalIds.NetHostDropped));
    }

    private static List<StoreView> Stores(IReadOnlyList<HostRate> host, List<(PartitionInfo Info, IReadOnlyList<HostRate> Rates)> vms)
    {
        var disks = vms.SelectMany(v => Of(v.Rates, HostMetrics.DiskStore).Select(r => (Parts: r.Series.Instance.Split(Separator, 2), v.Info, v.Rates)))
            .Where(d => d.Parts.Length == 2)
            .ToLookup(d => d.Parts[1], d => new StoreDiskView(
                d.Info.Id, d.Info.Name, d.Parts[0], Sum(d.Rates, HostMetrics.DiskOperations, d.Parts[0]), Sum(d.Rates, HostMetrics.DiskIo, d.Parts[0])), StringComparer.Ordinal);
        var names = host.Where(r => MetricCatalog.Find(r.Series.MetricId)?.Attributes is [var first, ..] && first == "hvi.store").Select(r => First(r.Series.Instance))
            .Concat(disks.Select(d => d.Key)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return [.. names.Select(name =>
        {
            // A store the host tells nothing of is at least what the disks on it do.
            double? own = Sum(host, HostMetrics.StoreOperations, name);
            double? operations = own ?? Total(disks[name].Select(d => d.OperationsPerSecond));
            double? time = Sum(host, HostMetrics.StoreOperationTime, name);
            return new StoreView(
                name, operations, Sum(host, HostMetrics.StoreIo, name) ?? Total(disks[name].Select(d => d.BytesPerSecond)),
                operations > 0 && time is { } t ? t / operations : null, Sum(host, HostMetrics.StoreQueueTime, name), own is null, [.. disks[name]]);
        })];
    }

    private static IEnumerable<AdapterView> Adapters((PartitionInfo Info, IReadOnlyList<HostRate> Rates) vm) =>
        Of(vm.Rates, HostMetrics.NicIo).Select(r => First(r.Series.Instance)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(nic => new AdapterView(
                vm.Info.Id, vm.Info.Name, nic, Sum(vm.Rates, HostMetrics.NicIo, nic + "|receive"), Sum(vm.Rates, HostMetrics.NicIo, nic + "|transmit"),
                Sum(vm.Rates, HostMetrics.NicPackets, nic), Sum(vm.Rates, HostMetrics.NicDropped, nic)));

    private static List<SwitchView> Switches(IReadOnlyList<HostRate> host) =>
    [
        .. Of(host, StackMetrics.SwitchIo).Concat(Of(host, HostMetrics.SwitchDropped)).Select(r => First(r.Series.Instance)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(name => new SwitchView(
                name, Sum(host, StackMetrics.SwitchIo, name + "|receive"), Sum(host, StackMetrics.SwitchIo, name + "|transmit"), Sum(host, HostMetrics.SwitchDropped, name))),
    ];

    private static IEnumerable<HostRate> Of(IReadOnlyList<HostRate> rates, MetricDefinition metric) => rates.Where(r => r.Series.MetricId == metric.Id);

    /// <summary>Sum over the series of a metric, all or those whose instance is or begins with this; null when there is none.</summary>
    private static double? Sum(IReadOnlyList<HostRate> rates, MetricDefinition metric, string? instance = null) =>
        Total(Of(rates, metric)
            .Where(r => instance is null || r.Series.Instance == instance || r.Series.Instance.StartsWith(instance + "|", StringComparison.Ordinal))
            .Select(r => ApiText.Number(r.Value)));

    private static double? Total(IEnumerable<double?> values)
    {
        double? sum = null;
        foreach (double? value in values)
        {
            sum = value is { } v ? (sum ?? 0) + v : sum;
        }

        return sum;
    }

    private static string First(string instance) => instance.Split(Separator, 2)[0];
}
