using HvIntegration.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Cases;

/// <summary>Answer to one question about the window.</summary>
internal enum Answer
{
    /// <summary>Not measured: counts for nothing, neither for nor against.</summary>
    NotMeasured,

    /// <summary>It was measured and does not hold.</summary>
    No,

    /// <summary>It was measured and holds.</summary>
    Yes,
}

/// <summary>One question about the window, with its answer and the numbers behind it.</summary>
/// <param name="Answer">Yes, no, or not measured.</param>
/// <param name="Signal">Signal it rests on; null when it is none of the catalog.</param>
/// <param name="What">Name of what it rests on when it is no signal.</param>
/// <param name="Fact">What evidence says of it; null unless explaining.</param>
/// <param name="Value">What was observed; NaN when not measured.</param>
/// <param name="Limit">Compared with; NaN when there is none.</param>
/// <param name="Unit">Unit of both.</param>
/// <param name="Source">Native counter, or why it is missing; empty unless explaining.</param>
/// <param name="Strength">0 to 1: quality of the signal and distance from the limit.</param>
internal readonly record struct Finding(
    Answer Answer, SignalDefinition? Signal, string What, Fact? Fact, double Value, double Limit, string Unit, string Source, double Strength)
{
    /// <summary>True when it holds.</summary>
    public bool Holds => Answer == Answer.Yes;

    /// <summary>Nothing is known of the signal, not even why it is missing.</summary>
    public bool IsUnreported { get; init; }

    /// <summary>True when it was measured and does not hold.</summary>
    public bool Fails => Answer == Answer.No;

    /// <summary>Holds when any of them holds; fails only when all measured ones fail; the strongest speaks.</summary>
    public static Finding Any(params ReadOnlySpan<Finding> findings)
    {
        var best = 0;
        for (var i = 1; i < findings.Length; i++)
        {
            if (findings[i].Answer > findings[best].Answer || (findings[i].Answer == findings[best].Answer && findings[i].Strength > findings[best].Strength))
            {
                best = i;
            }
        }

        return findings[best];
    }

    /// <summary>Holds when all hold; one that fails decides; one that is missing leaves it open.</summary>
    public static Finding All(params ReadOnlySpan<Finding> findings)
    {
        var worst = 0;
        for (var i = 1; i < findings.Length; i++)
        {
            if (Rank(findings[i].Answer) < Rank(findings[worst].Answer)
                || (findings[i].Answer == findings[worst].Answer && findings[i].Strength < findings[worst].Strength))
            {
                worst = i;
            }
        }

        if (!findings[worst].Holds || findings[0].Fact is null)
        {
            return findings[worst];
        }

        var facts = new List<Fact>(findings.Length);
        foreach (var finding in findings)
        {
            if (finding.Fact is { } fact)
            {
                facts.Add(fact);
            }
        }

        return findings[worst] with { Fact = new Fact(FactKind.Together) { Parts = facts } };

        static int Rank(Answer answer) => answer switch { Answer.No => 0, Answer.NotMeasured => 1, _ => 2 };
    }

    /// <summary>The first that was measured; the first when none was.</summary>
    public static Finding FirstMeasured(params ReadOnlySpan<Finding> findings)
    {
        foreach (var finding in findings)
        {
            if (finding.Answer != Answer.NotMeasured)
            {
                return finding;
            }
        }

        return findings[0];
    }

    /// <summary>The opposite answer with the same numbers; not measured stays so.</summary>
    public Finding Not() => this with { Answer = Answer switch { Answer.Yes => Answer.No, Answer.No => Answer.Yes, _ => Answer.NotMeasured } };

    /// <summary>The same, worth less: it is a weaker form of the question.</summary>
    public Finding Weaker(double factor) => this with { Strength = Strength * factor };
}
