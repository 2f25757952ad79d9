using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Options;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>Weighs every hypothesis against the window of one VM and finds the winner. The window and the open episode decide alone: nothing is kept from second to second.</summary>
/// <remarks>The assessments are used again for each VM: they are those of the last <see cref="Assess"/>.</remarks>
internal sealed class Weighing
{
    private const double PriorLogOdds = -1.5;
    private const double NothingPriorLogOdds = 1;
    private const double PausedPriorLogOdds = -1;
    private const double StaysSeverity = 0.25;

    // Odds of something that is not in the catalog; what one side alone shows has more explanations.
    private const double OtherOdds = 1;
    private const double OtherOddsOneSided = 3;

    private readonly DiagnosisOptions _options;
    private readonly Assessment[] _all;
    private readonly Assessment[] _causes;

    /// <param name="hypotheses">All of them; exactly one is <see cref="HypothesisIds.None"/>.</param>
    /// <param name="options">Odds that a winner needs, and hysteresis.</param>
    public Weighing(IReadOnlyList<IHypothesis> hypotheses, DiagnosisOptions options)
    {
        _options = options;
        _all = [.. hypotheses.Select(h => new Assessment(h))];
        None = _all.Single(a => a.Hypothesis.Id == HypothesisIds.None);
        _causes = [.. _all.Where(a => a != None)];
    }

    /// <summary>Every hypothesis, in the order of the catalog.</summary>
    public IReadOnlyList<Assessment> All => _all;

    /// <summary>That nothing is wrong.</summary>
    public Assessment None { get; }

    /// <summary>Weighs all hypotheses against a window.</summary>
    /// <param name="window">The window; its hysteresis is 1 afterwards.</param>
    /// <param name="open">Cause of the open episode, whose limits are eased; null without one.</param>
    /// <param name="oneSided">Only one side of the VM was measured.</param>
    public void Assess(SignalWindow window, string? open, bool oneSided)
    {
        var other = oneSided ? OtherOddsOneSided : OtherOdds;
        Weigh(None, window, open);
        if (!window.Explaining && !None.File.Failed && open is null)
        {
            // Nothing hurts: no cause can stand, and nobody asks by how much.
            foreach (var assessment in _causes)
            {
                assessment.File.Begin(PriorLogOdds, false);
                assessment.Probability = 0;
            }

            None.Probability = None.File.Odds / (None.File.Odds + CaseFile.FallenOdds + other);
            return;
        }

        var strongest = 0.0;
        foreach (var assessment in _causes)
        {
            Weigh(assessment, window, open);
            strongest = Math.Max(strongest, assessment.File.Odds);
        }

        // Rivals are those that explain the same harm, "nothing wrong", and something not in the catalog.
        None.Probability = None.File.Odds / (None.File.Odds + strongest + other);
        foreach (var assessment in _causes)
        {
            var rivals = None.File.Odds;
            foreach (var rival in _causes)
            {
                rivals += rival != assessment && rival.Hypothesis.Family == assessment.Hypothesis.Family ? rival.File.Odds : 0;
            }

            assessment.Probability = assessment.File.Odds / (assessment.File.Odds + rivals + other);
        }
    }

    /// <summary>The cause that leads its family and does the greatest harm; else that nothing is wrong, when that is likely; null when neither is.</summary>
    /// <param name="window">The window that was weighed.</param>
    /// <param name="open">Cause of the open episode, which another must clearly exceed; null without one.</param>
    public Assessment? Winner(SignalWindow window, string? open)
    {
        Assessment? best = null;
        var worst = double.NegativeInfinity;
        foreach (var assessment in _causes)
        {
            if (assessment.Probability < _options.ProbabilityMin || !assessment.File.Stands)
            {
                continue;
            }

            var next = 0.0;
            foreach (var rival in _causes)
            {
                next = rival != assessment && rival.Hypothesis.Family == assessment.Hypothesis.Family ? Math.Max(next, rival.Probability) : next;
            }

            if (assessment.Probability < next * _options.LeadMin)
            {
                continue;
            }

            // A VM that stands still explains all the rest; else the greater harm speaks first.
            var severity = assessment.Hypothesis.Family == ResourceFamily.Whole ? 10 : assessment.Hypothesis.Severity(window);
            severity = double.IsNaN(severity) ? 0 : severity;

            // Of two harms at once the one told first stays, unless the other is clearly worse.
            severity += assessment.Hypothesis.Id == open ? StaysSeverity : 0;
            if (severity > worst || (severity == worst && assessment.Probability > best!.Probability))
            {
                best = assessment;
                worst = severity;
            }
        }

        return best ?? (None.File.Stands && None.Probability >= _options.ProbabilityMin ? None : null);
    }

    /// <summary>The assessment of a hypothesis; null for an id that is not one of them.</summary>
    public Assessment? OfId(string? id)
    {
        foreach (var assessment in _all)
        {
            if (assessment.Hypothesis.Id == id)
            {
                return assessment;
            }
        }

        return null;
    }

    private void Weigh(Assessment assessment, SignalWindow window, string? open)
    {
        window.Hysteresis = assessment.Hypothesis.Id == open ? _options.HysteresisRatio : 1;
        assessment.File.Begin(
            assessment.Hypothesis.Family switch
            {
                ResourceFamily.None => NothingPriorLogOdds,
                ResourceFamily.Whole => PausedPriorLogOdds,
                _ => PriorLogOdds,
            },
            window.Explaining);
        assessment.Hypothesis.Weigh(window, assessment.File);
        window.Hysteresis = 1;
    }
}
