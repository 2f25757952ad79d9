using HvIntegration.HostBroker.Commands;
using HvIntegration.HostBroker.Tests.Commands;
using HvIntegration.Cli.Client;
using System.Globalization;
using System.Text.RegularExpressions;

namespace HvIntegration.DashboardTests;

/// <summary><c>hvi top</c> in a real terminal says how old its numbers are, while its broker is stopped, and while it is restarted.</summary>
public sealed partial class TopFreshnessTests
{
    private static readonly TimeSpan Fault = TimeSpan.FromSeconds(13);

    [Fact]
    public async Task Top_WhileTheBrokerIsStoppedOrRestarted_SaysTheAgeAndGoesOn()
    {
        await using var broker = await RealBroker.StartAsync(6);
        await using var all = await StartAsync(broker.Url);
        await using var one = await StartAsync(broker.Url, "--vm", "web-01");
        TmuxScreen[] terminals = [all, one];
        await UntilAsync(terminals, IsLive, "a live screen");

        await broker.StopAsync();
        await Task.WhenAll(terminals.Select(AssertTurnsAsync));
        await UntilAsync(terminals, s => s.Contains("No new data from the broker", StringComparison.Ordinal), "the word that nothing comes");
        await broker.ContinueAsync();
        await UntilAsync(terminals, IsLive, "a live screen after the stop");

        await broker.EndAsync();
        await Task.WhenAll(terminals.Select(AssertTurnsAsync));
        await UntilAsync(terminals, s => s.Contains("No broker answers", StringComparison.Ordinal), "the word that no broker answers");
        await broker.StartAgainAsync();
        await all.WaitAsync(s => IsLive(s) && s.Contains("web-01", StringComparison.Ordinal), "a live screen after the restart");
        await one.WaitAsync(s => IsLive(s) && s.Contains("HOST", StringComparison.Ordinal), "a live screen after the restart");
        foreach (var terminal in terminals)
        {
            await terminal.PressAsync("q");
            Assert.Equal(ExitStatus.Ok, await terminal.ExitStatusAsync());
        }
    }

    private static Task<TmuxScreen> StartAsync(string url, params string[] more) =>
        TmuxScreen.StartAsync(["TERM=screen-256color"], ["dotnet", typeof(HviCommand).Assembly.Location, "top", "--broker", url, .. more]);

    private static Task UntilAsync(TmuxScreen[] terminals, Func<string, bool> holds, string what) => Task.WhenAll(terminals.Select(t => t.WaitAsync(holds, what)));

    // Amber from 3 s on, grey from 10 s on, and never live in between. Colours as tmux gives them: 33 or 93 is yellow.
    private static async Task AssertTurnsAsync(TmuxScreen terminal)
    {
        long began = TimeProvider.System.GetTimestamp();
        var seen = new List<(double At, long Age, bool Amber)>();
        while (TimeProvider.System.GetElapsedTime(began) < Fault)
        {
            double at = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            string screen = await terminal.CaptureAsync(escapes: true);
            if (Age().Match(screen) is { Success: true } age)
            {
                bool amber = Amber().IsMatch(screen[..age.Index].Split('\n')[^1]);
                seen.Add((at, long.Parse(age.Groups[1].Value, CultureInfo.InvariantCulture), amber));
            }
            else
            {
                Assert.True(at < 5, $"still live {at:0.0} s after the stop:\n{screen}");
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.All(seen, s => Assert.InRange(s.Age, s.At - 2.5, s.At + 2.5));
        Assert.Contains(seen, s => s is { Age: < 5, Amber: true });
        Assert.All(seen, s => Assert.Equal(s.Age < 10, s.Amber));
        Assert.Contains(seen, s => s.Age >= 10);
    }

    private static bool IsLive(string screen) => Live().IsMatch(screen) && !Age().IsMatch(screen);

    [GeneratedRegex(@"(\d+) s old")]
    private static partial Regex Age();

    [GeneratedRegex(@"(^|\n)(hvi top +| )live ")]
    private static partial Regex Live();

    [GeneratedRegex(@"\u001b\[[0-9;]*(33|93|38;5;11)m[^\u001b]*$")]
    private static partial Regex Amber();
}
