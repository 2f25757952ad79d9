using HvIntegration.GuestAgent.Sampling;

namespace HvIntegration.GuestAgent.Tests.Sampling;

public sealed class PacerTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void NextNs_Start_IsTheNextMultipleOfTheInterval() => Assert.Equal(8 * Second, new Pacer((7 * Second) + 1, Second).NextNs);

    [Fact]
    public void Advance_OnTime_IsNeitherLateNorMissed()
    {
        var pacer = new Pacer(0, Second);
        Assert.False(pacer.Advance(Second + 100_000, out long missed));
        Assert.Equal((0L, 2 * Second), (missed, pacer.NextNs));
    }

    [Fact]
    public void Advance_MoreThanHalfAnInterval_IsLateAndTheNextDeadlineStays()
    {
        var pacer = new Pacer(0, Second);
        Assert.True(pacer.Advance(Second + 600_000_000, out long missed));
        Assert.Equal((0L, 2 * Second), (missed, pacer.NextNs));
    }

    [Fact]
    public void Advance_AfterWholeIntervals_CountsThemAndGoesOn()
    {
        var pacer = new Pacer(0, Second);
        Assert.True(pacer.Advance((4 * Second) + 700_000_000, out long missed));
        Assert.Equal((3L, 5 * Second), (missed, pacer.NextNs));
    }

    [Fact]
    public void ChangeInterval_Burst_AlignsToTheShorterInterval()
    {
        var pacer = new Pacer(0, Second);
        pacer.ChangeInterval(1_234_000_000, Second / 10);
        Assert.Equal(1_300_000_000, pacer.NextNs);
    }
}
