using HvIntegration.Broker.Live;
using HvIntegration.Model;

namespace HvIntegration.Broker.Queries;

/// <summary>One episode as every view shows it, whether it is in memory or in history only.</summary>
/// <param name="Key">VM and first second: its name for ever.</param>
/// <param name="VmName">Name of its VM; the GUID where no name is known.</param>
/// <param name="Hypothesis">Id of the cause.</param>
/// <param name="Side">Side of the cause.</param>
/// <param name="Title">Of the verdict at its most certain second.</param>
/// <param name="Sentence">Of the same verdict.</param>
/// <param name="Probability">Of the same verdict, 0 to 1.</param>
/// <param name="Severity">Greatest harm to the guest, 0 to 1.</param>
/// <param name="HeldSecond">Last host second in which its cause held.</param>
/// <param name="EndSecond">Last host second; null while it goes on.</param>
/// <param name="Verdict">At its most certain second, with evidence and suspects; null when it is in history only.</param>
/// <param name="Gaps">Seconds in it in which a side reported nothing, oldest first.</param>
/// <param name="Acknowledged">Who has seen it; null when nobody has.</param>
internal sealed record KnownEpisode(
    EpisodeKey Key, string VmName, string Hypothesis, Side Side, string Title, string Sentence, double Probability, double Severity, long HeldSecond, long? EndSecond,
    Verdict? Verdict, IReadOnlyList<EpisodeGap> Gaps, Acknowledgement? Acknowledged);
