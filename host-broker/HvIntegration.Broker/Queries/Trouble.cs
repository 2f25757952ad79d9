using HvIntegration.Model;

namespace HvIntegration.Broker.Queries;

/// <summary>An episode as far as it is weighed against others.</summary>
/// <param name="Hypothesis">Id of the cause.</param>
/// <param name="OnsetSecond">First second of the episode, Unix.</param>
/// <param name="EndSecond">Last second; null while it goes on.</param>
/// <param name="Severity">Greatest harm to the guest, 0 to 1.</param>
internal readonly record struct Trouble(string Hypothesis, long OnsetSecond, long? EndSecond, double Severity)
{
    /// <summary>Creates it from an episode in memory.</summary>
    public static Trouble Of(Episode episode) => new(episode.Hypothesis, episode.OnsetSecond, episode.EndSecond, episode.Severity);

    /// <summary>Creates it from a known episode.</summary>
    public static Trouble Of(KnownEpisode episode) => new(episode.Hypothesis, episode.Key.OnsetSecond, episode.EndSecond, episode.Severity);

    /// <summary>Harm it did in a range: severity times its seconds there.</summary>
    /// <param name="fromSecond">First second of the range, Unix.</param>
    /// <param name="toSecond">End, not in it.</param>
    public double HarmIn(long fromSecond, long toSecond) =>
        Severity * Math.Max(0, Math.Min(EndSecond ?? long.MaxValue, toSecond - 1) - Math.Max(OnsetSecond, fromSecond) + 1);
}
