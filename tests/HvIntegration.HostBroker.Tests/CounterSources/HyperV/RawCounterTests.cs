using HvIntegration.CounterSources.Pdh;

namespace HvIntegration.HostBroker.Tests.CounterSources.HyperV;

/// <summary>Values of raw counters, for what PDH returns no value of: a wrapped sum, and the good rows of an array with a bad one.</summary>
public sealed class RawCounterTests
{
    private const double Frequency = 10_000_000;
    private const long End = 1L << 32;

    [Theory]
    [InlineData(RawCounter.Rate64, 100, 0, 350, 10_000_000, 250)]
    [InlineData(RawCounter.Rate32, 100, 0, 350, 20_000_000, 125)]
    [InlineData(RawCounter.PrecisionTimer100Ns, 0, 0, 2_500_000, 10_000_000, 25)]
    [InlineData(RawCounter.AverageTimer, 0, 0, 500_000, 10, 0.005)]
    [InlineData(RawCounter.AverageBulk, 0, 0, 81_920, 10, 8_192)]
    [InlineData(RawCounter.QueueLength100Ns, 0, 0, 15_000_000, 10_000_000, 1.5)]
    [InlineData(RawCounter.AverageTimer, 7, 3, 7, 3, 0)]
    public void Value_OfEachType_IsThatOfWindows(uint type, long first, long second, long laterFirst, long laterSecond, double expected) =>
        Assert.Equal(expected, new RawCounter(type).Value(new RawValue(first, second), new RawValue(laterFirst, laterSecond), Frequency), 9);

    [Fact]
    public void Value_SumOfAnAverageWraps_IsThatOfTheGrowthAndNoReset()
    {
        // Arrange
        var latency = new RawCounter(RawCounter.AverageTimer);
        var before = new RawValue(End - 1_000_000, 5_000);
        var now = new RawValue(1_000_000, 5_100);
        // Act
        double value = latency.Value(before, now, Frequency);
        // Assert
        Assert.Equal(RawChange.Wrapped, latency.Compare(before, now));
        Assert.Equal(0.002, value, 9);
    }

    [Theory]
    [InlineData(RawCounter.AverageTimer, 900_000, 5_000, 10, 1)]
    [InlineData(RawCounter.Rate64, 900_000, 5_000, 10, 6_000)]
    [InlineData(RawCounter.Rate32, 900_000, 5_000, 10, 6_000)]
    [InlineData(RawCounter.PrecisionTimer100Ns, 900_000, 5_000, 10, 6_000)]
    public void Value_CounterBeginsAgain_IsAResetWithoutAValue(uint type, long first, long second, long laterFirst, long laterSecond)
    {
        // Arrange
        var counter = new RawCounter(type);
        // Act
        double value = counter.Value(new RawValue(first, second), new RawValue(laterFirst, laterSecond), Frequency);
        // Assert
        Assert.Equal(RawChange.Reset, counter.Compare(new RawValue(first, second), new RawValue(laterFirst, laterSecond)));
        Assert.True(double.IsNaN(value));
    }

    [Fact]
    public void Value_PlainCounterOf32BitsWraps_IsThatOfTheGrowth() =>
        Assert.Equal(30, new RawCounter(RawCounter.Rate32).Value(new RawValue(End - 10, 0), new RawValue(20, 10_000_000), Frequency), 9);

    [Fact]
    public void Value_TypeIsNotKnown_IsNone() => Assert.True(double.IsNaN(new RawCounter(0x00470500).Value(default, new RawValue(5, 5), Frequency)));
}
