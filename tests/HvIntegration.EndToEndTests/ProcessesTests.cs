using System.Text.Json;

namespace HvIntegration.EndToEndTests;

/// <summary>The two programs as real processes over a Unix socket.</summary>
public sealed class ProcessesTests(ProcessesFixture machine) : IClassFixture<ProcessesFixture>, IDisposable
{
    private const string EverySecond = "system.cpu.logical.count";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly BrokerApi _api = new(machine.Url);

    [Fact]
    public async Task Vms_AgentStreams_ListsTheVmAndHistoryGrows()
    {
        // Arrange
        long from = await WatchedSecondAsync();
        // Act
        await WaitSecondAsync(from + 8);
        var console = await Shell.RunAsync(PublishedPrograms.Hvi, ["vms", "--broker", machine.Url, "--format", "json"], Patience);
        var missing = await _api.MissingSecondsAsync(ProcessesFixture.Vm, EverySecond, from, from + 6);
        // Assert
        using var listed = JsonDocument.Parse(console.Output);
        Assert.Contains(listed.RootElement.GetProperty("vms").EnumerateArray(), vm =>
            vm.GetProperty("name").GetString() == ProcessesFixture.Vm && vm.GetProperty("agent").GetString() == "live");
        Assert.Empty(missing);
    }

    [Fact]
    public async Task Agent_Published_IsOneStaticFileThatLoadsNothing()
    {
        // Act: every program header and every dynamic entry of the file users copy into a guest.
        var headers = await Shell.RunAsync("readelf", ["-W", "-l", "-d", PublishedPrograms.Agent], Patience);
        // Assert
        headers.Succeeded();
        Assert.Contains("LOAD", headers.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("INTERP", headers.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("(NEEDED)", headers.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broker_KilledAndRestarted_HistoryMissesNoSecond()
    {
        // Arrange
        long from = await WatchedSecondAsync();
        await WaitSecondAsync(from + 4);
        // Act
        await machine.KillBrokerAsync();
        await Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);
        machine.StartBroker();
        await _api.WaitLiveAsync(ProcessesFixture.Vm, Patience);
        long back = await _api.SecondAsync();
        await WaitSecondAsync(back + 5);
        // Assert
        await Eventually.GetAsync(
            async () => (await _api.MissingSecondsAsync(ProcessesFixture.Vm, EverySecond, from, back + 3)).Count == 0 ? "whole" : null,
            TimeSpan.FromSeconds(15), "no second is missing",
            async () => $"of {from} to {back + 3}: {string.Join(' ', await _api.MissingSecondsAsync(ProcessesFixture.Vm, EverySecond, from, back + 3))}\n{machine.Log("broker.log")}");
    }

    [Fact]
    public async Task Agent_KilledAndRestarted_StreamsAgainUnderTheSameBoot()
    {
        // Arrange
        await _api.WaitLiveAsync(ProcessesFixture.Vm, Patience);
        var before = (await _api.GetAsync("vms/" + ProcessesFixture.Vm)).GetProperty("agent");
        // Act
        await machine.KillAgentAsync();
        machine.StartAgent();
        var after = await Eventually.GetAsync(
            async () =>
            {
                var agent = (await _api.GetAsync("vms/" + ProcessesFixture.Vm)).GetProperty("agent");
                return agent.GetProperty("state").GetString() == "live"
                    && agent.GetProperty("committedSequence").ValueKind == JsonValueKind.Number
                    && agent.GetProperty("committedSequence").GetUInt64() > before.GetProperty("lastSequence").GetUInt64() + 3
                    ? agent.ToString()
                    : null;
            },
            Patience, "new batches of the new agent are committed", () => Task.FromResult(machine.Log("agent.log") + machine.Log("broker.log")));
        // Assert
        using var now = JsonDocument.Parse(after);
        Assert.Equal(before.GetProperty("bootId").GetGuid(), now.RootElement.GetProperty("bootId").GetGuid());
    }

    /// <inheritdoc/>
    public void Dispose() => _api.Dispose();

    // A second the agent was there for: it is live before the second of its first sample is closed.
    private async Task<long> WatchedSecondAsync()
    {
        await _api.WaitLiveAsync(ProcessesFixture.Vm, Patience);
        long live = await _api.SecondAsync();
        string found = await Eventually.GetAsync(
            async () => (await _api.MetricAsync(ProcessesFixture.Vm, EverySecond, live, live + 60)).FirstOrDefault(p => p.Value is not null) is { Key: > 0 } first ? $"{first.Key}" : null,
            Patience, "history has a second of the agent", () => Task.FromResult(machine.Log("agent.log") + machine.Log("broker.log")));
        return long.Parse(found, System.Globalization.CultureInfo.InvariantCulture);
    }

    private Task WaitSecondAsync(long second) => Eventually.GetAsync(
        async () => await _api.SecondAsync() >= second ? "reached" : null, Patience, $"second {second} is closed",
        () => Task.FromResult(machine.Log("broker.log")));
}
