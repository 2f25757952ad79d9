using HvIntegration.Api.Contract;
using HvIntegration.Broker.Live;
using HvIntegration.Broker.Queries;
using HvIntegration.Dashboard.Charts;
using HvIntegration.Dashboard.Models;
using HvIntegration.Model;
using HvIntegration.History;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Dashboard.Readers;

/// <summary>Who uses what of the host, now and over time.</summary>
internal sealed class HostUseReader(DashboardReader dashboard, HostReader host, BrokerState state, Inventory inventory, IHistoryReader history)
{
    // More lines than this cannot be told apart; the rest is one line.
    private const int LinesMax = 8;
    private const int StoresMax = 4;
    private const int AdaptersMax = 400;
    private const string Rest = "rest";
    private const string Root = "root";
    private static readonly string[] Drawn = [SignalIds.HostRunTotal, SignalIds.Ready, SignalIds.LpBusy, SignalIds.RootBusy];

    /// <summary>Use of the host in the newest second.</summary>
    public HostView Now()
    {
        var devices = host.Devices();
        var strip = dashboard.Strip(devices);
        var lines = inventory.Partitions.Select(Line).ToList();
        return new HostView(strip, [.. lines.OrderByDescending(l => l.Processors.Value ?? -1).ThenBy(l => l.Name, StringComparer.Ordinal)], Memory(strip, lines), strip.Stores, strip.Switches, Adapters(devices));
    }

    /// <summary>Charts for the VMs that use most now and for the stores there are.</summary>
    public static IReadOnlyList<PanelSpec> Panels(HostView now)
    {
        var vms = now.Vms.Where(v => v.Processors.Value is not null).Take(LinesMax).ToList();
        bool more = now.Vms.Count(v => v.Processors.Value is not null) > vms.Count;
        var panels = new List<PanelSpec>
        {
            new("vp", "Processor time", "processors", "{cpu}", false, now.Strip.LogicalProcessors,
            [
                new(Root, "root partition", "host", "area", "{cpu}", "root", Meaning: "Use by the host itself."),
                .. vms.Select((v, i) => new SeriesSpec($"{v.Id:N}", v.Name, "host", "area", "{cpu}", $"{i + 1}", true)),
                .. more ? (SeriesSpec[])[new(Rest, "all other VMs", "host", "area", "{cpu}", "10", true)] : [],
            ]),
            new("ready", "Ready, waited", "% of its vCPUs", "1", false, null,
                [.. vms.Select((v, i) => new SeriesSpec($"r{v.Id:N}", v.Name, "host", "line", "1", $"{i + 1}"))]),
        };
        var stores = now.Stores.Where(s => !s.IsSum).Take(StoresMax).ToList();
        if (stores.Count > 0)
        {
            panels.Add(new("iops", "Stores: operations", "per second", "{operation}/s", false, null,
                [.. stores.Select((s, i) => new SeriesSpec("o" + s.Name, s.Name, "host", "line", "{operation}/s", $"{i + 1}"))]));
            panels.Add(new("latency", "Stores: latency", "of an operation", "s", false, null,
                [.. stores.Select((s, i) => new SeriesSpec("l" + s.Name, s.Name, "host", "line", "s", $"{i + 1}"))]));
        }

        return panels;
    }

    /// <summary>Series of these charts.</summary>
    public async Task<ChartData> ChartAsync(IReadOnlyList<PanelSpec> panels, long from, long to, CancellationToken cancellation)
    {
        var found = new List<(string, IReadOnlyList<HistoryPoint>)>();
        var shown = panels[0].Series.Where(s => s.Id is not (Root or Rest)).Select(s => Guid.Parse(s.Id)).ToList();
        IReadOnlyList<HistoryPoint> busy = [];
        IReadOnlyList<HistoryPoint> root = [];
        foreach (var vm in shown)
        {
            var signals = (await history.QuerySignalsAsync(vm, Drawn, from, to, DashboardReader.PointsMax, cancellation)).ToDictionary(s => s.Series.Instance, s => s.Points, StringComparer.Ordinal);
            found.Add(($"{vm:N}", signals.GetValueOrDefault(SignalIds.HostRunTotal) ?? []));
            found.Add(($"r{vm:N}", signals.GetValueOrDefault(SignalIds.Ready) ?? []));
            busy = Longer(busy, signals.GetValueOrDefault(SignalIds.LpBusy));
            root = Longer(root, signals.GetValueOrDefault(SignalIds.RootBusy));
        }

        if (dashboard.Strip().LogicalProcessors is { } processors)
        {
            found.Add((Root, Scaled(root, processors)));
            if (panels[0].Series.Any(s => s.Id == Rest))
            {
                found.Add((Rest, Remaining(busy, processors, found.Where(f => !f.Item1.StartsWith('r')).Select(f => f.Item2).Append(Scaled(root, processors)))));
            }
        }

        await AddStoresAsync(panels, found, from, to, cancellation);
        return ChartData.Of(found, from, to, []);
    }

    /// <summary>The newest values of these charts.</summary>
    public ChartPoint Newest(HostView now, IReadOnlyList<PanelSpec> panels)
    {
        var values = new Dictionary<string, double?>(StringComparer.Ordinal);
        foreach (var vm in now.Vms)
        {
            values[$"{vm.Id:N}"] = ChartData.Rounded(vm.Processors.Value);
            values[$"r{vm.Id:N}"] = ChartData.Rounded(vm.Ready.Value);
        }

        foreach (var store in now.Stores)
        {
            values["o" + store.Name] = ChartData.Rounded(store.Iops.Value);
            values["l" + store.Name] = ChartData.Rounded(store.Latency.Value);
        }

        double? root = now.Strip.LogicalProcessors is { } n ? now.Strip.Root.Value * n : null;
        values[Root] = ChartData.Rounded(root);
        var shown = panels[0].Series.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        values[Rest] = ChartData.Rounded(now.Vms.Where(v => !shown.Contains($"{v.Id:N}")).Sum(v => v.Processors.Value ?? 0));
        var ids = panels.SelectMany(p => p.Series).Select(s => s.Id).Distinct(StringComparer.Ordinal);
        return new ChartPoint(state.View.Second, ids.ToDictionary(id => id, id => values.GetValueOrDefault(id), StringComparer.Ordinal));
    }

    private static IReadOnlyList<HistoryPoint> Longer(IReadOnlyList<HistoryPoint> a, IReadOnlyList<HistoryPoint>? b) => b is not null && b.Count > a.Count ? b : a;

    private static List<HistoryPoint> Scaled(IReadOnlyList<HistoryPoint> shares, int by) => [.. shares.Select(p => p with { Value = p.Value * by })];

    private static List<HistoryPoint> Remaining(IReadOnlyList<HistoryPoint> busy, int processors, IEnumerable<IReadOnlyList<HistoryPoint>> known)
    {
        var used = known.SelectMany(k => k).GroupBy(p => p.Second).ToDictionary(g => g.Key, g => g.Sum(p => p.Value));
        return [.. busy.Select(p => p with { Value = Math.Max(0, (p.Value * processors) - used.GetValueOrDefault(p.Second)) })];
    }

    private static List<MemoryPart> Memory(HostStrip strip, List<HostVmLine> lines)
    {
        if (strip.MemoryTotal.Value is not ({ } total and > 0))
        {
            return [];
        }

        var vms = lines.Where(l => l.Memory.Value > 0).OrderByDescending(l => l.Memory.Value).ToList();
        var parts = vms.Take(LinesMax * 2).Select((l, i) => new MemoryPart(l.Id, l.Name, l.Memory.Value!.Value, l.Memory.Value.Value / total, $"{(i % 9) + 1}")).ToList();
        double others = vms.Skip(LinesMax * 2).Sum(l => l.Memory.Value!.Value);
        if (others > 0)
        {
            parts.Add(new MemoryPart(null, $"{vms.Count - (LinesMax * 2)} more VMs", others, others / total, "10"));
        }

        double free = strip.MemoryAvailable.Value ?? 0;
        double host = total - free - parts.Sum(p => p.Bytes);
        if (host > total * 0.002)
        {
            parts.Add(new MemoryPart(null, "host", host, host / total, "root"));
        }

        if (free > 0)
        {
            parts.Add(new MemoryPart(null, "available", free, free / total, ""));
        }

        return parts;
    }

    private HostVmLine Line(PartitionInfo vm)
    {
        var report = state.View.Reports.GetValueOrDefault(vm.Id);
        Figure Of(string id) => DashboardReader.Find(report, id);
        return new HostVmLine(
            vm.Id, Shown.Name(vm.Name), Of(SignalIds.HostRunTotal), Of(SignalIds.Ready), Of(SignalIds.HostOverhead), Of(SignalIds.MemoryAssigned),
            Of(SignalIds.DiskHostIops), Of(SignalIds.DiskHostBytes), Of(SignalIds.NetHostBytes), Of(SignalIds.NetHostDropped));
    }

    private static IReadOnlyList<AdapterLine> Adapters(HostDevices devices) =>
    [
        .. devices.Adapters.OrderByDescending(a => (a.ReceiveBytesPerSecond ?? 0) + (a.TransmitBytesPerSecond ?? 0)).Take(AdaptersMax)
            .Select(a => new AdapterLine(
                Shown.Name(a.VmName), a.Vm, Shown.Name(a.Adapter),
                new Figure(a.ReceiveBytesPerSecond, "By/s", "measured", HostMetrics.NicIo.Name),
                new Figure(a.TransmitBytesPerSecond, "By/s", "measured", HostMetrics.NicIo.Name),
                new Figure(a.DroppedPerSecond, "{packet}/s", "measured", HostMetrics.NicDropped.Name))),
    ];

    private async Task AddStoresAsync(
        IReadOnlyList<PanelSpec> panels, List<(string, IReadOnlyList<HistoryPoint>)> found, long from, long to, CancellationToken cancellation)
    {
        if (panels.FirstOrDefault(p => p.Id == "iops") is not { } stores)
        {
            return;
        }

        var operations = await history.QueryAsync(Guid.Empty, HostMetrics.StoreOperations.Id, from, to, DashboardReader.PointsMax, cancellation);
        var times = await history.QueryAsync(Guid.Empty, HostMetrics.StoreOperationTime.Id, from, to, DashboardReader.PointsMax, cancellation);
        foreach (var store in stores.Series)
        {
            var perSecond = Sum(operations, store.Label);
            var time = Sum(times, store.Label);
            found.Add(("o" + store.Label, [.. perSecond.Values]));
            found.Add(("l" + store.Label,
            [
                .. perSecond.Values.Where(p => p.Value > 0 && time.ContainsKey(p.Second)).Select(p => p with { Value = time[p.Second].Value / p.Value }),
            ]));
        }
    }

    private static SortedDictionary<long, HistoryPoint> Sum(IReadOnlyList<HistorySeries> series, string store)
    {
        var sum = new SortedDictionary<long, HistoryPoint>();
        foreach (var point in series.Where(s => s.Series.Instance.StartsWith(store + "|", StringComparison.Ordinal)).SelectMany(s => s.Points))
        {
            sum[point.Second] = sum.TryGetValue(point.Second, out var known) ? known with { Value = known.Value + point.Value } : point;
        }

        return sum;
    }
}
