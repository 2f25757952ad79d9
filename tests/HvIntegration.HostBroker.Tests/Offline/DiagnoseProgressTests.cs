using System.Text.RegularExpressions;
using HvIntegration.HostBroker.Commands;
using HvIntegration.HostBroker.Offline;
using HvIntegration.HostBroker.Tests.Commands;

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
    public async Task Diagnose_NobodyWatches_SaysNothingOfItsProgress()
    {
        using var pair = new RecordedPair();
        pair.Write();

        var diagnosed = await Diagnosed.RunAsync("diagnose", "--host", pair.HostFile, "--format", "json");

        Assert.DoesNotContain("judging", diagnosed.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_CtrlCOnATerminal_ShowsTheShareAndEndsWithItsOwnStatus()
    {
        // Long enough that it is not over when the share is seen.
        using var pair = new RecordedPair(1, 50_000);
        pair.Write();
        await using var terminal = await TmuxScreen.StartAsync([], "dotnet", typeof(CommandLine).Assembly.Location, "diagnose", "--host", pair.HostFile);

        string screen = await terminal.WaitAsync(s => Share().IsMatch(s), "the share of the work done");
        await terminal.PressAsync("C-c");
        int status = await terminal.ExitStatusAsync();
        string end = await terminal.CaptureAsync();

        Assert.Contains("Ctrl+C cancels", screen, StringComparison.Ordinal);
        Assert.True(status == ExitStatus.Cancelled, $"status {status}:\n{end}");
        Assert.Contains("hvi: cancelled; nothing was judged.", end, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"judging 1 recording, \d+(\.\d)? MiB: [1-9]\d? %, \d+ s, Ctrl")]
    private static partial Regex Share();
}
