using HvIntegration.Model;
using HvIntegration.Engine.Timeline;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Signals;

/// <summary>Rates and drops of the adapters on both sides.</summary>
internal static class NetworkSignals
{
    private const double SegmentsMin = 20;
    private const double PacketsMin = 20;
    private const double BytesMin = 1e5;
    private const int TagTransmit = 1;
    private const int TagReceive = 2;
    private const int TagOther = 3;

    public static void Derive(SignalInput input, SignalFrame frame)
    {
        var second = input.Second;
        var received = Direction(input.Guest, GuestMetrics.NetworkIo, TagReceive, second);
        var sent = Direction(input.Guest, GuestMetrics.NetworkIo, TagTransmit, second);
        Add(frame, SignalCatalog.NetGuestReceive, received, input.Guest, GuestMetrics.NetworkIo);
        Add(frame, SignalCatalog.NetGuestTransmit, sent, input.Guest, GuestMetrics.NetworkIo);
        Add(frame, SignalCatalog.NetGuestDropped, HostSignals.Sum(input.Guest.Of(GuestMetrics.NetworkDropped), second), input.Guest, GuestMetrics.NetworkDropped);
        var bytes = HostSignals.Sum(input.Host.Of(HostMetrics.NicIo), second);
        var dropped = HostSignals.Sum(input.Host.Of(HostMetrics.NicDropped), second);
        var packets = HostSignals.Sum(input.Host.Of(HostMetrics.NicPackets), second);
        Add(frame, SignalCatalog.NetHostBytes, bytes, input.Host, HostMetrics.NicIo);
        Add(frame, SignalCatalog.NetHostDropped, dropped, input.Host, HostMetrics.NicDropped);
        if (packets + dropped >= PacketsMin)
        {
            frame.Add(SignalCatalog.NetHostDropShare, dropped / (packets + dropped), double.NaN, SampleQuality.Measured, frame.SourceOf(SignalCatalog.NetHostDropped));
        }

        var inside = (double.IsNaN(received) ? 0 : received) + (double.IsNaN(sent) ? 0 : sent);
        if (inside >= BytesMin && bytes >= 0)
        {
            frame.Add(SignalCatalog.NetConservation, bytes / inside, input.GuestEdges + input.HostEdges + 0.02, SampleQuality.Measured, "host bytes divided by guest bytes, all adapters");
        }

        Retransmits(input, frame);
    }

    private static void Retransmits(SignalInput input, SignalFrame frame)
    {
        var segments = Direction(input.Guest, GuestMetrics.TcpSegments, TagTransmit, input.Second);
        var again = input.Guest.Single(GuestMetrics.TcpRetransmitted);
        var rate = again?.At(input.Second) ?? double.NaN;
        if (segments >= SegmentsMin && rate >= 0)
        {
            frame.Add(SignalCatalog.Retransmits, rate / segments, 1 / segments, SampleQuality.Measured, again!.Native);
        }
        else
        {
            frame.Missing(SignalCatalog.Retransmits, double.IsNaN(segments) ? input.NoGuest : "too few segments in this second");
        }
    }

    // Directions are written "transmit"/"receive" by some sources and "sent"/"received" or "out"/"in" by others.
    private static double Direction(SideTimeline side, MetricDefinition metric, int direction, long second)
    {
        var sum = double.NaN;
        foreach (var series in side.Of(metric))
        {
            if (series.Tag == 0)
            {
                series.Tag = series.Last switch
                {
                    "transmit" or "sent" or "out" => TagTransmit,
                    "receive" or "received" or "in" => TagReceive,
                    _ => TagOther,
                };
            }

            if (series.Tag == direction)
            {
                var value = series.At(second);
                sum = double.IsNaN(value) ? sum : double.IsNaN(sum) ? value : sum + value;
            }
        }

        return sum;
    }

    private static void Add(SignalFrame frame, SignalDefinition signal, double value, SideTimeline side, MetricDefinition metric)
        => frame.Add(signal, value, double.NaN, SampleQuality.Measured, side.Single(metric)?.Native ?? metric.Name);
}
