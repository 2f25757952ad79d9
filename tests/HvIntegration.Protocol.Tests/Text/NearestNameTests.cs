using HvIntegration.Protocol.Text;

namespace HvIntegration.Protocol.Tests.Text;

/// <summary>The name that a misspelt one most probably means.</summary>
public sealed class NearestNameTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("HoldMs", "holdms", 0)]
    [InlineData("HodlMs", "HoldMs", 1)]
    [InlineData("HoldM", "HoldMs", 1)]
    [InlineData("Hold", "HoldMs", 2)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    public void Distance_CountsInsertedRemovedReplacedAndSwappedLetters(string left, string right, int expected)
    {
        Assert.Equal(expected, NearestName.Distance(left, right));
        Assert.Equal(expected, NearestName.Distance(right, left));
    }

    [Theory]
    [InlineData("top_n", "top-n")]
    [InlineData("brocker", "broker")]
    [InlineData("interval", "interval-ms")]
    [InlineData("colour", null)]
    [InlineData("", null)]
    public void Of_TakesTheNearestAndNoneThatIsFar(string written, string? expected) =>
        Assert.Equal(expected, NearestName.Of(written, ["broker", "top-n", "process-interval-ms", "interval-ms"]));

    [Fact]
    public void Of_ALongName_IsComparedWithNone() => Assert.Null(NearestName.Of(new string('a', 5_000), [new string('b', 5_000), "a"]));
}
