using HvIntegration.Cli.Terminal;

namespace HvIntegration.HostBroker.Tests.Commands;

/// <summary>How far long work is: alive for who watches, short for a log.</summary>
public sealed class ProgressLineTests
{
    [Fact]
    public void Percent_IntoAFile_IsTheStartEachQuarterAndTheEnd()
    {
        var errors = new StringWriter { NewLine = "\n" };
        var progress = ProgressLine.On(errors);
        for (int percent = 0; percent <= 100; percent++)
        {
            progress.Percent("reading", percent);
            progress.Percent("reading", percent);
        }

        progress.End();

        Assert.Equal("reading 0 %\nreading 25 %\nreading 50 %\nreading 75 %\nreading 100 %\n", errors.ToString());
    }

    [Fact]
    public void Percent_ThatJumps_TellsEachQuarterOnce()
    {
        var errors = new StringWriter { NewLine = "\n" };
        var progress = ProgressLine.On(errors);
        foreach (int percent in (int[])[3, 24, 61, 70, 99])
        {
            progress.Percent("reading", percent);
        }

        Assert.Equal("reading 3 %\nreading 61 %\nreading 99 %\n", errors.ToString());
    }

    [Fact]
    public void Show_OnATerminal_WritesOverTheLineAndSaysHowToCancel()
    {
        var errors = new StringWriter { NewLine = "\n" };
        var progress = new ProgressLine(errors, terminal: true);
        progress.Show("file: 1000 KiB", mark: false);
        progress.Show("file: 2 MiB", mark: false);
        progress.End();

        Assert.Equal("\rfile: 1000 KiB, Ctrl+C cancels\rfile: 2 MiB, Ctrl+C cancels   \n", errors.ToString());
    }
}
