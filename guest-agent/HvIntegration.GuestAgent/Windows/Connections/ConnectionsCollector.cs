using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Connections;

/// <summary>TCP connections by state, both address families together.</summary>
/// <remarks>Source: <c>GetExtendedTcpTable</c>. More connections than fit into 4 MiB (170,000) are a failure, not a guess.</remarks>
internal sealed class ConnectionsCollector() : WindowsCollector("connections", new CollectorSchedule(15, 1000, true))
{
    private readonly NativeBuffer _table = new(16 * 1024, 4 * 1024 * 1024);
    private readonly long[] _counts = new long[TcpTable.Names.Length];
    private readonly int[] _slots = new int[TcpTable.Names.Length];
    private readonly bool[] _defined = new bool[TcpTable.Names.Length];

    /// <inheritdoc/>
    public override void Dispose() => _table.Dispose();

    /// <inheritdoc/>
    protected override CollectOutcome Read(CollectorSeries series)
    {
        Array.Clear(_counts);
        int error = IpHlpApi.ReadConnections(IpHlpApi.Ipv4, _table, out int length);
        if (error != 0)
        {
            return OfError("GetExtendedTcpTable", error);
        }

        TcpTable.Count(_table.Content(length), TcpTable.RowBytes, 0, _counts);
        // A guest without IPv6 has none to count.
        if (IpHlpApi.ReadConnections(IpHlpApi.Ipv6, _table, out length) == 0)
        {
            TcpTable.Count(_table.Content(length), TcpTable.Row6Bytes, TcpTable.State6Offset, _counts);
        }

        for (var state = 1; state < _counts.Length - 1; state++)
        {
            if (!_defined[state] && _counts[state] > 0)
            {
                _defined[state] = true;
                _slots[state] = series.Define(GuestMetrics.ConnectionCount, TcpTable.Names[state]);
            }

            if (_defined[state])
            {
                series.Set(_slots[state], _counts[state]);
            }
        }

        return CollectOutcome.Ok;
    }
}
