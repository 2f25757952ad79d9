using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Questions;

/// <summary>Questions about disks: slow, overdriven, at a quota.</summary>
internal static class Storage
{
    // Share of the time: a rare operation on a slow disk has no impact.
    private const double OutstandingMin = 0.05;
    private const double QueueMin = 0.5;
    private const double UsualRatio = 1.5;
    private const int SlowBackSeconds = 60;
    private const int SlowBeforeSeconds = 5;
    private const double SlowBeforeShare = 0.7;
    private const double HeldAboveShare = 0.8;
    private const double LargeOperation = 65_536;

    // A guest that floods its disk issues four times its usual operations and fills its own queue ten times and more; on a slow bus a
    // rise of the day makes the queue grow as well.
    private const double QueueRatio = 10;
    private const double FloodRatio = 2;

    // Of a second without completions: less than one operation, and at least one that waits.
    private const double NoOperation = 0.5;
    private const double WaitingMin = 1;
    private const double UsedMin = 5;
    private const int StalledSecondsMin = 2;
    private const int StalledBackSeconds = 60;

    /// <summary>A latency that hurts: above the fixed limit, or a multiple of its own normal.</summary>
    /// <remarks>Large operations take longer by themselves (QSO: 25 ms up to 64 KiB, 35 ms beyond): the multiple grows with their size.</remarks>
    public static Finding Slow(SignalWindow window, SignalDefinition latency)
    {
        var fixedLimit = window.AtLeast(latency, window.Limits.DiskLatencySeconds);
        var outstanding = Finding.FirstMeasured(window.AtLeast(SignalCatalog.DiskGuestIops, 0), window.AtLeast(SignalCatalog.DiskHostIops, 0)).Value * window.Level(latency);
        if (outstanding < OutstandingMin)
        {
            return fixedLimit with { Answer = Answer.No };
        }

        if (fixedLimit.Holds)
        {
            // An archive on slow disks is always this slow, and no operation waits in its queue.
            var usual = window.Baseline(latency);
            return usual >= window.Limits.DiskLatencySeconds && outstanding < QueueMin && window.Level(latency) < UsualRatio * usual ? fixedLimit with { Answer = Answer.No } : fixedLimit;
        }

        var size = window.Level(SignalCatalog.DiskHostBytes) / window.Level(SignalCatalog.DiskHostIops);
        size = size > 0 ? size : window.Level(SignalCatalog.DiskGuestBytes) / window.Level(SignalCatalog.DiskGuestIops);
        var stretch = size > LargeOperation ? Math.Min(4, size / LargeOperation) : 1;
        return Finding.Any(fixedLimit, window.AboveBaseline(latency, window.Limits.DiskLatencyBaselineRatio * stretch, window.Limits.DiskLatencyFloorSeconds * stretch));
    }

    /// <summary>A disk of the VM is slow, seen from either side.</summary>
    public static Finding AnySlow(SignalWindow window) => Finding.Any(Slow(window, SignalCatalog.DiskGuestLatency), Slow(window, SignalCatalog.DiskDeviceLatency));

    /// <summary>The VM's own operations have risen well above the time before.</summary>
    public static Finding IopsRisen(SignalWindow window) => Finding.FirstMeasured(
        window.AboveBaseline(SignalCatalog.DiskGuestIops, window.Limits.IopsBaselineRatio, window.Limits.DiskIopsMin),
        window.AboveBaseline(SignalCatalog.DiskHostIops, window.Limits.IopsBaselineRatio, window.Limits.DiskIopsMin));

    /// <summary>Its disk was as slow shortly before, at its usual operations: then not their rise made it slow.</summary>
    public static Finding SlowBeforeItsRise(SignalWindow window)
    {
        var iops = window.Has(SignalCatalog.DiskHostIops) ? SignalCatalog.DiskHostIops : SignalCatalog.DiskGuestIops;
        var latency = Slow(window, SignalCatalog.DiskDeviceLatency).Holds || !window.Has(SignalCatalog.DiskGuestLatency) ? SignalCatalog.DiskDeviceLatency : SignalCatalog.DiskGuestLatency;
        var (usual, now) = (window.Baseline(iops), window.Level(latency));
        if (double.IsNaN(usual) || double.IsNaN(now))
        {
            return window.Absent(latency, FactKind.SignalBeforeOperationsRose, "the history is too short");
        }

        var slow = 0;
        for (var at = window.Second - window.Seconds; at > window.Second - SlowBackSeconds; at--)
        {
            slow += window.Tracks.History.At(iops, at) <= UsualRatio * usual && window.Tracks.History.At(latency, at) >= SlowBeforeShare * now ? 1 : 0;
        }

        return new Finding(
            slow >= SlowBeforeSeconds ? Answer.Yes : Answer.No, latency, latency.Id,
            window.Explaining ? new Fact(FactKind.SlowBefore, latency.Id, slow, SlowBeforeSeconds) : null, slow, SlowBeforeSeconds, "s",
            window.Explaining ? window.Tracks.Frame.SourceOf(latency) : string.Empty, 1);
    }

    /// <summary>Nearly all of a virtual device's latency arises above a store that answers as it always does: a quota, or a layer of the host, holds operations back.</summary>
    public static Finding HeldAboveStore(SignalWindow window)
    {
        var slow = Slow(window, SignalCatalog.DiskLowerLatency);
        return slow.Answer == Answer.NotMeasured
            ? slow
            : Finding.All(window.AtLeast(SignalCatalog.DiskStack, Math.Max(window.Limits.DiskLatencySeconds, HeldAboveShare * window.Level(SignalCatalog.DiskDeviceLatency))), slow.Not());
    }

    /// <summary>The guest issues many times its usual operations and its own queue has grown ten times and more, while the virtual device answers as before: operations wait before they leave the guest.</summary>
    public static Finding QueuedInside(SignalWindow window) => Finding.All(
        window.AboveBaseline(SignalCatalog.DiskGuestIops, FloodRatio * window.Limits.IopsBaselineRatio, window.Limits.DiskIopsMin),
        window.AboveBaseline(SignalCatalog.DiskGuestQueue, QueueRatio, window.Limits.DiskQueueLength),
        Slow(window, SignalCatalog.DiskGuestLatency),
        Slow(window, SignalCatalog.DiskDeviceLatency).Not());

    /// <summary>The virtual disk, seen from the host, completes nothing while operations are outstanding, and was in use before.</summary>
    /// <remarks>In such seconds there is no latency: the operations that wait have not ended.</remarks>
    public static Finding Stalled(SignalWindow window)
    {
        if (!window.Has(SignalCatalog.DiskHostIops) || !window.Has(SignalCatalog.DiskHostQueue))
        {
            return window.Absent(SignalCatalog.DiskHostQueue, FactKind.Signal, "the host did not report the queue of its virtual disks");
        }

        var (stalled, waiting) = (0, 0.0);
        for (var at = window.Second; at > window.Second - window.Seconds; at--)
        {
            if (IsStalled(window, at))
            {
                stalled++;
                waiting = Math.Max(waiting, window.Tracks.History.At(SignalCatalog.DiskHostQueue, at));
            }
        }

        var holds = stalled >= StalledSecondsMin && window.Baseline(SignalCatalog.DiskHostIops) >= UsedMin;
        return new Finding(
            holds ? Answer.Yes : window.Has(SignalCatalog.DiskDeviceLatency) ? Answer.No : Answer.NotMeasured, SignalCatalog.DiskHostQueue, SignalIds.DiskHostQueue, window.Say(FactKind.Stalled, stalled, waiting, "s"), waiting, WaitingMin,
            SignalCatalog.DiskHostQueue.Unit, window.Explaining ? window.Tracks.Frame.SourceOf(SignalCatalog.DiskHostQueue) : string.Empty, 1);
    }

    /// <summary>First second of the stall that the window ends with or holds; null without one.</summary>
    public static long? StalledSince(SignalWindow window)
    {
        if (!Stalled(window).Holds)
        {
            return null;
        }

        long? since = null;
        for (var at = window.Second; at > window.Second - StalledBackSeconds; at--)
        {
            if (IsStalled(window, at))
            {
                since = at;
            }
            else if (since is not null)
            {
                break;
            }
        }

        return since;
    }

    private static bool IsStalled(SignalWindow window, long second)
        => window.Tracks.History.At(SignalCatalog.DiskHostIops, second) < NoOperation && window.Tracks.History.At(SignalCatalog.DiskHostQueue, second) >= WaitingMin;

    /// <summary>Many operations are outstanding.</summary>
    public static Finding Queued(SignalWindow window) => Finding.FirstMeasured(
        window.AtLeast(SignalCatalog.DiskGuestQueue, window.Limits.DiskQueueLength), window.AtLeast(SignalCatalog.DiskHostQueue, window.Limits.DiskQueueLength));

    /// <summary>A disk of the VM runs at its quota.</summary>
    public static Finding AtQuota(SignalWindow window) => window.AtLeast(SignalCatalog.DiskQosUse, 1 - window.Limits.QuotaNearShare);

    /// <summary>The guest waits for its disk between driver and virtual device.</summary>
    public static Finding SlowInside(SignalWindow window)
    {
        var latency = window.Level(SignalCatalog.DiskGuestLatency);
        var least = Math.Max(window.Limits.BusLatencySeconds, double.IsNaN(latency) ? 0 : window.Limits.BusLatencyShare * latency);
        return window.AtLeast(SignalCatalog.DiskInside, least, lessErrorBar: true);
    }
}
