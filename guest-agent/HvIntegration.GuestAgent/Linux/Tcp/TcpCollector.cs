using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Linux.Tcp;

/// <summary>TCP segments, retransmissions, dropped connection attempts; packets the receive soft interrupt lost.</summary>
/// <remarks>Sources: <c>/proc/net/snmp</c>, <c>/proc/net/netstat</c>, <c>/proc/net/softnet_stat</c>; counters since boot.</remarks>
internal sealed class TcpCollector(GuestRoot root) : ICollector
{
    private readonly KernelFile _snmp = new(root.Of("/proc/net/snmp"));
    private readonly KernelFile _netstat = new(root.Of("/proc/net/netstat"), 8 * 1024);
    private readonly KernelFile _softnet = new(root.Of("/proc/net/softnet_stat"));
    private readonly SnmpTable _tcp = new("Tcp:", "InSegs", "OutSegs", "RetransSegs");
    private readonly SnmpTable _extended = new("TcpExt:", "ListenDrops");
    private readonly int[] _slots = new int[6];
    private bool _tcpDefined;
    private bool _listenDefined;
    private bool _softnetDefined;

    /// <inheritdoc/>
    public string Name => "tcp";

    /// <inheritdoc/>
    public CollectorSchedule Schedule => CollectorSchedule.EachInterval;

    /// <inheritdoc/>
    public CollectOutcome Collect(CollectorSeries series)
    {
        if (!_snmp.TryRead(out var text))
        {
            return _snmp.FailureOutcome;
        }

        if (!_tcp.Parse(text) || _tcp[0] < 0 || _tcp[1] < 0 || _tcp[2] < 0)
        {
            return CollectOutcome.Failed("/proc/net/snmp has no complete 'Tcp:' table");
        }

        if (!_tcpDefined)
        {
            _tcpDefined = true;
            _slots[0] = series.Define(GuestMetrics.TcpSegments, "receive");
            _slots[1] = series.Define(GuestMetrics.TcpSegments, "transmit");
            _slots[2] = series.Define(GuestMetrics.TcpRetransmitted);
        }

        series.Set(_slots[0], _tcp[0]);
        series.Set(_slots[1], _tcp[1]);
        series.Set(_slots[2], _tcp[2]);
        SetListenDrops(series);
        SetSoftnet(series);
        return CollectOutcome.Ok;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _snmp.Dispose();
        _netstat.Dispose();
        _softnet.Dispose();
    }

    private void SetListenDrops(CollectorSeries series)
    {
        if (!_netstat.TryRead(out var text) || !_extended.Parse(text) || _extended[0] < 0)
        {
            return;
        }

        if (!_listenDefined)
        {
            _listenDefined = true;
            _slots[3] = series.Define(GuestMetrics.TcpListenDrops);
        }

        series.Set(_slots[3], _extended[0]);
    }

    private void SetSoftnet(CollectorSeries series)
    {
        if (!_softnet.TryRead(out var text) || !SoftnetStat.TryParse(text, out var sums))
        {
            return;
        }

        if (!_softnetDefined)
        {
            _softnetDefined = true;
            _slots[4] = series.Define(GuestMetrics.SoftnetDropped, "dropped");
            _slots[5] = series.Define(GuestMetrics.SoftnetDropped, "squeezed");
        }

        series.Set(_slots[4], sums.Dropped);
        series.Set(_slots[5], sums.Squeezed);
    }
}
