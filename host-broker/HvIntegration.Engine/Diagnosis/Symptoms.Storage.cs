using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>Questions about disks: slow, overdriven, at a quota.</summary>
internal sealed partial class Symptoms
{
    // Of the time; an operation now and then on a slow disk makes nobody wait.
    private const double OutstandingMin = 0.05;
    private const double QueueMin = 0.5;
    private const double UsualRatio = 1.5;
    private const int SlowBackSeconds = 60;
    private const int SlowBeforeSeconds = 5;
    private const double SlowBeforeShare = 0.7;
    private const double HeldAboveShare = 0.8;
    private const double LargeOperation = 65_536;

    /// <summary>A latency that hurts: above the fixed limit, or a multiple of its own normal.</summary>
    /// <remarks>Large operations take longer by themselves (QSO: 25 ms up to 64 KiB, 35 ms beyond): the multiple grows with their size.</remarks>
    public Finding Slow(SignalDefinition latency)
    {
        var fixedLimit = AtLeast(latency, Limits.DiskLatencySeconds);
        var outstanding = Finding.FirstMeasured(AtLeast(SignalCatalog.DiskGuestIops, 0), AtLeast(SignalCatalog.DiskHostIops, 0)).Value * Level(latency);
        if (outstanding < OutstandingMin)
        {
            return fixedLimit with { Answer = Answer.No };
        }

        if (fixedLimit.Holds)
        {
            // An archive on slow disks was never different, and nobody stands in line for it.
            var usual = Baseline(latency);
            return usual >= Limits.DiskLatencySeconds && outstanding < QueueMin && Level(latency) < UsualRatio * usual ? fixedLimit with { Answer = Answer.No } : fixedLimit;
        }

        var size = Level(SignalCatalog.DiskHostBytes) / Level(SignalCatalog.DiskHostIops);
        size = size > 0 ? size : Level(SignalCatalog.DiskGuestBytes) / Level(SignalCatalog.DiskGuestIops);
        var stretch = size > LargeOperation ? Math.Min(4, size / LargeOperation) : 1;
        return Finding.Any(fixedLimit, AboveBaseline(latency, Limits.DiskLatencyBaselineRatio * stretch, Limits.DiskLatencyFloorSeconds * stretch));
    }

    /// <summary>A disk of the VM is slow, seen from either side.</summary>
    public Finding DiskSlow() => Finding.Any(Slow(SignalCatalog.DiskGuestLatency), Slow(SignalCatalog.DiskDeviceLatency));

    /// <summary>The VM's own operations have risen well above the time before.</summary>
    public Finding IopsRisen() => Finding.FirstMeasured(
        AboveBaseline(SignalCatalog.DiskGuestIops, Limits.IopsBaselineRatio, Limits.DiskIopsMin),
        AboveBaseline(SignalCatalog.DiskHostIops, Limits.IopsBaselineRatio, Limits.DiskIopsMin));

    /// <summary>Its disk was as slow shortly before, at its usual operations: then not their rise made it slow.</summary>
    public Finding SlowBeforeItsRise()
    {
        var iops = Has(SignalCatalog.DiskHostIops) ? SignalCatalog.DiskHostIops : SignalCatalog.DiskGuestIops;
        var latency = Has(SignalCatalog.DiskDeviceLatency) ? SignalCatalog.DiskDeviceLatency : SignalCatalog.DiskGuestLatency;
        var (usual, now) = (Baseline(iops), Level(latency));
        if (double.IsNaN(usual) || double.IsNaN(now))
        {
            return Absent(latency, " before its operations rose", "too short a history");
        }

        var slow = 0;
        for (var at = Second - _windows.Seconds; at > Second - SlowBackSeconds; at--)
        {
            slow += _partition.History.At(iops, at) <= UsualRatio * usual && _partition.History.At(latency, at) >= SlowBeforeShare * now ? 1 : 0;
        }

        return new Finding(
            slow >= SlowBeforeSeconds ? Answer.Yes : Answer.No, latency, latency.Id,
            Words($"{latency.Name} was as long in {Text.Number(slow)} of the seconds before, at its usual operations"), slow, SlowBeforeSeconds, "s",
            Explaining ? _partition.Frame.SourceOf(latency) : string.Empty, 1);
    }

    /// <summary>Nearly all of a virtual device's latency arises above a store that answers as it always does: a quota, or a layer of the host, holds operations back.</summary>
    public Finding HeldAboveStore()
    {
        var slow = Slow(SignalCatalog.DiskLowerLatency);
        return slow.Answer == Answer.NotMeasured
            ? slow
            : Finding.All(AtLeast(SignalCatalog.DiskStack, Math.Max(Limits.DiskLatencySeconds, HeldAboveShare * Level(SignalCatalog.DiskDeviceLatency))), slow.Not());
    }

    /// <summary>Many operations are outstanding.</summary>
    public Finding DiskQueued() => Finding.FirstMeasured(
        AtLeast(SignalCatalog.DiskGuestQueue, Limits.DiskQueueLength), AtLeast(SignalCatalog.DiskHostQueue, Limits.DiskQueueLength));

    /// <summary>A disk of the VM runs at its quota.</summary>
    public Finding AtQuota() => AtLeast(SignalCatalog.DiskQosUse, 1 - Limits.QuotaNearShare);

    /// <summary>The guest waits for its disk between driver and virtual device.</summary>
    public Finding SlowInside()
    {
        var latency = Level(SignalCatalog.DiskGuestLatency);
        var least = Math.Max(Limits.BusLatencySeconds, double.IsNaN(latency) ? 0 : Limits.BusLatencyShare * latency);
        return AtLeast(SignalCatalog.DiskInside, least, lessErrorBar: true);
    }
}
