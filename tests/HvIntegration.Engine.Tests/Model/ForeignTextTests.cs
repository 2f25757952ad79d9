using HvIntegration.Model;

namespace HvIntegration.Engine.Tests.Model;

/// <summary>Names that others chose, within our own sentences.</summary>
public sealed class ForeignTextTests
{
    [Theory]
    [InlineData("web-01", 10, "web-01")]
    [InlineData("web-01", 6, "web-01")]
    [InlineData("web-001", 6, "web-0…")]
    [InlineData("a\nb\tc\u001b[31m", 20, "a b c [31m")]
    [InlineData("\u202Egnp.exe\u2066", 20, "gnp.exe")]
    [InlineData("a\u2028b", 20, "ab")]
    [InlineData("😀😀😀", 5, "😀😀…")]
    [InlineData("😀😀😀", 4, "😀…")]
    [InlineData("", 4, "")]
    public void OneLine_NameOfSomebodyElse_CannotChangeWhatStandsAroundIt(string name, int max, string expected) =>
        Assert.Equal(expected, ForeignText.OneLine(name, max));
}
