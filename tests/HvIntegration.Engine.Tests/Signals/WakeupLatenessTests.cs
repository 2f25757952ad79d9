using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Tests.Signals;

/// <summary>How late the guest's timer was: its mean and its greatest are of the same second.</summary>
public sealed class WakeupLatenessTests
{
    [Fact]
    public void WakeupLatenessMax_OneLateSecond_IsNeverBelowTheMeanAndHasThatSecondsGreatest()
    {
        var host = new TestHost();
        var vm = host.Add("starved", 1);
        for (var i = 0; i < 30; i++)
        {
            var late = i % 7 == 3;
            vm.LatenessSeconds = late ? 0.02 : 0.0002;
            vm.Guest[new SeriesKey(GuestMetrics.WakeupLatenessMax.Id, "")] = late ? 0.09 : 0.0004;
            host.Run(1);
        }

        var seconds = host.Reports.Where(r => r.Partition.Id == vm.Id).Select(r => (Mean: Of(r, SignalIds.WakeupLateness), Greatest: Of(r, SignalIds.WakeupLatenessMax)))
            .Where(s => double.IsFinite(s.Mean) && double.IsFinite(s.Greatest)).ToList();
        Assert.True(seconds.Count > 20);
        Assert.All(seconds, s => Assert.True(s.Greatest >= s.Mean, $"at most {s.Greatest} s, on average {s.Mean} s"));
        var worst = seconds.Where(s => s.Mean > 0.01).ToList();
        Assert.NotEmpty(worst);
        Assert.All(worst, s => Assert.Equal(0.09, s.Greatest, 4));
    }

    private static double Of(PartitionReport report, string id) => report.Signals.FirstOrDefault(s => s.Id == id) is { } signal ? signal.Value : double.NaN;
}
