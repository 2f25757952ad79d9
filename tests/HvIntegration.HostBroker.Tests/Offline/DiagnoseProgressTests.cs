using HvIntegration.HostBroker.Commands;
using HvIntegration.HostBroker.Tests.Commands;
using HvIntegration.Cli.Client;
using HvIntegration.Recordings;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace HvIntegration.HostBroker.Tests.Offline;

/// <summary><c>hvi diagnose --host</c> of a long recording: how far it is for who watches, and an end on demand.</summary>
public sealed partial class DiagnoseProgressTests
{
    [Theory, InlineData(false), InlineData(true)]
    public void Run_ToTheEnd_HasReadAllItExpected(bool guest)
    {
        using var pair = new RecordedPair();
        pair.Write();
        var share = new ReadShare(CancellationToken.None);

        OfflineDiagnosis.Run(new OfflineRequest([pair.HostFile], guest ? [("erp01", pair.GuestFile)] : [], []), share, CancellationToken.None);

        Assert.Equal(1, share.Value);
    }

    [Fact]
    public async Task Diagnose_ShortInAPipe_SaysNothingOfItsProgress()
    {
        using var pair = new RecordedPair();
        pair.Write();

        var diagnosed = await Diagnosed.RunAsync("diagnose", "--host", pair.HostFile, "--format", "json");

        Assert.DoesNotContain("diagnosing", diagnosed.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_LongInAPipe_SaysInALineHowFarItIs()
    {
        using var pair = new RecordedPair(1, 200_000);
        pair.Write();
        using var hvi = Process.Start(new ProcessStartInfo("dotnet", [typeof(HviCommand).Assembly.Location, "diagnose", "--host", pair.HostFile]) { RedirectStandardError = true, RedirectStandardOutput = true })!;

        string? line = await hvi.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        hvi.Kill();

        Assert.Matches(@"^diagnosing 1 recording, \d+(\.\d)? MiB: [1-9]\d? %, \d+ s$", line);
    }

    [Fact]
    public async Task Diagnose_CtrlCOnATerminal_ShowsTheShareAndEndsWithItsOwnStatus()
    {
        // Long enough that it is not over when the share is seen.
        using var pair = new RecordedPair(1, 50_000);
        pair.Write();
        await using var terminal = await TmuxScreen.StartAsync([], "dotnet", typeof(HviCommand).Assembly.Location, "diagnose", "--host", pair.HostFile);

        string screen = await terminal.WaitAsync(s => Share().IsMatch(s), "the share of the work done");
        await terminal.PressAsync("C-c");
        int status = await terminal.ExitStatusAsync();
        string end = await terminal.CaptureAsync();

        Assert.Contains("Ctrl+C cancels", screen, StringComparison.Ordinal);
        Assert.True(status == ExitStatus.Cancelled, $"status {status}:\n{end}");
        Assert.Contains("hvi: Canceled. Nothing was diagnosed.", end, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"diagnosing 1 recording, \d+(\.\d)? MiB: [1-9]\d? %, \d+ s, Ctrl")]
    private static partial Regex Share();
}
