using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Tests.Signals;

/// <summary>Server 2025 tells waiting for others apart from waking an idle processor; older builds count both as waiting.</summary>
public sealed class ContentionCounterTests
{
    [Theory]
    [InlineData(false, 0.5)]
    [InlineData(true, 0.2)]
    public void Ready_BuildTellsContention_IsTheContentionAndNotTheWholeWait(bool tells, double expected)
    {
        var host = new TestHost();
        var vm = host.Add("vm1");
        vm.Ready = 0.5;
        for (var vp = 0; tells && vp < vm.Processors; vp++)
        {
            vm.HostRates[new SeriesKey(HostMetrics.VpContentionTime.Id, $"{vp}")] = 0.2;
        }

        host.Run(10);

        var ready = host.Last(vm).Signals.Single(s => s.Id == SignalIds.Ready);
        Assert.InRange(ready.Value, expected - 0.05, expected + 0.05);
        Assert.Equal(tells, ready.Source.EndsWith("(contention only)", StringComparison.Ordinal));
    }
}
