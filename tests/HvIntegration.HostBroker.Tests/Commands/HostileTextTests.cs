using HvIntegration.HostBroker.Tests.Ingest;
using HvIntegration.Cli.Client;
using System.Text.Json;
using Google.Protobuf;
using HvIntegration.Protocol.Text;
using HvIntegration.Protocol.V1;

namespace HvIntegration.HostBroker.Tests.Commands;

/// <summary>A guest and a VM with names made to attack: every form in which a command prints them is asked for the whole of its text.</summary>
public sealed class HostileTextTests
{
    private const string Markup = "<script>alert(1)</script>[red]";
    private const string Escapes = "ev\u001b[31mil\u009b2J\u001b]8;;x\u0007";
    private const string Hidden = "\u202egnp\u200b.exe\u2066\u2028\ue000\U000e0041";

    private static readonly string[] Hostile = [Escapes, Hidden, "=1+1" + Markup, ";=1+1", "\u200b=1+1", "＝1+1", " @SUM(1)", "\"-2+3"];

    [Fact]
    public async Task AnyCommand_HostileNames_PrintsTextAndNothingElse()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        broker.Source.Partitions = [broker.Source.Partitions[0] with { Name = "web" + Escapes + Hidden }, broker.Source.Partitions[1] with { Name = ";=cmd" + Markup }];
        var hello = agent.Hello();
        hello.HostName = hello.OsDescription = hello.KernelVersion = hello.AgentVersion = Escapes + Hidden + Markup;
        hello.Collectors[0] = "cpu" + Escapes;
        await agent.SendAsync(hello);
        Assert.NotNull((await agent.NextAsync()).Welcome);
        for (ulong sequence = 1; sequence <= 8; sequence++)
        {
            await agent.SendAsync(Batch(sequence));
            await Task.Delay(400, TestContext.Current.CancellationToken);
        }

        await agent.AcknowledgedAsync(8);
        string vm = TestBroker.Web.Id.ToString();
        await TestBroker.EventuallyAsync(
            async () => (await RunAsync("processes", vm, "--seconds", "60", "--broker", broker.Url)).Status == ExitStatus.Ok, "processes of the guest are kept");

        foreach (string command in new[] { "vms", $"show {vm}", "diagnose", $"history {vm} --signal cpu.guest.busy", $"history {vm} --metric system.cpu.time", "episodes", $"processes {vm} --seconds 60", "check", $"stack {vm}", "top" })
        {
            foreach (string format in new[] { "text", "csv", "json" })
            {
                string[] form = command == "top" ? [] : ["--format", format];
                var (_, text) = await RunAsync([.. command.Split(' '), .. form, "--broker", broker.Url]);
                AssertHarmless(text, $"{command} {format}");
                if (format == "json" && text.StartsWith('{'))
                {
                    using var json = JsonDocument.Parse(text);
                    AssertHarmless(json.RootElement, command);
                }
                else if (format == "csv" && text.StartsWith("origin,", StringComparison.Ordinal))
                {
                    AssertNoFormula(text);
                }
            }
        }

        string file = Path.Combine(broker.Folder, "report.html");
        Assert.Equal(ExitStatus.Ok, (await RunAsync("report", "--vm", vm, "--from", "-1m", "-o", file, "--broker", broker.Url)).Status);
        string page = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        AssertHarmless(page, "report");
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("gnp.exe", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("show NAME")]
    [InlineData("processes NAME --all")]
    [InlineData("report --vm NAME -o NAME")]
    [InlineData("open NAME")]
    [InlineData("diagnose --host NAME")]
    [InlineData("history NAME --signal NAME --from NAME")]
    [InlineData("nothing NAME --unknown NAME")]
    public async Task AnyError_HostileWords_IsOneHarmlessSentence(string command)
    {
        await using var broker = await TestBroker.StartAsync();
        string name = "ev\u001b[31mil\u202e\u200b\nhvi: all is well";
        string[] args = [.. command.Split(' ').Select(w => w.Replace("NAME", name, StringComparison.Ordinal))];

        var (status, text) = await RunAsync(args[0] is "open" or "diagnose" ? args : [.. args, "--broker", broker.Url]);

        Assert.NotEqual(ExitStatus.Ok, status);
        AssertHarmless(text, command);
        if (args[0] != "nothing")
        {
            Assert.DoesNotContain(text.Split('\n'), l => l.StartsWith("hvi: all is well", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Processes_VmWithEscapesInItsName_ErrorHasNone()
    {
        await using var broker = await TestBroker.StartAsync();
        broker.Source.Partitions = [broker.Source.Partitions[0] with { Name = "ev\u001b[31mil" }];
        await TestBroker.EventuallyAsync(async () => (await RunAsync("vms", "--broker", broker.Url)).Text.Contains("ev", StringComparison.Ordinal), "the new name is known");

        var (status, text) = await RunAsync("processes", TestBroker.Web.Id.ToString(), "--all", "--broker", broker.Url);

        Assert.NotEqual(ExitStatus.Ok, status);
        Assert.Contains("[31mil", text, StringComparison.Ordinal);
        AssertHarmless(text, "processes --all");
    }

    private static void AssertHarmless(string text, string what) =>
        Assert.All(text.Split('\n'), line => Assert.True(SafeText.IsClean(line.Trim('\r', '\t')), $"{what}: {JsonSerializer.Serialize(line)}"));

    private static void AssertHarmless(JsonElement element, string what)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    AssertHarmless(property.Name, what);
                    AssertHarmless(property.Value, what);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    AssertHarmless(item, what);
                }

                break;
            case JsonValueKind.String:
                AssertHarmless(element.GetString()!, what);
                break;
        }
    }

    // As a spreadsheet reads it that parts at commas, and as one that parts at semicolons.
    private static void AssertNoFormula(string csv)
    {
        foreach (char separator in new[] { ',', ';' })
        {
            foreach (string cell in csv.Split('\n').SelectMany(l => l.Split(separator)))
            {
                string begins = cell.TrimStart(' ', '"');
                bool number = double.TryParse(cell.Trim(), System.Globalization.CultureInfo.InvariantCulture, out _);
                Assert.False(!number && begins.Length > 0 && "=+-@＝＋－＠".Contains(begins[0], StringComparison.Ordinal), $"{separator}: {cell}");
            }
        }
    }

    private static SampleBatch Batch(ulong sequence)
    {
        var batch = ScriptedAgent.Sample(sequence, sequence == 1);
        if (sequence == 1)
        {
            batch.Series.Add(new SeriesDefinition { Collector = 0, Slot = 2, MetricId = Protocol.Metrics.GuestMetrics.CpuTime.Id, Attributes = { "us|er" + Escapes, Hidden } });
            for (int i = 0; i < Hostile.Length; i++)
            {
                batch.Processes.Add(new ProcessDefinition { Slot = (uint)i, Pid = (uint)(100 + i), StartTimeMs = 1, Name = Hostile[i] });
            }
        }

        batch.Readings[0].Reason = "not read: " + Escapes + Hidden;
        var rows = new ProcessRows { DurationUs = 10, ProcessesTotal = (uint)Hostile.Length, Present = ByteString.CopyFrom(0xff) };
        foreach (var column in new[] { rows.CpuUserUs, rows.CpuSystemUs, rows.RunWaitUs, rows.ResidentBytes, rows.PrivateBytes, rows.MajorFaults, rows.ReadBytes, rows.WriteBytes, rows.Threads, rows.State, rows.Handles })
        {
            column.AddRange(Enumerable.Repeat(sequence == 1 ? 1L : 0L, Hostile.Length));
        }

        rows.CpuUserUs.Clear();
        rows.CpuUserUs.AddRange(Enumerable.Repeat(40_000L, Hostile.Length));
        batch.ProcessRows = rows;
        return batch;
    }

    private static async Task<(int Status, string Text)> RunAsync(params string[] args)
    {
        var run = await ConsoleRun.RunAsync(args);
        return (run.Status, run.Text);
    }
}
