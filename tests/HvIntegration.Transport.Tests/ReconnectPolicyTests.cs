using HvIntegration.Transport.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace HvIntegration.Transport.Tests;

public sealed class ReconnectPolicyTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void NextDelay_AfterALoss_IsZeroAndThenDoublesToFiveSeconds()
    {
        var policy = new ReconnectPolicy(_time, new Random(1));

        var delays = Enumerable.Range(0, 10).Select(_ => policy.NextDelay().TotalMilliseconds).ToList();

        double[] full = [0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000];
        Assert.All(delays.Zip(full), d => Assert.InRange(d.First, d.Second * (1 - ReconnectPolicy.JitterRatio), d.Second));
    }

    [Fact]
    public void NextDelay_ConnectionLivedThirtySeconds_StartsAnew()
    {
        var policy = new ReconnectPolicy(_time, new Random(1));
        policy.NextDelay();
        policy.NextDelay();
        policy.Connected();
        _time.Advance(ReconnectPolicy.StableAfter);

        Assert.Equal(TimeSpan.Zero, policy.NextDelay());
        Assert.True(policy.NextDelay() > TimeSpan.Zero);
    }

    [Fact]
    public void NextDelay_BrokerAcceptsAndHangsUp_KeepsWaitingLonger()
    {
        var policy = new ReconnectPolicy(_time, new Random(1));
        var last = TimeSpan.Zero;
        for (int i = 0; i < 12; i++)
        {
            policy.Connected();
            _time.Advance(TimeSpan.FromMilliseconds(10));
            last = policy.NextDelay();
        }

        Assert.True(last > TimeSpan.FromSeconds(3), $"waited {last}");
    }

    [Fact]
    public void NextDelay_AgentsOfOneHost_DoNotDialTogether()
    {
        var delays = Enumerable.Range(0, 50).Select(seed =>
        {
            var policy = new ReconnectPolicy(_time, new Random(seed));
            policy.NextDelay();
            return policy.NextDelay();
        });

        Assert.True(delays.Distinct().Count() > 40);
    }
}
