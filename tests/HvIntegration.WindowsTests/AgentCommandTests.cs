using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HvIntegration.Protocol.V1;
using HvIntegration.WindowsTests.Wine;

namespace HvIntegration.WindowsTests;

/// <summary>The agent's commands as a Windows guest runs them, every collector against Wine's own implementation.</summary>
public sealed class AgentCommandTests(WinePrefix wine)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>What Wine has no implementation of; each must say so.</summary>
    private static readonly string[] AbsentUnderWine = ["disk", "session", "input-delay", "remotefx", "gpu", "dynamic-memory"];

    /// <summary>What reads real numbers there.</summary>
    private static readonly string[] Read = ["cpu", "memory", "paging", "network", "tcp", "connections", "filesystem", "clock", "handles", "service", "agent"];

    [Fact]
    public async Task Help_OnWindows_ShowsTheSameCommandsAsOnLinux()
    {
        // Act
        var help = await wine.RunAsync(await WindowsPrograms.AgentAsync(), ["--help"], Patience);
        // Assert
        string text = help.Succeeded();
        Assert.All((string[])["run", "once", "check", "record", "payload"], command => Assert.Contains($"\n  {command} ", text.ReplaceLineEndings("\n"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Once_UnderWine_ReadsSaneValues()
    {
        // Act
        string text = (await wine.RunAsync(await WindowsPrograms.AgentAsync(), ["once", "--format", "json"], Patience)).Succeeded();
        // Assert
        using var document = JsonDocument.Parse(text);
        var collectors = document.RootElement.GetProperty("collectors").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!);
        Assert.All(Read, name => Assert.Equal("ok", collectors[name].GetProperty("status").GetString()));
        Assert.All(collectors.Values.Where(c => c.GetProperty("status").GetString() == "absent"), c => Assert.NotEqual("", c.GetProperty("reason").GetString()));

        var values = document.RootElement.GetProperty("values").EnumerateArray().ToLookup(v => v.GetProperty("metric").GetString()!, v => v.GetProperty("value").GetDouble());
        Assert.Equal(Environment.ProcessorCount, values["system.cpu.logical.count"].Single());
        Assert.InRange(values["system.memory.limit"].Single(), MemoryTotal() * 0.9, MemoryTotal() * 1.1);
        Assert.True(values["system.cpu.time"].Sum() > 0, "no processor time at all");
        Assert.True(values["hvi.guest.memory.committed"].Single() > 0, "nothing is committed");
        Assert.True(values["hvi.guest.handles"].Single() > 0, "no handle is open");

        JsonElement own = Assert.Single(
            document.RootElement.GetProperty("processes").EnumerateArray(), p => p.GetProperty("name").GetString() == "hvi-agent.exe");
        Assert.True(own.GetProperty("threads").GetInt32() > 1);
        Assert.True(own.GetProperty("resident_bytes").GetInt64() > 1 << 20);
        Assert.True(own.GetProperty("cpu_user_us").GetInt64() + own.GetProperty("cpu_system_us").GetInt64() > 0);
        Assert.True(own.GetProperty("start_time_ms").GetInt64() > 0);
    }

    [Fact]
    public async Task Check_UnderWine_SaysWhatIsAbsentAndWhy()
    {
        // Arrange: nobody listens there.
        string broker = string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{FreePort.Take()}");
        // Act
        var check = await wine.RunAsync(await WindowsPrograms.AgentAsync(), ["check", "--format", "json", "--broker", broker], Patience);
        // Assert
        using var document = JsonDocument.Parse(check.Output);
        var states = document.RootElement.EnumerateArray().ToDictionary(l => l.GetProperty("name").GetString()!, l => l.GetProperty("state").GetString());
        Assert.All(AbsentUnderWine, name => Assert.Equal("absent", states[name]));
        Assert.Equal("ok", states["identity"]);
        Assert.Equal("unusable", states["broker"]);
        Assert.Equal(2, check.Status);
    }

    [Fact]
    public async Task Record_UnderWine_HoldsAHelloOfWindowsAndBatches()
    {
        // Arrange
        string file = Path.Join(wine.Scratch, "day.hvi");
        // Act
        (await wine.RunAsync(await WindowsPrograms.AgentAsync(), ["record", WinePrefix.ToWindows(file), "--seconds", "3"], Patience)).Succeeded();
        // Assert
        using var stream = File.OpenRead(file);
        Hello hello = AgentMessage.Parser.ParseDelimitedFrom(stream).Hello;
        Assert.Equal(OsFamily.Windows, hello.OsFamily);
        Assert.NotNull(AgentMessage.Parser.ParseDelimitedFrom(stream).Snapshot);
        var batches = 0;
        while (stream.Position < stream.Length)
        {
            Assert.Equal(AgentMessage.BodyOneofCase.Samples, AgentMessage.Parser.ParseDelimitedFrom(stream).BodyCase);
            batches++;
        }

        Assert.True(batches >= 1, "no batch in three seconds");
    }

    [Fact]
    public async Task BootId_TwoRunsInOneBoot_IsTheSame()
    {
        // Act
        string first = await BootIdAsync();
        string second = await BootIdAsync();
        // Assert
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task Once_AProgramComputes_ItsProcessorTimeRises()
    {
        // Arrange: a loop of the command interpreter that ends only when it is killed.
        using Process loop = wine.Start(Path.Join(wine.Scratch, "loop.log"), "cmd", ["/c", "for /L %i in (1,0,2) do @rem"]);
        try
        {
            // Act
            long first = await Eventually.GetAsync<object>(async () => await CpuOfAsync("cmd.exe") is > 0 and var cpu ? cpu : null, Patience, "the loop is listed") is long found ? found : 0;
            object later = await Eventually.GetAsync<object>(async () => await CpuOfAsync("cmd.exe") is var cpu && cpu > first ? cpu : null, Patience, $"its time rises above {first} us");
            // Assert
            Assert.True((long)later > first);
        }
        finally
        {
            loop.Kill();
            await loop.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static double MemoryTotal() =>
        double.Parse(File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;

    // Microseconds of all processes of that name; 0 when there is none. Status 1 says that a collector was late, as on a loaded machine.
    private async Task<long> CpuOfAsync(string name)
    {
        var answer = await wine.RunAsync(await WindowsPrograms.AgentAsync(), ["once", "--format", "json"], Patience);
        Assert.InRange(answer.Status, 0, 1);
        using var document = JsonDocument.Parse(answer.Output);
        return document.RootElement.GetProperty("processes").EnumerateArray().Where(p => p.GetProperty("name").GetString() == name)
            .Sum(p => p.GetProperty("cpu_user_us").GetInt64() + p.GetProperty("cpu_system_us").GetInt64());
    }

    private async Task<string> BootIdAsync()
    {
        // Status 1 says that a collector was late or absent, as on a loaded machine: the boot id is told all the same.
        var answer = await wine.RunAsync(await WindowsPrograms.AgentAsync(), ["once", "--format", "json"], Patience);
        Assert.InRange(answer.Status, 0, 1);
        using var document = JsonDocument.Parse(answer.Output);
        return document.RootElement.GetProperty("boot_id").GetString()!;
    }
}
