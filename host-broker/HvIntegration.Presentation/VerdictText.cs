using HvIntegration.Model;

namespace HvIntegration.Presentation;

/// <summary>Text of verdicts. The only place that writes sentences from the result of the engine; nothing parses them.</summary>
public static class VerdictText
{
    /// <summary>Replaces the name of a host process that is left out.</summary>
    public const string HostProcess = "a host process";

    private const int StackSaid = 2;

    extension(Verdict verdict)
    {
        /// <summary>Short name for lists.</summary>
        public string Title => TitleOf(verdict.Statement);

        /// <summary>The affected VM, cause, side, start, measured values and suspect.</summary>
        public string Sentence => SentenceOf(verdict.Statement);

        /// <summary>The advice in one line; empty for "none".</summary>
        public string WhatHelps => AdviceOf(verdict.Statement);

        /// <summary>Evidence that could not be measured, each with its reason.</summary>
        public IReadOnlyList<string> NotMeasured => [.. verdict.Unmeasured.Select(FactText.Of)];
    }

    /// <summary>Short name for lists.</summary>
    public static string TitleOf(VerdictStatement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return statement switch
        {
            { Recorded: { } words } => words.Title,
            { Kind: StatementKind.Off } => "Off",
            { Kind: StatementKind.Starting } => "Starting",
            { Kind: StatementKind.NoData } => "No data",
            { Kind: StatementKind.NotJudged } => "Not diagnosed",
            { Kind: StatementKind.Bare } => CauseText.Name(statement.Cause),
            _ => CauseText.Title(statement.Cause) ?? CauseText.Name(statement.Cause),
        };
    }

    /// <summary>The whole text; that of a record as it was recorded, unless it was left out.</summary>
    public static string SentenceOf(VerdictStatement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        var vm = ForeignText.Name(statement.Vm);
        return statement switch
        {
            { Recorded.Sentence: { } sentence } => sentence,
            { Kind: StatementKind.Bare } => string.Empty,
            { Kind: StatementKind.Off } => $"{vm} is off.",
            { Kind: StatementKind.Starting } => $"{vm} has just started. Its startup load is not diagnosed.",
            { Kind: StatementKind.NotJudged } => "The bundle has no guest-side data of this VM, so the VM is not diagnosed. Its host-side data is included because it shares the host.",
            { Kind: StatementKind.NoData } => $"{vm}: {(statement.Because is { } why ? $"not diagnosed, because {FactText.Of(why)}" : "neither side reported enough data for a diagnosis")}."
                + (statement.CarriedCause is { } open ? $" The episode \"{open}\" stays open." : string.Empty),
            { Kind: StatementKind.Healthy } => $"{vm} is healthy: {string.Join(", ", statement.Well.Select(FactText.Of))}." + Limited(statement) + LessSure(statement),
            { Kind: StatementKind.Unclear } => Unclear(statement, vm),
            { Kind: StatementKind.Cause } => $"{vm}: {CauseText.Name(statement.Cause)} ({CauseText.Of(statement.Side)}){Since(statement)}. {ReasonOf(statement)}".TrimEnd(),
            _ => $"{vm}: {TitleOf(statement)}{(statement.Side == Side.None ? string.Empty : $" ({CauseText.Of(statement.Side)})")}{Since(statement)}.",
        };
    }

    /// <summary>The cause, side and start of a record that has no structure, without its recorded text.</summary>
    /// <param name="cause">Stable id, as documented.</param>
    /// <param name="side">Side to blame, where it is known.</param>
    /// <param name="vm">Name of the VM.</param>
    /// <param name="sinceSecond">Since when; null where it is not known.</param>
    public static string BriefOf(string cause, Side side, string vm, long? sinceSecond = null)
        => SentenceOf(VerdictStatement.OfRecord(cause, side, Guid.Empty, vm, sinceSecond, null));

    /// <summary>The text after VM, cause and time; the whole text where it has no such part.</summary>
    public static string BecauseOf(VerdictStatement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return statement is { Kind: StatementKind.Cause, Recorded: null } ? ReasonOf(statement) : SentenceOf(statement);
    }

    /// <summary>The advice in one line; empty for "none".</summary>
    public static string AdviceOf(VerdictStatement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return statement.Recorded?.Advice ?? CauseText.Advice(statement) + (statement.StackAdvice is { } stack ? $" {stack}" : string.Empty);
    }

    private static string Since(VerdictStatement statement) => statement.SinceSecond is { } since ? $" since {NumberText.Time(since)}" : string.Empty;

    private static string ReasonOf(VerdictStatement statement)
    {
        List<string> sentences = [CauseText.Because(statement), Held(statement)];
        sentences.Add(statement.AlsoCauses.Count > 0 ? $"Also detected: {string.Join(", ", statement.AlsoCauses.Select(CauseText.Name))}" : string.Empty);
        sentences.Add(statement.Stack.Count > 0 ? $"Virtualization stack: {string.Join("; ", statement.Stack.Take(StackSaid).Select(FactText.Of))}" : string.Empty);
        return string.Join(" ", sentences.Where(s => s.Length > 0).Select(s => s + ".")) + LessSure(statement);
    }

    private static string Held(VerdictStatement statement)
    {
        if (statement.Culprits.Count == 0)
        {
            return string.Empty;
        }

        var worst = statement.Culprits[0];
        var (verb, resource) = statement.Resource switch
        {
            SharedResource.Processors => ("used", "of the logical processors"),
            SharedResource.Store => ("caused", "of the load of the store"),
            SharedResource.Network => ("caused", "of the network traffic"),
            _ => ("used", "of the host memory"),
        };
        return $"{NameOf(worst, statement.Partition)} {verb} {NumberText.Percent(worst.Share)} {resource}"
            + (worst.Process is { } process ? $" (mainly {ForeignText.Name(process)})" : string.Empty);
    }

    private static string NameOf(Culprit culprit, Guid vm) => culprit switch
    {
        _ when culprit.Partition == vm => "Most of the increase is its own: it",
        { Kind: CulpritKind.HostProcessLeftOut, Name.Length: 0 } => char.ToUpperInvariant(HostProcess[0]) + HostProcess[1..],
        _ => ForeignText.Name(culprit.Name),
    };

    private static string Limited(VerdictStatement statement) => statement.Because is { } fact ? $" Not included: {FactText.Of(fact)}." : string.Empty;

    private static string LessSure(VerdictStatement statement) => statement.MissingSide switch
    {
        Side.Guest => " Without guest-side data the probability is lower.",
        Side.Host => " Without host-side data the probability is lower.",
        _ => string.Empty,
    };

    private static string Unclear(VerdictStatement statement, string vm)
    {
        var causes = string.Join(" or ", statement.Candidates.Select(c => string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{CauseText.Name(c.Cause)} ({CauseText.Of(c.Side)}, {c.Probability * 100:0} %)")));
        return $"{vm} {(statement.IsHarmed ? "is affected" : "may be affected")}{Since(statement)}, cause unclear: {causes}. "
            + (statement.Settles is { } settles ? $"Data needed to decide: {FactText.Brief(settles)}." : "The evidence is contradictory.");
    }
}
