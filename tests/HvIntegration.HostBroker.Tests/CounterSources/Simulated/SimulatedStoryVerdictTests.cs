using HvIntegration.Engine;
using HvIntegration.Model;
using HvIntegration.CounterSources.Simulated;

namespace HvIntegration.HostBroker.Tests.CounterSources.Simulated;

/// <summary>The story through the real engine: what <c>hvi demo</c> says.</summary>
public class SimulatedStoryVerdictTests
{
    private const long Second = 1_000_000_000;
    private const long Start = 1_790_000_000 * Second;
    private const int PhaseSeconds = 40;

    [Fact]
    public async Task Story_ThroughTheEngine_BlamesTheRightSideInEveryPhase()
    {
        var said = await RunAsync();

        Assert.Equal("none", said[(StoryPhase.Idle, "web-01")]);
        Assert.Equal("host-cpu-contention by batch-01", said[(StoryPhase.HostContention, "web-01")]);
        Assert.Equal("guest-cpu-demand", said[(StoryPhase.OwnDemand, "web-01")]);
        Assert.StartsWith("host-storage-slow", said[(StoryPhase.SlowStore, "sql-01")], StringComparison.Ordinal);
        Assert.StartsWith("host-storage-slow", said[(StoryPhase.SlowStore, "file-01")], StringComparison.Ordinal);
        Assert.Equal("cpu-cap", said[(StoryPhase.Cap, "desk-01")]);
        Assert.All(
            said.Where(s => s.Key.Vm == "batch-01" && s.Key.Phase is not StoryPhase.HostContention), s => Assert.Equal("none", s.Value));
    }

    private static async Task<Dictionary<(StoryPhase Phase, string Vm), string>> RunAsync()
    {
        await using var source = new SimulatedCounterSource(new SimulatedOptions { PhaseSeconds = PhaseSeconds });
        var story = new Story(PhaseSeconds);
        var model = new HostModel();
        var votes = new Dictionary<(StoryPhase, string), Dictionary<string, int>>();
        for (int s = 0; s <= story.CycleSeconds + 3; s++)
        {
            long now = Start + (s * Second);
            var reading = await source.ReadAsync(now, TestContext.Current.CancellationToken);
            model.UpdateInventory(reading.Partitions);
            foreach (var sample in reading.Samples)
            {
                model.AddHostSample(sample);
            }

            foreach (var (partition, boot, exchange) in source.DrainExchanges(now))
            {
                model.AddClockExchange(partition, boot, exchange);
            }

            foreach (var batch in source.DrainGuests(now))
            {
                model.AddGuestBatch(batch);
            }

            foreach (var report in model.AdvanceTo(now / Second))
            {
                double at = report.Second - (Start / Second);
                var phase = story.At(at);

                // The second half of a phase: what led to it has settled.
                if (story.At(Math.Max(0, at - (PhaseSeconds / 2.0))) != phase && phase != StoryPhase.Idle)
                {
                    continue;
                }

                string culprit = report.Verdict.Culprits.Count > 0 ? " by " + report.Verdict.Culprits[0].Name : "";
                var counts = votes.TryGetValue((phase, report.Partition.Name), out var known) ? known : votes[(phase, report.Partition.Name)] = [];
                counts[report.Verdict.Hypothesis + culprit] = counts.GetValueOrDefault(report.Verdict.Hypothesis + culprit) + 1;
            }
        }

        return votes.ToDictionary(v => v.Key, v => v.Value.MaxBy(c => c.Value).Key);
    }
}
