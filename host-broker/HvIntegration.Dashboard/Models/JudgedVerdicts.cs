using HvIntegration.Api.Contract;

namespace HvIntegration.Dashboard.Models;

/// <summary>What was said of a VM when a bundle was recorded, and what the rules of this hvi say of the same samples.</summary>
/// <param name="From">First second of the range, Unix.</param>
/// <param name="To">End, not in it.</param>
/// <param name="Same">Both name one cause.</param>
/// <param name="RecordedVersion">Version of the hvi that wrote the bundle: text of somebody else.</param>
/// <param name="Recorded">The verdict at recording time.</param>
/// <param name="Again">The verdict of the current rules.</param>
/// <param name="RuleDifferences">Settings in which the rules differ.</param>
public sealed record JudgedVerdicts(
    long From, long To, bool Same, string RecordedVersion, JudgedVerdict Recorded, JudgedVerdict Again, IReadOnlyList<string> RuleDifferences)
{
    internal static JudgedVerdicts Of(RediagnosisAnswer both) =>
        new(both.FromSecond, both.ToSecond, both.Same, both.RecordedVersion, Of(both.Recorded), Of(both.Again), both.RuleDifferences);

    private static JudgedVerdict Of(VerdictSpanView span) => new(span.Hypothesis, span.Probability, span.Sentence);
}

/// <summary>The verdict that stands for the time, by one of the two.</summary>
public sealed record JudgedVerdict(string Hypothesis, double Probability, string Sentence)
{
    /// <summary>Who is to blame.</summary>
    public VerdictKind Kind { get; } = RecordedKinds.Of(Hypothesis);
}
