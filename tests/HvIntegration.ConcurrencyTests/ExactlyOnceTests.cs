using HvIntegration.ConcurrencyTests.Exploring;
using HvIntegration.ConcurrencyTests.Scene;

namespace HvIntegration.ConcurrencyTests;

/// <summary>
/// What is acknowledged is in history once, whatever goes wrong when and whoever runs first; and afterwards all is in order again.
/// HVI_SCHEDULES sets how many schedules of each kind are tried, HVI_SEED where they begin.
/// </summary>
public sealed class ExactlyOnceTests(ITestOutputHelper output)
{
    private static int Schedules => int.Parse(Environment.GetEnvironmentVariable("HVI_SCHEDULES") ?? "400", System.Globalization.CultureInfo.InvariantCulture);

    private static int FirstSeed => int.Parse(Environment.GetEnvironmentVariable("HVI_SEED") ?? "1", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task NoTrouble_EverythingIsAcknowledged()
    {
        using var story = new Story(new Delays(), seed: 1);

        await story.RunAsync(troubles: 0);

        Assert.True(story.Acknowledgements > 1);
    }

    [Fact]
    public Task RandomWalk_NothingAcknowledgedIsMissing_AndAllHeals() => ExploreAsync(seed => new RandomWalk(seed));

    [Fact]
    public Task PriorityChanges_NothingAcknowledgedIsMissing_AndAllHeals() => ExploreAsync(seed => new PriorityChanges(seed, changes: 3 + (seed % 8), within: 6_000));

    [Fact]
    public async Task EachDelay_NothingAcknowledgedIsMissing_AndAllHeals()
    {
        using var undisturbed = new Story(new Delays(), seed: 5);
        await undisturbed.RunAsync(troubles: 8);
        var failed = new List<string>();
        long last = Math.Min(undisturbed.Steps, 2L * Schedules);
        for (long at = 1; at <= last && failed.Count < 10; at++)
        {
            using var story = new Story(new Delays(at), seed: 5);
            try
            {
                await story.RunAsync(troubles: 8);
            }
            catch (ExplorationException e)
            {
                failed.Add(e.Message);
            }
        }

        output.WriteLine($"one delay at each of the first {last} of {undisturbed.Steps} steps");
        Assert.True(failed.Count == 0, string.Join('\n', failed));
    }

    private async Task ExploreAsync(Func<int, Schedule> schedule)
    {
        long steps = 0;
        long acknowledgements = 0;
        long failures = 0;
        var failed = new List<string>();
        for (int seed = FirstSeed; seed < FirstSeed + Schedules && failed.Count < 10; seed++)
        {
            using var story = new Story(schedule(seed), seed);
            try
            {
                await story.RunAsync(troubles: 4 + (seed % 12));
            }
            catch (ExplorationException e)
            {
                failed.Add(e.Message);
                output.WriteLine(e.ToString());
            }

            steps += story.Steps;
            acknowledgements += story.Acknowledgements;
            failures += story.Failures;
        }

        output.WriteLine($"{Schedules} schedules from seed {FirstSeed}: {steps} steps, {acknowledgements} acknowledgements, {failures} failed commits");
        Assert.True(failed.Count == 0, string.Join('\n', failed));
    }
}
