using HvIntegration.Engine.Clock;
using HvIntegration.Model;

namespace HvIntegration.Engine.Tests.Clock;

public sealed class RoughClockTests
{
    [Fact]
    public void HostNs_SeveralExchanges_FollowsTheOneWithTheShortestRoundTrip()
    {
        var clock = new RoughClock();
        clock.Add(new ClockExchange(1_000_000, 500_000, 500_000, 9_000_000));
        clock.Add(new ClockExchange(20_000_000, 10_000_000, 10_000_000, 20_000_100));

        Assert.Equal(30_000_050, clock.HostNs(20_000_000));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(ulong.MaxValue)]
    public void HostNs_AnyTimeOfAGuest_NeverOverflows(ulong guestNs)
    {
        var clock = new RoughClock();
        Assert.Null(clock.HostNs(guestNs));
        clock.Add(new ClockExchange(1_780_000_000_000_000_000, long.MaxValue, long.MaxValue, 1_780_000_000_000_000_001));
        clock.Add(new ClockExchange(1_780_000_000_000_000_000, 0, 0, 1_780_000_000_000_000_001));

        Assert.NotNull(clock.HostNs(guestNs));
    }
}
