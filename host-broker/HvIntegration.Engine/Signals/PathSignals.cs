using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Signals;

/// <summary>How fast the guest wakes and the channel answers, what the bus holds back, what the host does with the VM, what the agent costs.</summary>
internal static class PathSignals
{
    // The agent reads its own cost every 5 s: a second is covered only once the next read is there.
    private const int CostHeldSeconds = 12;

    public static void Derive(SignalInput input, SignalFrame frame)
    {
        var lateness = input.GuestValue(GuestMetrics.WakeupLateness);
        var count = input.GuestValue(GuestMetrics.Wakeups);
        if (count >= 1 && lateness >= 0)
        {
            frame.Add(SignalCatalog.WakeupLateness, lateness / count, double.NaN, SampleQuality.Measured, "hvi.guest.wakeup.lateness divided by hvi.guest.wakeup.count");
        }
        else
        {
            frame.Missing(SignalCatalog.WakeupLateness, input.NoGuest);
        }

        if (input.Guest.Single(GuestMetrics.WakeupLatenessMax) is { } greatest)
        {
            // A read tells the greatest since the read before it, so what happened in a second stands in two reads: the one in it and the
            // one after. Where that one came late the mean bounds it: no greatest is below its mean.
            var here = greatest.At(input.Second);
            var value = double.IsNaN(here) ? here : double.MaxNumber(double.MaxNumber(here, greatest.At(input.Second + 1)), count >= 1 ? lateness / count : double.NaN);
            frame.Add(SignalCatalog.WakeupLatenessMax, value, double.NaN, SampleQuality.Measured, greatest.Native);
        }

        if (input.Clock is { IsKnown: true } clock)
        {
            var newest = clock.NewestHostNs;
            var fresh = newest > long.MinValue && Math.Abs((newest / 1_000_000_000L) - input.Second) <= 5;
            frame.Add(SignalCatalog.RoundTrip, fresh ? clock.NewestRoundTripNs / 1e9 : double.NaN, double.NaN, SampleQuality.Measured, fresh ? "clock exchange" : "no exchange in the last 5 s");
            frame.Add(SignalCatalog.ClockError, clock.NewestErrorNs / 1e9, double.NaN, SampleQuality.Measured, "clock exchange");
        }

        var full = input.Guest.Of(GuestMetrics.VmbusOutFull);
        if (full.Count > 0)
        {
            frame.Add(SignalCatalog.RingFull, HostSignals.Sum(full, input.Second), double.NaN, SampleQuality.Measured, full[0].Native);
        }

        var held = input.Host.Of(HostMetrics.VmbusMessageDelay);
        if (held.Count > 0)
        {
            frame.Add(SignalCatalog.BusDelay, HostSignals.Sum(held, input.Second), double.NaN, held[0].Quality, held[0].Native);
        }

        foreach (var series in input.Host.Of(HostMetrics.VmActivity))
        {
            if (series.At(input.Second) > 0)
            {
                frame.Add(SignalCatalog.Activity, 1, double.NaN, series.Quality, series.Key.Instance);
            }
        }

        if (input.Guest.Single(GuestMetrics.AgentCpuTime) is { } cost)
        {
            var second = Math.Min(input.Second, cost.Track.NewestSecond);
            var isHeld = input.Second - second is > 0 and <= CostHeldSeconds;
            frame.Add(SignalCatalog.AgentCost, second == input.Second || isHeld ? cost.At(second) : double.NaN, double.NaN, isHeld ? SampleQuality.Stale : SampleQuality.Measured, cost.Native);
        }
    }
}
