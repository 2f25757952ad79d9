using System.Text.Json;
using HvIntegration.GuestAgent.Commands;
using HvIntegration.GuestAgent.Hosting;
using HvIntegration.GuestAgent.Tests.Linux;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;
using HvIntegration.Transport;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.GuestAgent.Tests.Commands;

/// <summary>The commands as an administrator calls them, over a recorded guest.</summary>
public sealed class AgentCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-agent-").FullName;
    private readonly string _guest = GuestTree.Fixture("6.1-cloud-amd64");

    public AgentCommandTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "reads a recorded Linux guest through Linux's calls");

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task Check_NoBroker_HasALineForEachPartAndARemedyForEachThatIsNotOk()
    {
        var (status, output, _) = await RunAsync("check", "--format", "json", "--priority", "normal", "--root", _guest, "--broker", $"unix://{_folder}/none.sock");

        Assert.Equal(2, status);
        using var json = JsonDocument.Parse(output);
        var lines = json.RootElement.EnumerateArray().ToDictionary(l => l.GetProperty("name").GetString()!);
        Assert.Equal(AgentParts.CollectorNames().Append("agent").Concat(["identity", "priority", "broker"]).Order(), lines.Keys.Order());
        Assert.Equal("unusable", lines["broker"].GetProperty("state").GetString());
        Assert.Contains("none.sock", lines["broker"].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal("absent", lines["vmbus"].GetProperty("state").GetString());
        Assert.Equal("ok", lines["cpu"].GetProperty("state").GetString());
        Assert.All(lines.Values.Where(l => l.GetProperty("state").GetString() != "ok"), l => Assert.NotEqual("", l.GetProperty("remedy").GetString()));
    }

    [Fact]
    public async Task Check_BrokerListens_SaysSoAndEndsHealthy()
    {
        // Arrange
        TransportAddress address = TransportAddress.Parse($"unix://{_folder}/broker.sock", ProtocolLimits.VsockPort);
        await using ITransportListener listener = await Transports.For(address).ListenAsync(address, TestContext.Current.CancellationToken);
        // Act
        var (status, output, _) = await RunAsync("check", "--priority", "normal", "--root", _guest, "--broker", address.ToString());
        // Assert
        Assert.Contains($"broker       {address} answers", output, StringComparison.Ordinal);
        Assert.Equal(output.Contains("warning", StringComparison.Ordinal) ? 1 : 0, status);
    }

    [Fact]
    public async Task Once_Json_HasEveryCollectorWithStatusReasonAndDuration()
    {
        var (status, output, _) = await RunAsync("once", "--format", "json", "--root", _guest);

        using var json = JsonDocument.Parse(output);
        var collectors = json.RootElement.GetProperty("collectors").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!);
        Assert.Equal(["absent", "ok"], new[] { "cpu", "vmbus" }.Select(n => collectors[n].GetProperty("status").GetString()).Order());
        Assert.NotEqual("", collectors["vmbus"].GetProperty("reason").GetString());
        Assert.All(collectors.Values, c => Assert.True(c.GetProperty("duration_us").GetInt64() >= 0));
        var value = json.RootElement.GetProperty("values").EnumerateArray().First(v => v.GetProperty("metric").GetString() == "system.cpu.time");
        Assert.Equal(("s", "counter"), (value.GetProperty("unit").GetString(), value.GetProperty("kind").GetString()));
        Assert.True(json.RootElement.GetProperty("processes").GetArrayLength() > 0);
        Assert.Equal(collectors.Values.Any(c => c.GetProperty("status").GetString() is not ("ok" or "absent")) ? 1 : 0, status);
    }

    [Fact]
    public async Task Once_ForPeople_HasTheSameCollectors()
    {
        var (_, output, _) = await RunAsync("once", "--root", _guest);

        Assert.All(AgentParts.CollectorNames().Where(n => n != "process"), name => Assert.Contains($"\n{name}: ", output, StringComparison.Ordinal));
        Assert.Contains("processes: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_PartOfASourceMissing_NamesItInTheLineOfTheCollector()
    {
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        File.Delete(Path.Join(tree.Path, "proc/pressure/io"));

        var (_, output, _) = await RunAsync("once", "--root", tree.Path);

        Assert.Matches(@"\npressure: (ok|late) in [0-9.]+ ms: .*/proc/pressure/io", output);
        Assert.Contains("resource=memory", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("once")]
    [InlineData("once", "--format", "json")]
    [InlineData("check", "--priority", "normal")]
    [InlineData("payload", "--interval-ms", "100")]
    public async Task AnyCommand_NamesWithTerminalCommands_PrintsNoneOfThem(params string[] command)
    {
        // Arrange: a process, a disk and a host whose names color the screen, ring, and turn the direction of the text.
        const string evil = "e\u001b[31m\u0007\u202e\u009bx";
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        tree.Write("proc/sys/kernel/hostname", evil + "\n");
        tree.Write("proc/diskstats", $"8 0 sd{evil} 1 0 8 1 0 0 0 0 0 1 1\n");
        tree.Write($"sys/block/sd{evil}/size", "8\n");
        string stat = await File.ReadAllTextAsync(Path.Join(tree.Path, "proc/1/stat"), TestContext.Current.CancellationToken);
        tree.Write("proc/1/stat", $"1 ({evil}{stat[stat.LastIndexOf(')')..]}");

        // Act
        var (_, output, error) = await RunAsync([.. command, "--root", tree.Path, "--broker", $"unix://{_folder}/none.sock"]);

        // Assert
        Assert.NotEmpty(output);
        Assert.DoesNotContain(output + error, c => (char.IsControl(c) && c is not ('\n' or '\r')) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format);
    }

    [Fact]
    public async Task Record_File_HoldsTheWiresFramesAndIsNeverOverwritten()
    {
        // Arrange
        string path = Path.Join(_folder, "day.hvi");
        string[] command = ["record", path, "--seconds", "1", "--interval-ms", "100", "--root", _guest];
        // Act
        var (status, output, _) = await RunAsync(command);
        // Assert
        Assert.Equal(0, status);
        byte[] bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        Assert.Contains($"{bytes.Length} bytes", output, StringComparison.Ordinal);
        using var file = new MemoryStream(bytes);
        Hello hello = AgentMessage.Parser.ParseDelimitedFrom(file).Hello;
        Assert.Equal((ProtocolVersion.Major, 16), (hello.ProtocolMajor, hello.BootId.Length));
        var decoder = new StreamDecoder(hello.Collectors.Count);
        decoder.Apply(AgentMessage.Parser.ParseDelimitedFrom(file).Snapshot);
        var batch = new DecodedBatch();
        int batches = 0;
        for (; file.Position < file.Length; batches++)
        {
            decoder.Apply(AgentMessage.Parser.ParseDelimitedFrom(file).Samples, batch);
            Assert.Equal(hello.FirstSequence + (ulong)batches, batch.Sequence);
        }

        Assert.InRange(batches, 1, 11);
        // Act: the same file again.
        var (again, _, error) = await RunAsync(command);
        // Assert
        Assert.Equal(2, again);
        Assert.Contains(path, error, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Payload_ForTheOwner_PrintsTheFramesWithTheirSizesAndNoCommandLine()
    {
        var (status, output, _) = await RunAsync("payload", "--root", _guest, "--interval-ms", "100");

        Assert.Equal(0, status);
        Assert.Matches(@"== 1\. Hello, once for each connection: \d+ bytes", output);
        Assert.Matches(@"== 2\. The first batch: .*: \d+ bytes", output);
        Assert.Matches(@"== 3\. Each later batch: .*: \d+ bytes", output);
        Assert.Contains("\"start_time_ms\"", output, StringComparison.Ordinal);

        // The recorded command lines, as the kernel had them: none may be in what leaves.
        var lines = Directory.EnumerateDirectories(Path.Join(_guest, "proc"), "*").Select(p => Path.Join(p, "cmdline")).Where(File.Exists)
            .Select(p => File.ReadAllText(p).TrimEnd('\0').Split('\0')[^1]).Where(t => t.Length > 8).ToArray();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.DoesNotContain(line, output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnyCommand_WrongOptions_TellsAllFaultsAndDoesNothing()
    {
        string config = Path.Join(_folder, "agent.json");
        await File.WriteAllTextAsync(config, "{ \"ring-mib\": 0,\n \"disable\": [\"nothing\"] }", TestContext.Current.CancellationToken);

        var (status, output, error) = await RunAsync("once", "--config", config, "--top-n", "99");

        Assert.Equal((2, ""), (status, output));
        string[] faults = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, faults.Length);
        Assert.All(faults, f => Assert.StartsWith("hvi-agent: ", f, StringComparison.Ordinal));
        Assert.Contains($"{config}, line 1: ring-mib", error, StringComparison.Ordinal);
        Assert.Contains($"{config}, line 2: disable: unknown collector 'nothing'", error, StringComparison.Ordinal);
        Assert.Contains("--top-n: top-n = '99'", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("once", "--format", "yaml")]
    [InlineData("record")]
    [InlineData("record", "file", "--seconds", "0")]
    public async Task Line_Wrong_IsStatusTwoAndPointsToHelp(params string[] line)
    {
        var (status, _, error) = await RunAsync(line);

        Assert.Equal(2, status);
        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_NamesCommandsOptionsAndStatuses()
    {
        var (status, output, _) = await RunAsync("--help");

        Assert.Equal(0, status);
        Assert.All(
            ["run", "once", "check", "record", "payload", "Exit codes", .. AgentOption.All.Where(o => !o.IsHidden).Select(o => "--" + o.Name)],
            word => Assert.Contains(word, output, StringComparison.Ordinal));
        Assert.DoesNotContain("--root", output, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int status = await new AgentCommandLine(output, error, new Dictionary<string, string>()).RunAsync(args, TestContext.Current.CancellationToken);
        return (status, output.ToString(), error.ToString());
    }
}
