using HvIntegration.Model;

namespace HvIntegration.Broker.Bundles;

/// <summary>Whether a statement of a bundle is one that a broker writes: bounded, and with nothing missing that words are made of.</summary>
internal static class StatementCheck
{
    private const int ItemsMax = 256;
    private const int DepthMax = 4;

    /// <summary>True for none and for one that is sound.</summary>
    public static bool IsSound(VerdictStatement? statement) => statement is null || (
        Enum.IsDefined(statement.Kind) && Enum.IsDefined(statement.Side) && Enum.IsDefined(statement.MissingSide) && Enum.IsDefined(statement.Resource)
        && Fits(statement.Cause) && Fits(statement.Vm) && Fits(statement.Process) && Fits(statement.StackAdvice) && Fits(statement.CarriedCause) && Fits(statement.Advice)
        && Each(statement.Levels, l => Fits(l.Signal) && Fits(l.Unit) && double.IsFinite(l.Value))
        && Each(statement.Culprits, c => Fits(c.Name) && Fits(c.Process) && double.IsFinite(c.Share))
        && Each(statement.AlsoCauses, Fits)
        && Each(statement.Candidates, c => Fits(c.Cause) && Enum.IsDefined(c.Side))
        && Each(statement.Stack, f => IsSound(f)) && Each(statement.Well, f => IsSound(f)) && IsSound(statement.Because)
        && (statement.Settles is not { } settles || (IsSound(settles.What) && Fits(settles.Reason)))
        && (statement.Recorded is not { } words || (Fits(words.Title) && Fits(words.Sentence) && Fits(words.Advice))));

    /// <summary>True for none and for one that is sound.</summary>
    public static bool IsSound(Fact? fact) => IsSound(fact, DepthMax);

    private static bool IsSound(Fact? fact, int depth) => fact is null || (
        depth > 0 && Enum.IsDefined(fact.Kind) && (fact.Part is not { } part || Enum.IsDefined(part)) && Fits(fact.Signal) && Fits(fact.Unit) && Fits(fact.Name) && Fits(fact.Subject)
        && Each(fact.Parts, p => IsSound(p, depth - 1)));

    private static bool Fits(string? text) => text is null || text.Length <= BundleFormat.TextMax;

    private static bool Each<T>(IReadOnlyList<T> items, Func<T, bool> sound)
        where T : class => items.Count <= ItemsMax && items.All(i => i is not null && sound(i));
}
