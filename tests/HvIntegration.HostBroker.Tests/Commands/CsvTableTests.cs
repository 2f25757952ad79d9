using HvIntegration.Cli.Terminal;

namespace HvIntegration.HostBroker.Tests.Commands;

public sealed class CsvTableTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"no\"", "\"say \"\"no\"\"\"")]
    [InlineData("=HYPERLINK(1)", "'=HYPERLINK(1)")]
    [InlineData("@SUM(1,2)", "\"'@SUM(1,2)\"")]
    [InlineData(";=1+1", ";'=1+1")]
    [InlineData("a;b; -1+2", "a;b; '-1+2")]
    [InlineData("  =1+1", "  '=1+1")]
    [InlineData("\u200b=1+1", "'=1+1")]
    [InlineData("\uff1d1+1", "'\uff1d1+1")]
    [InlineData("\uff0b1", "'\uff0b1")]
    [InlineData("\uff0d1", "'\uff0d1")]
    [InlineData("\uff201", "'\uff201")]
    [InlineData("\"=1+1", "\"\"\"'=1+1\"")]
    [InlineData("a,=1", "\"a,'=1\"")]
    [InlineData("\t=1", "?=1")]
    [InlineData("\r=1", "?=1")]
    [InlineData("web-01 a=b x@y", "web-01 a=b x@y")]
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
