using System.Globalization;
using System.Net;
using HvIntegration.TestKit.Processes;

namespace HvIntegration.HostileTests.Attacks;

/// <summary>Every attack by its name.</summary>
internal static class AttackCatalog
{
    /// <summary>In the order of the tests; an attack found later goes to the end.</summary>
    public static IReadOnlyList<Attack> All { get; } =
    [
        new("false Hello time", SampleFloods.FalseHelloTimeAsync),
        new("1,500 new series a batch", SampleFloods.UniqueSeries(1_500)),
        new("4,096 new series a batch", SampleFloods.UniqueSeries(4_096)),
        new("extreme process values", SampleFloods.ExtremeProcessAsync) { AfterAsync = OthersTables.JudgeAsync },
        new("4,096 series in every batch", SampleFloods.WideBatchesAsync),
        new("new processes in every batch", SampleFloods.UniqueProcessesAsync),
        new("future times", SampleFloods.FutureTimesAsync),
        new("extreme times", SampleFloods.ExtremeTimesAsync),
        new("new boots", StreamFloods.NewBootsAsync),
        new("refused streams", StreamFloods.RefusalsAsync),
        new("mutated messages", StreamFloods.MutatedAsync),
        new("generated streams", StreamFloods.GeneratedAsync),
        new("connections", ConnectionFloods.ConnectionsAsync),
        new("HTTP/2 frames", ConnectionFloods.FramesAsync) { AfterAsync = OtherPaths.JudgeAsync },
        new("texts", TextsOnScreens.RunAsync) { DuringAsync = TextsOnScreens.JudgeAsync, Harmless = true },
        new("API connections", ConnectionFloods.ApiAsync) { OfNoVm = true, SecondsMin = 15, DuringAsync = HealthDuringAsync, AfterAsync = HalfSentEndedAsync },
    ];

    private static Task<IReadOnlyList<string>> HalfSentEndedAsync(BrokerWithVms broker, Attacker attacker) => Task.FromResult<IReadOnlyList<string>>(
        attacker.Counts.GetValueOrDefault(ConnectionFloods.HalfSentEnded) > 0 ? [] : ["the broker ended no half-sent request of the attack"]);

    // A half-sent request is ended after some seconds: then the API is there again, attack or not.
    private static async Task<IReadOnlyList<string>> HealthDuringAsync(BrokerWithVms broker, Attacker attacker)
    {
        try
        {
            var (status, _) = await broker.AskAnewAsync("healthz");
            return status == HttpStatusCode.OK ? [] : [string.Create(CultureInfo.InvariantCulture, $"/healthz answers {(int)status} at the end of the attack")];
        }
        catch (HttpRequestException e)
        {
            return [$"/healthz does not answer at the end of the attack: {e.Message}"];
        }
    }
}
