using HvIntegration.HostBroker.Tests.Ingest;
using HvIntegration.Cli.Client;
using HvIntegration.Cli.Terminal;
using System.Text.Json;

namespace HvIntegration.HostBroker.Tests.Commands;

public sealed class CommandLineTests
{
    private const int Width = 100;

    [Fact]
    public async Task Vms_RunningBroker_ListsEachVmInOneLine()
    {
        await using var broker = await TestBroker.StartAsync();
        await ClosedAsync(broker);

        var (status, text, _) = await RunAsync("vms", "--broker", broker.Url);

        Assert.Equal(ExitStatus.Ok, status);
        Assert.StartsWith(" SIMULATED", text, StringComparison.Ordinal);
        Assert.Contains("web-01", text, StringComparison.Ordinal);
        Assert.Contains("batch-02", text, StringComparison.Ordinal);
        AssertPlain(text);
    }

    [Fact]
    public async Task Demo_WithoutATerminal_TellsItsAddressBeforeItsView()
    {
        var (status, text, errors) = await RunAsync("demo", "--seconds", "2", "--no-agent");

        Assert.Equal(ExitStatus.Ok, status);
        Assert.Matches(@"^hvi: dashboard at http://127\.0\.0\.1:\d+/? for 2 s", errors);
        Assert.Contains("SIMULATED", text, StringComparison.Ordinal);
        Assert.Contains("In a browser: http://127.0.0.1:", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Top_WithoutATerminal_PrintsTheFleetOnceAndPlain()
    {
        await using var broker = await TestBroker.StartAsync();
        await ClosedAsync(broker);

        var (status, text, _) = await RunAsync("top", "--sort", "name", "--filter", "web", "--broker", broker.Url);

        Assert.Equal(ExitStatus.Ok, status);
        Assert.Contains("SIMULATED", text, StringComparison.Ordinal);
        Assert.Contains("web-01", text, StringComparison.Ordinal);
        Assert.DoesNotContain("batch-02", text, StringComparison.Ordinal);
        AssertPlain(text);
    }

    [Fact]
    public async Task Show_RunningBroker_HasTheVerdictBeforeBothSides()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();
        await agent.SendAsync(ScriptedAgent.Sample(1, first: true));
        await ClosedAsync(broker);

        var (status, text, _) = await RunAsync("show", "WEB-01", "--broker", broker.Url);

        Assert.Equal(ExitStatus.Ok, status);
        int title = text.IndexOf("web-01", StringComparison.Ordinal);
        int verdict = text.IndexOf('●');
        int sides = text.IndexOf("  GUEST  ", StringComparison.Ordinal);
        Assert.True(title >= 0 && title < verdict && verdict < sides, text);
        Assert.Contains("  HOST", text, StringComparison.Ordinal);
        Assert.Contains("SIMULATED", text, StringComparison.Ordinal);
        Assert.Contains("synthetic steal", text, StringComparison.Ordinal);
        AssertPlain(text);
    }

    [Theory]
    [InlineData("vms", "vms")]
    [InlineData("show web-01", "vm")]
    [InlineData("diagnose", "vms")]
    [InlineData("check", "checks")]
    [InlineData("history web-01 --signal cpu.host.ready", "series")]
    [InlineData("episodes", "episodes")]
    [InlineData("processes web-01", "processes")]
    public async Task AnyCommand_FormatJson_IsOneDocumentWithItsSource(string command, string member)
    {
        await using var broker = await TestBroker.StartAsync();
        await ClosedAsync(broker);

        var (_, text, _) = await RunAsync([.. command.Split(' '), "--format", "json", "--broker", broker.Url]);

        using var json = JsonDocument.Parse(text);
        Assert.True(json.RootElement.TryGetProperty(member, out _), text);
        Assert.Equal("simulated", json.RootElement.GetProperty("source").GetProperty("origin").GetString());
    }

    [Fact]
    public async Task Check_VmWithoutAgent_FailsWithItsSocket()
    {
        await using var broker = await TestBroker.StartAsync();
        await ClosedAsync(broker);

        var (status, text, _) = await RunAsync("check", "--broker", broker.Url);

        Assert.Equal(ExitStatus.Finding, status);
        Assert.Contains("FAIL  agent web-01", text, StringComparison.Ordinal);
        Assert.Contains("ok    history", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_AfterSomeSeconds_PrintsValuesAndVerdicts()
    {
        await using var broker = await TestBroker.StartAsync();
        string text = "";

        await TestBroker.EventuallyAsync(
            async () =>
            {
                (int status, text, _) = await RunAsync("history", "web-01", "--signal", "cpu.host.run", "--from", "-1m", "--broker", broker.Url);
                return status == ExitStatus.Ok && text.Contains("mean 50", StringComparison.Ordinal);
            },
            "history prints a mean of half a processor");

        Assert.Contains("Verdicts", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vms --broker http://127.0.0.1:1", ExitStatus.Unreachable, "hvi broker")]
    [InlineData("check --broker unix:///nowhere/api.sock", ExitStatus.Unreachable, "")]
    [InlineData("vms --broker ftp://x", ExitStatus.Usage, "--broker")]
    [InlineData("broker --api http://0.0.0.0:1", ExitStatus.Usage, "Api:Url")]
    [InlineData("broker --set nonsense", ExitStatus.Usage, "KEY=VALUE")]
    [InlineData("broker --config /nowhere/broker.json", ExitStatus.Usage, "/nowhere/broker.json")]
    [InlineData("show", ExitStatus.Usage, "VM")]
    [InlineData("vms --format xml", ExitStatus.Usage, "xml")]
    [InlineData("history a --metric b --signal c", ExitStatus.Usage, "not both")]
    public async Task AnyCommand_ThatCannotBeDone_SaysWhyAndHasItsStatus(string command, int expected, string says)
    {
        var (status, _, errors) = await RunAsync(command.Split(' '));

        Assert.Equal(expected, status);
        Assert.Contains(says, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_UnknownVm_IsStatusNotFound()
    {
        await using var broker = await TestBroker.StartAsync();

        var (status, _, errors) = await RunAsync("show", "nope", "--broker", broker.Url);

        Assert.Equal(ExitStatus.NotFound, status);
        Assert.Contains("hvi vms", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("vms")]
    [InlineData("show")]
    [InlineData("diagnose")]
    [InlineData("check")]
    [InlineData("history")]
    [InlineData("report")]
    [InlineData("top")]
    [InlineData("broker")]
    [InlineData("demo")]
    [InlineData("episodes")]
    [InlineData("processes")]
    [InlineData("completion")]
    public async Task Help_OfEveryCommand_HasExamplesAndStatuses(string command)
    {
        var (status, text, _) = await RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal(ExitStatus.Ok, status);
        Assert.Contains("Examples:", text, StringComparison.Ordinal);
        Assert.Contains("hvi " + command, text, StringComparison.Ordinal);
        Assert.Contains("Exit codes:", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Safe_TextOfAGuest_ReachesNoTerminalAsAnEscape() =>
        Assert.Equal("a?[31mb", Screen.Safe("a\u001b[31mb"));

    private static async Task ClosedAsync(TestBroker broker) =>
        await TestBroker.EventuallyAsync(async () => (await broker.VmAsync(TestBroker.Web)).Verdict is not null, "a second is closed");

    private static async Task<(int Status, string Output, string Errors)> RunAsync(params string[] args)
    {
        var run = await ConsoleRun.RunAsync(args);
        return (run.Status, run.Output, run.Errors + run.Output);
    }

    private static void AssertPlain(string text)
    {
        Assert.DoesNotContain('\u001b', text);
        Assert.All(text.Split('\n'), line => Assert.True(line.TrimEnd().Length <= Width, line));
    }
}
