using HvIntegration.Model;
using HvIntegration.Engine.Timeline;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Signals;

/// <summary>Memory: what the guest really has left, against what the host believes it wants.</summary>
/// <remarks>Source: diagnosis reference, sections 2.2 and 4; memory needed as open-vm-tools derives it.</remarks>
internal static class MemorySignals
{
    private const double ReserveShare = 0.05;

    // Windows reads several pages with one hard fault; the wait is one disk operation for them all.
    private const double PagesPerFault = 4;

    public static void Derive(SignalInput input, SignalFrame frame)
    {
        var assigned = Level(input, frame, HostMetrics.MemoryAssigned, SignalCatalog.MemoryAssigned);
        Guest(input, frame, assigned);
        Paging(input, frame);
        var pressure = input.Host.Single(HostMetrics.MemoryPressure);
        var demand = input.HostValue(HostMetrics.MemoryDemand);
        if (pressure is not null)
        {
            frame.Add(SignalCatalog.MemoryPressure, pressure.At(input.Second), 0.005, pressure.Quality, pressure.Native);
        }
        else if (demand > 0 && assigned > 0)
        {
            frame.Add(SignalCatalog.MemoryPressure, demand / assigned, 0.005, SampleQuality.Measured, "demand divided by assigned memory");
        }
        else
        {
            frame.Missing(SignalCatalog.MemoryPressure, "this host reports no memory pressure for its VMs");
        }

        var maximum = input.HostValue(HostMetrics.MemoryMaximum);
        maximum = maximum > 0 ? maximum : input.Partition.MemoryMaximumBytes ?? double.NaN;
        if (maximum > 0 && assigned > 0)
        {
            frame.Add(SignalCatalog.MemoryMaximumUse, assigned / maximum, double.NaN, SampleQuality.Measured, "assigned memory divided by maximum memory");
        }
        else
        {
            frame.Missing(SignalCatalog.MemoryMaximumUse, "the maximum memory of the VM is not known");
        }

        Level(input, frame, HostMetrics.MemoryRemoved, SignalCatalog.MemoryRemoved);
        Level(input, frame, HostMetrics.MemoryAdded, SignalCatalog.MemoryAdded);
        Level(input, frame, HostMetrics.MemorySmartPaging, SignalCatalog.SmartPaging);
        if (input.Leaks.Trend is { } trend)
        {
            frame.Add(SignalCatalog.LeakGrowth, trend.PerHour, double.NaN, SampleQuality.Measured, trend.Source);
        }
    }

    private static void Guest(SignalInput input, SignalFrame frame, double assigned)
    {
        var limit = input.GuestValue(GuestMetrics.MemoryLimit);
        var quality = input.GuestLevel;
        if (!(limit > 0))
        {
            // Windows counters do not carry the size of memory: what the host lets the guest see stands for it.
            var visible = input.HostValue(HostMetrics.MemoryGuestVisible);
            limit = visible > 0 ? visible : assigned;
            quality = quality == SampleQuality.Measured ? SampleQuality.Estimated : quality;
        }

        var free = input.Guest.Single(GuestMetrics.MemoryAvailable);
        var available = free?.At(input.Second) ?? double.NaN;
        if (limit > 0 && available >= 0 && available <= limit * 1.01)
        {
            frame.Add(SignalCatalog.GuestMemoryAvailable, available / limit, double.NaN, quality, free!.Native);
            var sent = input.GuestValue(GuestMetrics.MemoryNeeded);
            var needed = sent > 0 ? sent : Math.Max(0, limit - Math.Max(0, available - (ReserveShare * limit)));
            frame.Add(SignalCatalog.GuestMemoryNeeded, needed, double.NaN, quality, "hvi.guest.memory.needed");
            frame.Add(SignalCatalog.GuestMemoryNeededShare, needed / limit, double.NaN, quality, "hvi.guest.memory.needed divided by the guest memory");
        }
        else
        {
            frame.Missing(
                SignalCatalog.GuestMemoryAvailable,
                available > limit ? "the guest reported more available memory than it has; ignored" : input.NoGuest);
        }

        var committed = input.GuestValue(GuestMetrics.MemoryCommitted) / input.GuestValue(GuestMetrics.MemoryCommitLimit);
        frame.Add(SignalCatalog.GuestCommit, committed >= 0 ? committed : double.NaN, double.NaN, input.GuestLevel, "hvi.guest.memory.committed divided by hvi.guest.memory.commit_limit");
    }

    private static void Paging(SignalInput input, SignalFrame frame)
    {
        foreach (var series in input.Guest.Of(GuestMetrics.PagingFaults))
        {
            if (series.First == "major")
            {
                Rate(input, frame, series, SignalCatalog.MajorFaults);
            }
        }

        foreach (var series in input.Guest.Of(GuestMetrics.PagingOperations))
        {
            Rate(input, frame, series, series.First == "in" ? SignalCatalog.SwapIn : SignalCatalog.SwapOut);
        }

        // Without pressure-stall counters: hard faults take as long as the disk takes.
        if (!frame.Has(SignalCatalog.PsiMemorySome) && frame.Has(SignalCatalog.MajorFaults) && frame.Has(SignalCatalog.GuestMemoryAvailable)
            && input.Guest.Of(GuestMetrics.PressureStalled).Count == 0)
        {
            var latency = DiskSignals.GuestLatency(input);
            var stalled = frame.Value(SignalCatalog.MajorFaults) / PagesPerFault * (double.IsNaN(latency) ? 0 : latency);
            frame.Add(SignalCatalog.PsiMemorySome, Math.Min(1, stalled), double.NaN, SampleQuality.Estimated, "estimated: hard faults times disk latency");
        }
    }

    private static double Level(SignalInput input, SignalFrame frame, MetricDefinition metric, SignalDefinition signal)
    {
        if (input.Host.Single(metric) is not { } series)
        {
            return double.NaN;
        }

        var value = series.At(input.Second);
        frame.Add(signal, value, double.NaN, series.Quality, series.Native);
        return value;
    }

    private static void Rate(SignalInput input, SignalFrame frame, TimelineSeries series, SignalDefinition signal)
    {
        var rate = series.At(input.Second);
        frame.Add(signal, rate, input.GuestEdges * rate, SampleQuality.Measured, series.Native);
    }
}
