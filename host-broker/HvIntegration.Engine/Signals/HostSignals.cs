using HvIntegration.Model;
using HvIntegration.Engine.Timeline;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Signals;

/// <summary>What the whole host does: logical processors, root partition, pressure, memory left, network, bus.</summary>
/// <remarks>The root's own "% Processor Time" is not the host's load (diagnosis reference, section 13, trap 1): only hypervisor counters are used.</remarks>
internal static class HostSignals
{
    // Of one logical processor: whoever is on it waits.
    private const double FullShare = 0.95;

    /// <summary>Signals of the host that every VM's frame carries.</summary>
    public static readonly SignalDefinition[] Shared =
    [
        SignalCatalog.LpBusy, SignalCatalog.LpFull, SignalCatalog.RootBusy, SignalCatalog.HostPsiCpu, SignalCatalog.HostPsiIo, SignalCatalog.HostPsiMemory,
        SignalCatalog.HostMemoryAvailable, SignalCatalog.HostMemoryAvailableBytes, SignalCatalog.SwitchDropped, SignalCatalog.UplinkUse,
        SignalCatalog.UplinkDropped, SignalCatalog.BusThrottle,
    ];

    /// <summary>Derives the host's signals of one second.</summary>
    /// <param name="root">Host series of the host itself.</param>
    /// <param name="second">Host second.</param>
    /// <param name="assigned">Memory assigned to all VMs together, bytes; NaN when not reported.</param>
    /// <param name="frame">Where they go.</param>
    public static void Derive(SideTimeline root, long second, double assigned, SignalFrame frame)
    {
        Processors(root, second, frame);
        foreach (var series in root.Of(HostMetrics.HostStalled))
        {
            var signal = (series.First, series.Last) switch
            {
                ("cpu", "some") => SignalCatalog.HostPsiCpu,
                ("io", "some") => SignalCatalog.HostPsiIo,
                ("memory", "some") => SignalCatalog.HostPsiMemory,
                _ => null,
            };
            if (signal is not null)
            {
                frame.Add(signal, series.At(second), 0.001, series.Quality, series.Native);
            }
        }

        Memory(root, second, assigned, frame);
        Uplinks(root, second, frame);
        Sum(frame, SignalCatalog.SwitchDropped, root.Of(HostMetrics.SwitchDropped), second);
        Sum(frame, SignalCatalog.UplinkDropped, root.Of(HostMetrics.UplinkDropped), second);
        Sum(frame, SignalCatalog.BusThrottle, root.Of(HostMetrics.VmbusThrottleEvents), second);
    }

    /// <summary>Logical processors of the host; 0 when not known.</summary>
    public static double Processors(SideTimeline root, long second)
    {
        var count = root.Single(HostMetrics.LpCount)?.At(second) ?? double.NaN;
        if (count > 0)
        {
            return count;
        }

        var seen = 0;
        foreach (var series in root.Of(HostMetrics.LpRunTime))
        {
            seen += IsTotal(series) ? 0 : 1;
        }

        return seen;
    }

    /// <summary>Sum over the series that have a value; NaN when none has.</summary>
    public static double Sum(List<TimelineSeries> list, long second)
    {
        var sum = double.NaN;
        foreach (var series in list)
        {
            var value = series.At(second);
            sum = double.IsNaN(value) ? sum : double.IsNaN(sum) ? value : sum + value;
        }

        return sum;
    }

    private static void Processors(SideTimeline root, long second, SignalFrame frame)
    {
        var lps = root.Of(HostMetrics.LpRunTime);
        var sum = 0.0;
        var (count, full) = (0, 0);
        var average = double.NaN;
        foreach (var series in lps)
        {
            var share = series.At(second);
            if (double.IsNaN(share))
            {
                continue;
            }

            if (IsTotal(series))
            {
                average = share;
                continue;
            }

            sum += share;
            count++;
            full += share >= FullShare ? 1 : 0;
        }

        if (count > 0)
        {
            frame.Add(SignalCatalog.LpFull, (double)full / count, double.NaN, lps[0].Quality, lps[0].Native);
        }

        // Two reads apart by some milliseconds may show a full host as a little more than full.
        var busy = Math.Min(1, count > 0 ? sum / count : average);
        if (double.IsNaN(busy))
        {
            frame.Missing(SignalCatalog.LpBusy, "the host side did not report its logical processors");
        }
        else
        {
            frame.Add(SignalCatalog.LpBusy, busy, 0.01, lps[0].Quality, lps[0].Native);
        }

        var processors = Processors(root, second);
        var rootTime = root.Of(HostMetrics.RootRunTime);
        var rootSum = Sum(rootTime, second);
        if (processors > 0 && !double.IsNaN(rootSum))
        {
            frame.Add(SignalCatalog.RootBusy, rootSum / processors, 0.01, rootTime[0].Quality, rootTime[0].Native);
        }
    }

    private static void Memory(SideTimeline root, long second, double assigned, SignalFrame frame)
    {
        var available = root.Single(HostMetrics.HostMemoryAvailable);
        var left = available?.At(second) ?? double.NaN;
        if (available is null || double.IsNaN(left))
        {
            frame.Missing(SignalCatalog.HostMemoryAvailable, "the host side did not report its memory");
            return;
        }

        frame.Add(SignalCatalog.HostMemoryAvailableBytes, left, double.NaN, available.Quality, available.Native);
        var total = root.Single(HostMetrics.HostMemoryTotal)?.At(second) ?? double.NaN;
        if (total > 0)
        {
            frame.Add(SignalCatalog.HostMemoryAvailable, left / total, double.NaN, available.Quality, available.Native);
        }
        else if (assigned > 0)
        {
            // Perfmon logs do not carry the host's size: what the VMs have and what is left is nearly all of it.
            frame.Add(SignalCatalog.HostMemoryAvailable, left / (left + assigned), double.NaN, SampleQuality.Estimated, available.Native);
        }
        else
        {
            frame.Missing(SignalCatalog.HostMemoryAvailable, "the memory size of the host is not known");
        }
    }

    /// <summary>Bytes per second of the busiest physical adapter, both directions; NaN when none was reported. The busiest, not their sum: a team is listed beside its members.</summary>
    public static double BusiestUplink(SideTimeline root, long second)
    {
        var busiest = double.NaN;
        var adapters = root.Of(HostMetrics.UplinkIo);
        foreach (var series in adapters)
        {
            var both = 0.0;
            foreach (var other in adapters)
            {
                var value = other.BeforeLast == series.BeforeLast ? other.At(second) : double.NaN;
                both += double.IsNaN(value) ? 0 : value;
            }

            busiest = both <= busiest ? busiest : both;
        }

        return busiest;
    }

    private static void Uplinks(SideTimeline root, long second, SignalFrame frame)
    {
        var highest = double.NaN;
        TimelineSeries? busiest = null;
        foreach (var speed in root.Of(HostMetrics.UplinkSpeed))
        {
            var limit = speed.At(second);
            if (!(limit > 0))
            {
                continue;
            }

            foreach (var series in root.Of(HostMetrics.UplinkIo))
            {
                if (series.BeforeLast == speed.Key.Instance || series.Key.Instance == speed.Key.Instance)
                {
                    // Full duplex: the busier direction counts; a total of both is halved at most.
                    var use = series.At(second) / limit;
                    use = series.Key.Instance == speed.Key.Instance ? use / 2 : use;
                    if (use >= 0 && !(use <= highest))
                    {
                        (highest, busiest) = (use, series);
                    }
                }
            }
        }

        if (busiest is not null)
        {
            frame.Add(SignalCatalog.UplinkUse, highest, 0.01, busiest.Quality, busiest.Native);
        }
        else
        {
            frame.Missing(SignalCatalog.UplinkUse, "no physical adapter with a known speed was reported");
        }
    }

    private static void Sum(SignalFrame frame, SignalDefinition signal, List<TimelineSeries> list, long second)
    {
        if (list.Count > 0)
        {
            frame.Add(signal, Sum(list, second), double.NaN, list[0].Quality, list[0].Native);
        }
    }

    private static bool IsTotal(TimelineSeries series) => series.FirstNumber < 0 && series.First.Equals("_Total", StringComparison.OrdinalIgnoreCase);
}
