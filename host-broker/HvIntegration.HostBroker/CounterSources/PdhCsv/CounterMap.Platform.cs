using System.Text.RegularExpressions;
using HvIntegration.Engine.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.CounterSources.PdhCsv;

/// <content>The sets of the host as a whole: physical adapters and disks, switches, the bus per VM, lifecycle, the host's own memory.</content>
internal sealed partial class CounterMap
{
    private const double Bits = 0.125;
    private const double HundredNano = 1e-7;

    // Adapters of the root partition that are no wires.
    private static readonly string[] NoUplinks = ["Hyper-V Virtual Ethernet Adapter", "isatap", "Teredo", "Loopback", "6to4", "Kernel Debug", "WAN Miniport"];

    [GeneratedRegex(@"(?<letter>[A-Z]:)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LetterPattern();

    private void MapPlatform(int column, CounterPath path, string instance)
    {
        if (path.IsSet(HostSets.NetworkInterface))
        {
            MapUplink(column, path, path.Instance ?? "");
        }
        else if (path.IsSet(HostSets.Switch))
        {
            MapSwitchDrops(column, path, instance);
        }
        else if (path.IsSet(HostSets.DropReasons))
        {
            MapShortageDrop(column, path);
        }
        else if (path.IsSet(HostSets.PipeIo))
        {
            MapPipeDelay(column, path);
        }
        else if (path.IsSet(HostSets.LiveMigration) || path.IsSet(HostSets.SaveRestore))
        {
            MapActivity(column, path);
        }
        else if (path.IsSet(HostSets.PhysicalDisk))
        {
            // The letters of a physical disk tell which stores lie on it; where volumes were recorded they tell more.
            if (!_hasVolumes && LetterPattern().Match(instance) is { Success: true } letter)
            {
                MapStore(column, path, letter.Groups["letter"].Value.ToUpperInvariant());
            }
        }
        else if (path.IsSet(HostSets.ClusterVolume))
        {
            MapClusterVolume(column, path, instance);
        }
    }

    private void MapUplink(int column, CounterPath path, string adapter)
    {
        if (NoUplinks.Any(n => adapter.Contains(n, StringComparison.OrdinalIgnoreCase)) || IsTotal(adapter))
        {
            return;
        }

        switch (path.Counter.ToUpperInvariant())
        {
            case "BYTES RECEIVED/SEC":
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.UplinkIo, adapter, IoDirection.Receive), SampleForm.IntervalRate, 1);
                break;
            case "BYTES SENT/SEC":
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.UplinkIo, adapter, IoDirection.Transmit), SampleForm.IntervalRate, 1);
                break;
            case "BYTES TOTAL/SEC" when Sibling(path, "Bytes Received/sec") < 0 && Sibling(path, "Bytes Sent/sec") < 0:
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.UplinkIo, adapter, IoDirection.Both), SampleForm.IntervalRate, 1);
                break;
            case "CURRENT BANDWIDTH":
                Put(new HostTarget(Guid.Empty, HostSeries.Of(HostMetrics.UplinkSpeed, adapter), SampleForm.Gauge, Bits, path.Counter, [column]) { ZeroIsNone = true });
                break;
            case "PACKETS OUTBOUND DISCARDED":
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.UplinkDropped, adapter, IoDirection.Transmit), SampleForm.Cumulative, 1);
                break;
            case "PACKETS RECEIVED DISCARDED":
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.UplinkDropped, adapter, IoDirection.Receive), SampleForm.Cumulative, 1);
                break;
            case "OUTPUT QUEUE LENGTH":
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.UplinkQueueLength, adapter), SampleForm.Gauge, 1);
                break;
            default:
                break;
        }
    }

    private void MapSwitchDrops(int column, CounterPath path, string name)
    {
        if (Is(path, "Dropped Packets Incoming/sec"))
        {
            Add(column, Guid.Empty, HostSeries.Of(HostMetrics.SwitchDropped, name, IoDirection.Receive), SampleForm.IntervalRate, 1);
        }
        else if (Is(path, "Dropped Packets Outgoing/sec"))
        {
            Add(column, Guid.Empty, HostSeries.Of(HostMetrics.SwitchDropped, name, IoDirection.Transmit), SampleForm.IntervalRate, 1);
        }
    }

    private void MapShortageDrop(int column, CounterPath path)
    {
        bool incoming = path.Counter.StartsWith("Incoming ", StringComparison.OrdinalIgnoreCase);
        int space = path.Counter.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || !ShortageReasons.Contains(path.Counter[(space + 1)..], StringComparer.OrdinalIgnoreCase)
            || Adapter(path.BaseInstance) is not { } known)
        {
            return;
        }

        if (incoming ? _hasIncomingDrops : _hasOutgoingDrops)
        {
            // The adapter's own rate counts the same packets.
            return;
        }

        Add(
            column, known.Id, HostSeries.Of(HostMetrics.NicDropped, known.Adapter, incoming ? IoDirection.Receive : IoDirection.Transmit),
            SampleForm.Cumulative, 1, sum: true);
    }

    private void MapPipeDelay(int column, CounterPath path)
    {
        if (Is(path, "Receive QoS - Total Message Delay Time (100ns)") && _names.LongestKnown(path.BaseInstance) is { } known)
        {
            Add(column, known.Id, HostSeries.Of(HostMetrics.VmbusMessageDelay, known.Tail), SampleForm.Cumulative, HundredNano);
        }
    }

    private void MapActivity(int column, CounterPath path)
    {
        if (SuffixPattern().Match(path.BaseInstance) is not { Success: true } match)
        {
            return;
        }

        bool moves = path.IsSet(HostSets.LiveMigration);

        // A migration row stands while it goes on; a save row stands on after it, so only requests in work count there.
        if (moves ? path.Counter.Contains("Pass", StringComparison.OrdinalIgnoreCase) : path.Counter.Contains("Active", StringComparison.OrdinalIgnoreCase))
        {
            Put(new HostTarget(
                _names.Id(match.Groups["vm"].Value), HostSeries.Of(HostMetrics.VmActivity, moves ? "migration" : "checkpoint"), SampleForm.Gauge, 1,
                path.Set, [column])
            { AsPresence = true });
        }
    }

    private void MapClusterVolume(int column, CounterPath path, string volume)
    {
        if (IsTotal(volume))
        {
            return;
        }

        string store = "C:-CLUSTERSTORAGE-" + volume.ToUpperInvariant();
        foreach (string direction in (string[])[IoDirection.Read, IoDirection.Write])
        {
            string word = direction == IoDirection.Read ? "Read" : "Write";
            int operations = Sibling(path, word + "s/sec");
            if (Is(path, word + "s/sec"))
            {
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.StoreOperations, store, direction), SampleForm.IntervalRate, 1);
            }
            else if (Is(path, word + " Latency") && operations >= 0)
            {
                Put(new HostTarget(
                    Guid.Empty, HostSeries.Of(HostMetrics.StoreOperationTime, store, direction), SampleForm.IntervalRate, 1, path.Counter + " x operations", [column])
                { Times = [operations] });
            }
        }
    }

    // No counter tells the host's memory. What it can still give and what its VMs have makes nearly all of it.
    private void FinishMemory()
    {
        int total = Host(HostSets.NumaMemory, "Total MBytes");
        if (!_targets.ContainsKey((Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryAvailable))) && Host(HostSets.Memory, "Available MBytes") is >= 0 and var left)
        {
            Put(new HostTarget(
                Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryAvailable), SampleForm.Gauge, Mebi, @"Memory\Available MBytes of the root", [left])
            { Quality = SampleQuality.Estimated });
        }

        if (total >= 0)
        {
            Put(new HostTarget(Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryTotal), SampleForm.Gauge, Mebi, "Total MBytes", [total]));
            return;
        }

        if (!_targets.TryGetValue((Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryAvailable)), out var available))
        {
            return;
        }

        int[] assigned = [.. _targets.Values.Where(t => t.Series.MetricId == HostMetrics.MemoryAssigned.Id && t.Factor == Mebi).SelectMany(t => t.Columns)];
        if (assigned.Length > 0)
        {
            Put(new HostTarget(
                Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryTotal), SampleForm.Gauge, Mebi, "Available Memory + Physical Memory of all VMs",
                [.. available.Columns, .. assigned])
            { Quality = SampleQuality.Estimated, SkipMissing = true });
        }
    }

    private int Host(string set, string counter) => _index.TryGetValue(Key(set, "", counter), out int plain)
        ? plain
        : _index.TryGetValue(Key(set, Total, counter), out int total) ? total : -1;
}
