using HvIntegration.Engine.Clock;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine;

/// <summary>Takes what a running host and its guests send: host samples, clock exchanges, and batches, which it places on the host's clock.</summary>
/// <remarks>A batch waits until the clock of its boot is known. What cannot be true of either side is refused and counted; nothing throws.</remarks>
/// <param name="tracks">Where the samples go.</param>
/// <param name="closing">Learns of data for seconds that are closed.</param>
/// <param name="options">Limits.</param>
internal sealed class Intake(HostTracks tracks, SecondClosing closing, EngineOptions options)
{
    private const long Second = 1_000_000_000L;
    private const int FormerBootsMax = 4;
    private const long FutureNsMax = 5 * Second;
    private const long ReadNsMax = 10 * Second;

    /// <summary>Waiting batches that were dropped: the limit was reached, or their boot ended.</summary>
    public long BatchesDropped { get; private set; }

    /// <summary>Batches and exchanges of a boot that has ended.</summary>
    public long BatchesStale { get; private set; }

    /// <summary>Samples whose time, value or metric cannot be true.</summary>
    public long SamplesRefused { get; private set; }

    /// <summary>Clock exchanges whose stamps cannot be true.</summary>
    public long ExchangesRejected { get; private set; }

    /// <summary>Takes one host sample; <see cref="Guid.Empty"/> is the host itself.</summary>
    public void AddHostSample(in HostSample sample)
    {
        if (sample.EndNs < sample.StartNs || sample.StartNs < 0 || !double.IsFinite(sample.Value))
        {
            SamplesRefused++;
            return;
        }

        tracks.Reach(sample.EndNs);
        tracks.HostSideOf(sample.Partition)?.Add(
            sample.Series, sample.Form, sample.StartNs, sample.EndNs, sample.Value, sample.Quality, sample.NativeName,
            options.Timeline.HostReadErrorMs * 1e6);
    }

    /// <summary>Takes one four-timestamp exchange; batches that wait for this boot are placed when it is the first.</summary>
    public void AddClockExchange(Guid partition, Guid boot, in ClockExchange exchange)
    {
        if (tracks.Open(partition) is not { } vm || !Begin(vm, boot))
        {
            return;
        }

        var outcome = vm.Clock!.Add(exchange);
        if (outcome == ClockOutcome.Rejected)
        {
            ExchangesRejected++;
            return;
        }

        if (outcome == ClockOutcome.NewEpoch)
        {
            // What came since the last good exchange was placed by a line that no longer held.
            var from = (vm.Clock.Breaks[^1].FromHostNs / Second) + 1;
            vm.Guest.ClearFrom(from);
            if (from < closing.Next)
            {
                closing.Reopen(vm, from, closing.Next - 1);
            }
        }

        while (vm.Held.TryDequeue(out var batch))
        {
            Place(vm, batch);
        }
    }

    /// <summary>Takes one decoded batch, once per sequence. It waits until the clock of its boot is known.</summary>
    public void AddGuestBatch(GuestBatch batch)
    {
        if (tracks.Open(batch.Partition) is not { } vm || !Begin(vm, batch.BootId))
        {
            return;
        }

        if (vm.Clock!.IsKnown)
        {
            Place(vm, batch);
            return;
        }

        if (vm.Held.Count >= options.Timeline.HeldBatchesMax)
        {
            vm.Held.Dequeue();
            BatchesDropped++;
        }

        vm.Held.Enqueue(batch);
    }

    // False for a boot that has ended; a boot that is new ends the one before.
    private bool Begin(PartitionTracks vm, Guid boot)
    {
        if (vm.Clock is not null && vm.Boot == boot)
        {
            return true;
        }

        if (vm.FormerBoots.Contains(boot))
        {
            BatchesStale++;
            return false;
        }

        if (vm.Clock is not null)
        {
            vm.FormerBoots.Enqueue(vm.Boot);
            if (vm.FormerBoots.Count > FormerBootsMax)
            {
                vm.FormerBoots.Dequeue();
            }

            vm.Guest.Cut();
            vm.Processes.Clear();
            vm.Leaks.Clear();
            BatchesDropped += vm.Held.Count;
            vm.Held.Clear();
            vm.WallClock = null;
        }

        vm.Boot = boot;
        vm.BootedSecond = null;
        vm.Clock = new GuestClock(options.Clock);
        return true;
    }

    private void Place(PartitionTracks vm, GuestBatch batch)
    {
        var clock = vm.Clock!;
        var oldest = tracks.NowNs - (options.Timeline.KeptSeconds * Second);
        var newest = tracks.NowNs + FutureNsMax;
        var lateFrom = long.MaxValue;
        var lateTo = long.MinValue;
        foreach (var sample in batch.Samples)
        {
            var duration = (Int128)sample.EndMonotonicNs - sample.StartMonotonicNs;
            if (duration < 0 || duration > ReadNsMax || MetricCatalog.Find(sample.Series.MetricId) is not { Side: MetricSide.Guest } metric
                || !clock.TryMapToHost(sample.StartMonotonicNs + (long)(duration / 2), out var hostNs, out var errorNs)
                || hostNs < oldest || hostNs > newest)
            {
                SamplesRefused++;
                continue;
            }

            vm.BootedSecond ??= (hostNs - sample.StartMonotonicNs) / Second;
            var form = metric.Form == MetricForm.Counter ? SampleForm.Cumulative : SampleForm.Gauge;
            vm.Guest.Add(sample.Series, form, hostNs, hostNs, sample.Value, SampleQuality.Measured, metric.Name, errorNs + ((double)duration / 2));
            var second = hostNs / Second;
            if (second <= closing.Next)
            {
                lateFrom = Math.Min(lateFrom, second - 1);
                lateTo = Math.Max(lateTo, second);
            }
        }

        if (lateFrom < closing.Next)
        {
            closing.Reopen(vm, lateFrom, Math.Min(lateTo, closing.Next - 1));
        }

        if (batch.Processes.Count > 0 && clock.TryMapToHost(batch.ProcessMonotonicNs, out var processNs, out _) && processNs >= oldest && processNs <= newest)
        {
            vm.AddProcesses(batch.Processes, processNs, options.Diagnosis.LimitsFor(vm.Info));
        }

        vm.WallClock = batch.WallClock ?? vm.WallClock;
    }
}
