using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Tcp;

/// <summary>TCP segments and retransmissions, both address families together.</summary>
/// <remarks>Sources: <c>GetTcpStatisticsEx2</c>; on a Windows before 10 1709 <c>GetTcpStatisticsEx</c>, whose 32-bit counters are carried on.</remarks>
internal sealed class TcpCollector() : WindowsCollector("tcp", CollectorSchedule.EachInterval)
{
    private readonly byte[] _answer = new byte[IpHlpApi.Statistics2Bytes];
    private readonly Carried32[] _received = new Carried32[2];
    private readonly Carried32[] _sent = new Carried32[2];
    private readonly Carried32[] _sentAgain = new Carried32[2];
    private int[]? _slots;
    private bool _isOld;

    /// <inheritdoc/>
    public override void Dispose()
    {
        // Nothing is kept open.
    }

    /// <inheritdoc/>
    protected override CollectOutcome Read(CollectorSeries series)
    {
        long received = 0;
        long sent = 0;
        long sentAgain = 0;
        var families = 0;
        var lastError = 0;
        for (var family = 0; family < 2; family++)
        {
            int error = Ask(family == 0 ? IpHlpApi.Ipv4 : IpHlpApi.Ipv6);
            if (error != 0)
            {
                // A guest without IPv6 still has IPv4.
                lastError = error;
                continue;
            }

            families++;
            TcpStatistics values = _isOld ? TcpStatistics.Parse1(_answer) : TcpStatistics.Parse2(_answer);
            received += _isOld ? _received[family].Advance((uint)values.Received) : (long)values.Received;
            sent += _isOld ? _sent[family].Advance((uint)values.Sent) : (long)values.Sent;
            sentAgain += _sentAgain[family].Advance(values.SentAgain);
        }

        if (families == 0)
        {
            return OfError("GetTcpStatisticsEx", lastError);
        }

        _slots ??=
        [
            series.Define(GuestMetrics.TcpSegments, "receive"),
            series.Define(GuestMetrics.TcpSegments, "transmit"),
            series.Define(GuestMetrics.TcpRetransmitted),
        ];
        series.Set(_slots[0], received);
        series.Set(_slots[1], sent);
        series.Set(_slots[2], sentAgain);
        return CollectOutcome.Ok;
    }

    private int Ask(uint family)
    {
        if (!_isOld)
        {
            try
            {
                return IpHlpApi.ReadStatistics2(family, _answer);
            }
            catch (EntryPointNotFoundException)
            {
                _isOld = true;
            }
        }

        return IpHlpApi.ReadStatistics(family, _answer);
    }
}
