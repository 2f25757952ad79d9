using HvIntegration.Engine.Diagnosis;

namespace HvIntegration.Engine.Tests.Diagnosis;

public sealed class RankCorrelationTests
{
    [Fact]
    public void Spearman_MonotoneButCurved_IsOne()
        => Assert.Equal(1, RankCorrelation.Spearman([1, 2, 3, 4, 5], [1, 8, 27, 64, 125]), 9);

    [Fact]
    public void Spearman_Constant_IsZero()
        => Assert.Equal(0, RankCorrelation.Spearman([1, 1, 1], [1, 2, 3]));

    [Fact]
    public void Best_VictimFollowsThreeSecondsLater_IsFoundByItsLag()
    {
        var random = new Random(7);
        var suspect = Enumerable.Range(0, 60).Select(_ => random.NextDouble()).ToArray();
        var victim = Enumerable.Range(0, 60).Select(i => i < 3 ? 0.5 : suspect[i - 3]).ToArray();

        var (correlation, lag) = RankCorrelation.Best(suspect, victim, 5, 30);
        Assert.True(correlation > 0.99);
        Assert.Equal(3, lag);
        Assert.True(double.IsNaN(RankCorrelation.Best(suspect.AsSpan(0, 20), victim.AsSpan(0, 20), 5, 30).Correlation));
    }

    // Twenty innocent suspects: one of them is near 0.05 by chance and must not stand beside the guilty one.
    [Fact]
    public void Standing_OneRealAmongTwenty_OnlyThatOne()
    {
        var chances = Enumerable.Range(0, 20).Select(i => 0.04 + (i * 0.045)).Prepend(1e-6).ToList();

        var standing = RankCorrelation.Standing(chances, 0.1);

        Assert.True(standing[0]);
        Assert.Equal(1, standing.Count(s => s));
    }

    [Fact]
    public void Chance_CorrelationGrows_Falls()
    {
        Assert.Equal(1, RankCorrelation.Chance(0, 60, 11), 6);
        Assert.True(RankCorrelation.Chance(0.9, 60, 11) < 0.02);
        Assert.True(RankCorrelation.Chance(0.9, 120, 11) < RankCorrelation.Chance(0.9, 60, 11));
    }
}
