using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Tests.Signals;

/// <summary>What the agent costs, which it reads more seldom than it samples.</summary>
public sealed class AgentCostTests
{
    [Fact]
    public void AgentCost_ReadEveryFifthSecond_StandsInEverySecondUntilItIsOld()
    {
        var host = new TestHost();
        var vm = host.Add("watched", 1);
        var key = new SeriesKey(GuestMetrics.AgentCpuTime.Id, "");
        for (var second = 0; second < 60; second++)
        {
            vm.Guest.Remove(key);
            if (second % 5 == 0 && second < 40)
            {
                vm.Guest[key] = second * 0.02;
            }

            host.Run(1);
        }

        double At(long second) => host.Reports.Single(r => r.Partition.Id == vm.Id && r.Second == second).Signals.FirstOrDefault(s => s.Id == SignalIds.AgentCost) is { } cost ? cost.Value : double.NaN;
        Assert.All(Enumerable.Range(15, 20), s => Assert.Equal(0.02, At(TestHost.Start + s), 3));
        Assert.True(double.IsNaN(At(TestHost.Start + 56)));
    }
}
