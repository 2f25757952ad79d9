using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Network;

/// <summary>Bytes, packets, errors and drops of every network adapter.</summary>
/// <remarks>
/// Source: <c>GetIfTable2</c>. Adapters are Ethernet and Wi-Fi interfaces that are not filters; where any of them drives
/// hardware (synthetic adapters of Hyper-V do), the ones that do not (debugger, teredo) are left out.
/// </remarks>
internal sealed class NetworkCollector() : WindowsCollector("network", new CollectorSchedule(1, 1000, true))
{
    private const int InterfacesMax = 1024;

    private readonly NativeBuffer _table = new(32 * 1024, InterfaceRow.FirstRow + (InterfacesMax * InterfaceRow.Bytes));
    private readonly Dictionary<ulong, Adapter> _adapters = [];
    private readonly List<ulong> _gone = [];
    private int _reads;

    /// <inheritdoc/>
    public override void Dispose() => _table.Dispose();

    /// <inheritdoc/>
    protected override CollectOutcome Read(CollectorSeries series)
    {
        int error = IpHlpApi.ReadInterfaces(_table, out int length);
        if (error != 0)
        {
            return OfError("GetIfTable2", error);
        }

        _reads++;
        ReadOnlySpan<byte> table = _table.Content(length);
        int count = InterfaceRow.CountIn(table);
        var onlyHardware = false;
        for (var index = 0; index < count; index++)
        {
            InterfaceRow row = InterfaceRow.At(table, index);
            onlyHardware |= row.IsAdapter && row.IsHardware;
        }

        for (var index = 0; index < count; index++)
        {
            InterfaceRow row = InterfaceRow.At(table, index);
            if (row.IsAdapter && (row.IsHardware || !onlyHardware))
            {
                Set(series, row);
            }
        }

        RetireGone(series);
        return _adapters.Count > 0 ? CollectOutcome.Ok : CollectOutcome.Unavailable("GetIfTable2 lists no network adapter");
    }

    private void Set(CollectorSeries series, InterfaceRow row)
    {
        if (!_adapters.TryGetValue(row.Luid, out Adapter? adapter))
        {
            adapter = new Adapter(series, row.Alias);
            _adapters.Add(row.Luid, adapter);
        }

        adapter.SeenAt = _reads;
        adapter.Set(series, 0, row.Receive);
        adapter.Set(series, 4, row.Transmit);
    }

    private void RetireGone(CollectorSeries series)
    {
        _gone.Clear();
        foreach (var (luid, adapter) in _adapters)
        {
            if (adapter.SeenAt != _reads)
            {
                _gone.Add(luid);
            }
        }

        foreach (ulong luid in _gone)
        {
            _adapters[luid].Retire(series);
            _adapters.Remove(luid);
        }
    }

    private sealed class Adapter(CollectorSeries series, string name)
    {
        private readonly int[] _slots =
        [
            series.Define(GuestMetrics.NetworkIo, name, "receive"),
            series.Define(GuestMetrics.NetworkPackets, name, "receive"),
            series.Define(GuestMetrics.NetworkErrors, name, "receive"),
            series.Define(GuestMetrics.NetworkDropped, name, "receive"),
            series.Define(GuestMetrics.NetworkIo, name, "transmit"),
            series.Define(GuestMetrics.NetworkPackets, name, "transmit"),
            series.Define(GuestMetrics.NetworkErrors, name, "transmit"),
            series.Define(GuestMetrics.NetworkDropped, name, "transmit"),
        ];

        public int SeenAt { get; set; }

        public void Set(CollectorSeries target, int first, in TrafficCounters values)
        {
            target.Set(_slots[first], values.Bytes);
            target.Set(_slots[first + 1], values.Packets);
            target.Set(_slots[first + 2], values.Errors);
            target.Set(_slots[first + 3], values.Dropped);
        }

        public void Retire(CollectorSeries target)
        {
            foreach (int slot in _slots)
            {
                target.Retire(slot);
            }
        }
    }
}
