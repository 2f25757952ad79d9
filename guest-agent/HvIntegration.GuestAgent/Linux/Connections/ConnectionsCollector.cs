using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Tcp;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Linux.Connections;

/// <summary>TCP connections by state.</summary>
/// <remarks>
/// Sources: <c>/proc/net/sockstat</c> and <c>sockstat6</c> say how many there are. Up to 4,096 they are counted one by one in
/// <c>/proc/net/tcp</c> and <c>tcp6</c>; above, walking them would cost more than it tells, and only what the kernel counts
/// itself is given: established (<c>CurrEstab</c> of <c>/proc/net/snmp</c>, close-wait included) and time-wait. The kernel walks
/// its whole hash table for these two files, some milliseconds on a machine with much memory, so they are read once a minute.
/// </remarks>
internal sealed class ConnectionsCollector(GuestRoot root) : ICollector
{
    /// <summary>Most sockets that are walked.</summary>
    public const int SocketsMax = 4096;

    private const int Established = 1;
    private const int TimeWait = 6;

    private readonly KernelFile _totals = new(root.Of("/proc/net/sockstat"), 1024);
    private readonly KernelFile _totals6 = new(root.Of("/proc/net/sockstat6"), 1024);
    private readonly KernelFile _sockets = new(root.Of("/proc/net/tcp"), 16 * 1024);
    private readonly KernelFile _sockets6 = new(root.Of("/proc/net/tcp6"), 16 * 1024);
    private readonly KernelFile _snmp = new(root.Of("/proc/net/snmp"));
    private readonly SnmpTable _tcp = new("Tcp:", "CurrEstab");
    private readonly long[] _counts = new long[TcpStates.Names.Length];
    private readonly int[] _slots = new int[TcpStates.Names.Length];
    private readonly bool[] _defined = new bool[TcpStates.Names.Length];

    /// <inheritdoc/>
    public string Name => "connections";

    /// <inheritdoc/>
    public CollectorSchedule Schedule => new(60, 1000, true);

    /// <inheritdoc/>
    public CollectOutcome Collect(CollectorSeries series)
    {
        if (!_totals.TryRead(out var text))
        {
            return _totals.FailureOutcome;
        }

        var totals = TcpStates.Totals(text);
        var inUse6 = _totals6.TryRead(out text) ? TcpStates.Totals(text).InUse : 0;
        Array.Clear(_counts);
        if (totals.InUse + inUse6 + totals.TimeWait > SocketsMax)
        {
            _counts[TimeWait] = totals.TimeWait;
            _counts[Established] = _snmp.TryRead(out text) && _tcp.Parse(text) ? Math.Max(_tcp[0], 0) : 0;
            Set(series, true);
            return CollectOutcome.Ok;
        }

        if (!_sockets.TryRead(out text))
        {
            return _sockets.FailureOutcome;
        }

        TcpStates.Count(text, _counts);
        // A guest without IPv6 has no such file.
        if (_sockets6.TryRead(out text))
        {
            TcpStates.Count(text, _counts);
        }

        Set(series, false);
        return CollectOutcome.Ok;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _totals.Dispose();
        _totals6.Dispose();
        _sockets.Dispose();
        _sockets6.Dispose();
        _snmp.Dispose();
    }

    private void Set(CollectorSeries series, bool onlyTotals)
    {
        for (var state = 1; state < TcpStates.Names.Length - 1; state++)
        {
            if (onlyTotals && state is not (Established or TimeWait))
            {
                if (_defined[state])
                {
                    series.Retire(_slots[state]);
                    _defined[state] = false;
                }

                continue;
            }

            if (!_defined[state])
            {
                _slots[state] = series.Define(GuestMetrics.ConnectionCount, TcpStates.Names[state]);
                _defined[state] = true;
            }

            series.Set(_slots[state], _counts[state]);
        }
    }
}
