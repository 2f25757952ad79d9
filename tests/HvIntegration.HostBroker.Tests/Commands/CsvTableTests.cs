using HvIntegration.HostBroker.Commands;

namespace HvIntegration.HostBroker.Tests.Commands;

public sealed class CsvTableTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"no\"", "\"say \"\"no\"\"\"")]
    [InlineData("=HYPERLINK(1)", "'=HYPERLINK(1)")]
    [InlineData("@SUM(1,2)", "\"'@SUM(1,2)\"")]
    [InlineData("two\nlines", "two?lines")]
    [InlineData("\u001b[31m", "?[31m")]
    [InlineData(null, "")]
    public void Row_TextOfAGuest_IsOneHarmlessCell(string? text, string expected)
    {
        using var output = new StringWriter { NewLine = "\n" };

        new CsvTable(output, "name", "value").Row(text, -1.5);

        Assert.Equal($"name,value\n{expected},-1.5\n", output.ToString());
    }

    [Fact]
    public void Row_ValueThatIsNotMeasured_IsAnEmptyCell()
    {
        using var output = new StringWriter { NewLine = "\n" };

        new CsvTable(output, "a", "b", "c").Row(null, 0.25, CsvTable.Time(1_769_860_800));

        Assert.Equal("a,b,c\n,0.25,2026-01-31T12:00:00Z\n", output.ToString());
    }
}
