using HvIntegration.HostBroker.Tests.Api;
using HvIntegration.Cli.Client;
using System.Text.Json;

namespace HvIntegration.HostBroker.Tests.Commands;

/// <summary>Tables of the console against a whole broker on the simulated host.</summary>
public sealed class ConsoleTablesTests(SimulatedBroker broker) : IClassFixture<SimulatedBroker>
{
    private const int Width = 100;

    [Fact]
    public async Task Vms_FormatCsv_HasOneLabelledRowForEachVmOfTheApi()
    {
        using var json = JsonDocument.Parse(await RunAsync("vms", "--format", "json"));
        string[] lines = Lines(await RunAsync("vms", "--format", "csv"));

        Assert.StartsWith("origin,time,id,name,state,agent,", lines[0], StringComparison.Ordinal);
        Assert.Contains("cpu.host.ready", lines[0], StringComparison.Ordinal);
        Assert.Equal(json.RootElement.GetProperty("vms").GetArrayLength(), lines.Length - 1);
        Assert.All(lines.Skip(1), l => Assert.StartsWith("simulated,", l, StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains($",{broker.VmName},", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Show_FormatCsv_HasOneLabelledRowForEachNumberOfBothSides()
    {
        string[] lines = Lines(await RunAsync("show", broker.VmName, "--format", "csv"));

        Assert.Equal("origin,vm,vm_name,time,side,id,value,unit,error_bar,quality,native", lines[0]);
        Assert.All(lines.Skip(1), l => Assert.StartsWith("simulated,", l, StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains(",guest,cpu.guest.busy,", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains(",host,cpu.host.run,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Episodes_OnceAVmSuffered_AreTheSameInTextJsonAndCsv()
    {
        var episode = await broker.HasEpisodeAsync();

        string text = await RunAsync("episodes", "--vm", episode.VmName);
        using var json = JsonDocument.Parse(await RunAsync("episodes", "--vm", episode.VmName, "--format", "json"));
        string[] lines = Lines(await RunAsync("episodes", "--vm", episode.VmName, "--format", "csv"));

        Assert.StartsWith(" SIMULATED", text, StringComparison.Ordinal);
        Assert.Contains(episode.Id, text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), l => Assert.True(l.TrimEnd().Length <= Width, l));
        Assert.Contains(json.RootElement.GetProperty("episodes").EnumerateArray(), e => e.GetProperty("id").GetString() == episode.Id);
        Assert.Contains(lines, l => l.StartsWith("simulated," + episode.Id + ",", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Episodes_LimitOfOne_SaysThatThereMayBeMoreOnlyWhenThereAre()
    {
        await broker.HasEpisodeAsync();

        using var json = JsonDocument.Parse(await RunAsync("episodes", "--limit", "1", "--format", "json"));

        Assert.Equal(1, json.RootElement.GetProperty("episodes").GetArrayLength());
    }

    [Fact]
    public async Task Episodes_OfATimeBeforeTheBroker_SaysThereIsNone() =>
        Assert.Contains("No episode in this time range.", await RunAsync("episodes", "--from", "2001-01-01T00:00:00Z", "--to", "2001-01-02T00:00:00Z"), StringComparison.Ordinal);

    [Fact]
    public async Task Processes_OfAVmWithAnAgent_ListsTheBusiestInTextAndCsv()
    {
        string text = "";
        await Ingest.TestBroker.EventuallyAsync(
            async () =>
            {
                (int status, text, _) = await RunAllAsync("processes", broker.VmName, "--seconds", "60");
                return status == ExitStatus.Ok;
            },
            "processes of the guest are kept");
        string[] lines = Lines(await RunAsync("processes", broker.VmName, "--seconds", "60", "--rows", "3", "--format", "csv"));

        Assert.StartsWith(broker.VmName, text, StringComparison.Ordinal);
        Assert.Contains("SIMULATED", text, StringComparison.Ordinal);
        Assert.StartsWith("origin,vm,vm_name,from,to,pid,name,cpu_share", lines[0], StringComparison.Ordinal);
        Assert.InRange(lines.Length, 2, 4);
    }

    [Fact]
    public async Task Processes_AllOfAVmWhoseAgentIsNotConnected_SaysThatNobodyCanBeAsked()
    {
        var (status, _, errors) = await RunAllAsync("processes", broker.VmName, "--all");

        Assert.NotEqual(ExitStatus.Ok, status);
        Assert.Contains("No agent of VM", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("processes web-01 --all --seconds 5", "--all")]
    [InlineData("episodes --limit 0", "--limit")]
    [InlineData("diagnose --format csv", "csv")]
    [InlineData("completion fish", "fish")]
    public async Task AnyCommand_UsedWrong_NamesTheOption(string command, string says)
    {
        var (status, _, errors) = await RunAllAsync(command.Split(' '));

        Assert.Equal(ExitStatus.Usage, status);
        Assert.Contains(says, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_FormatCsv_HasARowForEachPoint()
    {
        string[] lines = [];
        await Ingest.TestBroker.EventuallyAsync(
            async () => (lines = Lines(await RunAsync("history", broker.VmName, "--metric", "cpu.host.run", "--from", "-2m", "--format", "csv"))).Length > 1,
            "history has a point");

        Assert.Equal("origin,vm,vm_name,name,unit,instance,time,span_seconds,value,minimum,maximum", lines[0]);
        Assert.All(lines.Skip(1), l => Assert.Contains(",cpu.host.run,", l, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Suggest_WhereAVmIsWanted_ProposesTheVmsOfTheBroker()
    {
        string line = $"show --broker {broker.Url} ";
        var (_, text, _) = await RunRawAsync($"[suggest:{line.Length}]", line);

        Assert.Contains(broker.VmName, Lines(text));
    }

    private static string[] Lines(string text) => text.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    private async Task<string> RunAsync(params string[] args)
    {
        var (status, text, errors) = await RunAllAsync(args);
        Assert.True(status is ExitStatus.Ok or ExitStatus.NotFound, errors);
        return text;
    }

    private Task<(int Status, string Output, string Errors)> RunAllAsync(params string[] args) =>
        RunRawAsync(args is ["completion", ..] ? args : [.. args, "--broker", broker.Url]);

    private static async Task<(int Status, string Output, string Errors)> RunRawAsync(params string[] args)
    {
        var run = await ConsoleRun.RunAsync(args);
        return (run.Status, run.Output, run.Errors + run.Output);
    }
}
