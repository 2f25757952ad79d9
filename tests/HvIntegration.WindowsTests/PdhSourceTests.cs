using System.Text.Json;
using HvIntegration.WindowsTests.Wine;

namespace HvIntegration.WindowsTests;

/// <summary>The live counter source in hvi.exe, on a pdh.dll that answers from a recording.</summary>
public sealed class PdhSourceTests(WinePrefix wine, PdhReplay replay) : IClassFixture<PdhReplay>
{
    private const int Rows = 14;
    private const string StartSecond = "1790000000";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly PdhReplay _replay = replay;

    [Fact]
    public async Task Samples_VmsComeGoAndAreReset_AreThoseOfTheRecordingReplayedOnLinux()
    {
        // Arrange
        string recording = new HostRecording().HostRows().Vm("alpha", 1).Vm("db:1 [old]", 2, reset: 7).Vm("gamma_x", 3, from: 4, until: 10, moves: 9, contention: true).Write(Recording("samples"), Rows);
        // Act
        var live = await LiveAsync(recording, Rows);
        var replayed = await ReplayedAsync(recording, Rows);
        // Assert
        Assert.Equal(Rows, live.Count);
        for (int i = 0; i < Rows; i++)
        {
            Assert.Equal(Samples(replayed[i]), Samples(live[i]));
        }

        Assert.Contains(Samples(live[5]), s => s.Contains("gamma_x", StringComparison.Ordinal) && s.Contains("hvi.host.vp.wait_time", StringComparison.Ordinal));
        Assert.DoesNotContain(live[11].GetProperty("partitions").EnumerateArray(), p => p.GetProperty("name").GetString() == "gamma_x");
        Assert.DoesNotContain(Samples(live[7]), s => s.Contains("db:1", StringComparison.Ordinal) && s.Contains("hvi.host.vp.run_time", StringComparison.Ordinal));
        Assert.Equal("live", live[0].GetProperty("origin").GetString());
        // What tells a full wire, a slow cluster volume, a move and the build's own contention is asked for live, not only found in a recording.
        foreach (string metric in (string[])["hvi.host.uplink.io", "hvi.host.uplink.speed", "hvi.host.uplink.dropped", "hvi.host.uplink.queue_length", "hvi.host.store.operation_time", "hvi.host.memory.total"])
        {
            Assert.Contains(Samples(live[9]), s => s.Contains($"| {metric} |", StringComparison.Ordinal));
        }

        Assert.DoesNotContain(Samples(live[9]), s => s.Contains("isatap", StringComparison.Ordinal));
        Assert.Contains(Samples(live[9]), s => s.StartsWith("gamma_x | hvi.host.vm.activity | migration |", StringComparison.Ordinal) && s.Contains("| 1 |", StringComparison.Ordinal));
        Assert.Contains(Samples(live[8]), s => s.StartsWith("gamma_x | hvi.host.vm.activity | migration |", StringComparison.Ordinal) && s.Contains("| 0 |", StringComparison.Ordinal));
        Assert.Contains(Samples(live[9]), s => s.StartsWith("gamma_x | hvi.host.vp.contention_time |", StringComparison.Ordinal));
        // Parts of the stack: nodes by name, pipes together, of ports and switch processors the worst, and no VM made of their names.
        Assert.Equal("32768000000", Value(live[9], "hvi.host.vid.node_memory | Node 0"));
        Assert.Equal("2", Value(live[9], "hvi.host.vid.node_processors | Node 1"));
        Assert.Equal("1.5", Value(live[9], "hvi.host.switch.port_dropped | receive"));
        Assert.Equal("1500", Value(live[9], "hvi.host.switch.processor_packets | external"));
        Assert.Equal("6", Value(live[9], "hvi.host.switch.queues | "));
        Assert.Equal("4096", Value(live[2], "hvi.host.vmbus.pipes.io | read"));
        Assert.Equal("8192", Value(live[9], "hvi.host.vmbus.pipes.io | read"));
        Assert.Equal("20480000", Value(live[9], "hvi.host.partition.deposited | "));
        Assert.Contains(Samples(live[9]), s => s.StartsWith("alpha | hvi.host.vmwp.consoles |", StringComparison.Ordinal) && s.Contains("| 1 |", StringComparison.Ordinal));
        Assert.Equal(["alpha", "db:1 [old]", "gamma_x"], live[9].GetProperty("partitions").EnumerateArray().Select(p => p.GetProperty("name").GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Coverage_SetAndCounterAbsent_EachTellsItsReasonAndHarmsNoOther()
    {
        // Arrange
        string recording = new HostRecording().HostRows().Vm("alpha", 1).Write(Recording("coverage"), 6);
        // Act
        var reads = await LiveAsync(recording, 6, "Hyper-V Dynamic Memory VM|3", "--set", "Pdh:RetrySeconds=1");
        // Assert
        Assert.StartsWith("this system has no such counter set (0xC0000BB8)", Missing(reads[0], "Hyper-V Replica VM", "Average Replication Latency"), StringComparison.Ordinal);
        Assert.StartsWith("this build has no such counter (0xC0000BB9)", Missing(reads[0], "Hyper-V Hypervisor Virtual Processor", "CPU Contention Time Per Dispatch"), StringComparison.Ordinal);
        Assert.StartsWith("this system has no such counter set", Missing(reads[0], "Hyper-V Dynamic Memory VM", "Physical Memory"), StringComparison.Ordinal);
        Assert.Contains(reads[0].GetProperty("faults").EnumerateArray(), f => f.GetString()!.StartsWith("Hyper-V Dynamic Memory VM: ", StringComparison.Ordinal));
        Assert.Contains(Samples(reads[1]), s => s.Contains("hvi.host.vp.run_time", StringComparison.Ordinal));
        // The set came: it is found without a restart, and its fault goes.
        Assert.Null(Missing(reads[5], "Hyper-V Dynamic Memory VM", "Physical Memory"));
        Assert.Contains(Samples(reads[5]), s => s.Contains("hvi.host.memory.assigned", StringComparison.Ordinal));
        Assert.DoesNotContain(reads[5].GetProperty("faults").EnumerateArray(), f => f.GetString()!.StartsWith("Hyper-V Dynamic Memory VM: this system", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Samples_ArrayHasTheStatusOfItsWorstRow_GoodRowsAreThoseOfTheRecording()
    {
        // Arrange
        const string runTime = "alpha | hvi.host.vp.run_time | 0 | ";
        string recording = new HostRecording().HostRows().Vm("alpha", 1).Vm("db", 2, reset: 7).Write(Recording("worst"), Rows);
        // Act
        var live = await LiveAsync(recording, Rows, environment: PdhReplay.Serve(recording, worst: true));
        var replayed = await ReplayedAsync(recording, Rows);
        // Assert
        for (int i = 2; i < Rows; i++)
        {
            Assert.Equal(ValueOf(replayed[i], runTime), ValueOf(live[i], runTime), 4);
        }

        Assert.DoesNotContain(Samples(live[7]), s => s.StartsWith("db | hvi.host.vp.run_time | ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Samples_SumOf32BitsWraps_NoSecondOfLatencyIsLost()
    {
        // Arrange
        const string latency = "alpha | hvi.host.disk.operation_time | ";
        string recording = new HostRecording().HostRows().Vm("alpha", 1).Write(Recording("wrap"), Rows);
        // Act
        var live = await LiveAsync(recording, Rows, environment: PdhReplay.Serve(recording, wraps: true));
        var replayed = await ReplayedAsync(recording, Rows);
        // Assert
        for (int i = 2; i < Rows; i++)
        {
            Assert.Equal(ValueOf(replayed[i], latency), ValueOf(live[i], latency), 4);
        }
    }

    [Fact]
    public async Task Collect_OneThousandVmsOfEightProcessors_PrintsItsCost()
    {
        // Arrange
        const int vms = 1_024;
        const int each = 8;
        string recording = new HostRecording().HostRows().Processors(vms, each).Write(Recording("many"), 4);
        // Act
        var result = await wine.RunAsync(
            await WindowsPrograms.BrokerAsync(), [.. Arguments("pdh", 4), "--summary"], Patience, PdhReplay.Serve(recording));
        // Assert
        string[] lines = result.Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith($"read 4: {vms} VMs, ", lines[3], StringComparison.Ordinal);
        // Six counters give six series for each processor, and one count for each VM.
        Assert.True(int.Parse(lines[3].Split(' ')[4], System.Globalization.CultureInfo.InvariantCulture) >= vms * each * 6, lines[3]);
        foreach (string line in lines)
        {
            TestContext.Current.SendDiagnosticMessage($"{vms} VMs x {each} virtual processors, Wine with the replaying pdh.dll, {line}");
        }
    }

    private static string? Missing(JsonElement read, string set, string counter) => read.GetProperty("coverage").EnumerateArray()
        .Single(c => c.GetProperty("set").GetString() == set && c.GetProperty("counter").GetString() == counter).TryGetProperty("missing", out var missing)
        ? missing.GetString()
        : null;

    // The GUID of a VM without an adapter is made from the host's name, which differs: VMs are compared by name.
    private static List<string> Samples(JsonElement read)
    {
        var names = read.GetProperty("partitions").EnumerateArray().ToDictionary(p => p.GetProperty("id").GetGuid(), p => p.GetProperty("name").GetString()!);
        return
        [
            .. read.GetProperty("samples").EnumerateArray().Select(s => string.Join(
                " | ",
                s.GetProperty("vm").GetGuid() is var id && names.TryGetValue(id, out string? name) ? name : id.ToString(), s.GetProperty("metric"), s.GetProperty("instance"),
                s.GetProperty("form"), s.GetProperty("startNs"), s.GetProperty("endNs"), s.GetProperty("value").GetRawText(), s.GetProperty("quality"), s.GetProperty("native"))).Order(StringComparer.Ordinal),
        ];
    }

    // Value of a series of the host itself.
    private static string Value(JsonElement read, string series)
    {
        string start = $"{Guid.Empty} | {series} | ";
        string sample = Assert.Single(Samples(read), s => s.StartsWith(start, StringComparison.Ordinal));
        return sample.Split(" | ")[6];
    }

    // Value of the one series whose line begins so.
    private static double ValueOf(JsonElement read, string start) => double.Parse(
        Assert.Single(Samples(read), s => s.StartsWith(start, StringComparison.Ordinal)).Split(" | ")[6], System.Globalization.CultureInfo.InvariantCulture);

    private static List<JsonElement> Reads(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(l => JsonDocument.Parse(l).RootElement)];

    private static string[] Arguments(string source, int rows, params string[] more) =>
        ["counters", "--source", source, "--reads", $"{rows}", "--at-once", "--start", StartSecond, "--format", "json", .. more];

    private Task<List<JsonElement>> LiveAsync(string recording, int rows, string late, params string[] more) =>
        LiveAsync(recording, rows, PdhReplay.Serve(recording, late: late), more);

    private async Task<List<JsonElement>> LiveAsync(string recording, int rows, Dictionary<string, string>? environment = null, params string[] more)
    {
        Assert.NotNull(_replay);
        var result = await wine.RunAsync(
            await WindowsPrograms.BrokerAsync(), Arguments("pdh", rows, more), Patience, environment ?? PdhReplay.Serve(recording));
        return Reads(result.Succeeded());
    }

    private static async Task<List<JsonElement>> ReplayedAsync(string recording, int rows)
    {
        var result = await Shell.RunAsync(
            await WindowsPrograms.NativeBrokerAsync(), Arguments("pdh-csv", rows, "--set", $"PdhCsv:File={recording}", "--set", "PdhCsv:Speed=0"), Patience);
        return Reads(result.Succeeded());
    }

    private string Recording(string name) => Path.Join(wine.Scratch, name + ".csv");
}
