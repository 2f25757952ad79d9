using System.Text.Json.Serialization;

namespace HvIntegration.Model;

/// <summary>What sort of statement it is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StatementKind>))]
public enum StatementKind
{
    /// <summary>The cause alone, of a second that nobody reads: no sentence is made of it.</summary>
    Bare,

    /// <summary>The cause, its side and since when; nothing else is known any more.</summary>
    Brief,

    /// <summary>One cause is probable enough, and named.</summary>
    Cause,

    /// <summary>Nothing is wrong with the VM.</summary>
    Healthy,

    /// <summary>Something hurts and no cause leads.</summary>
    Unclear,

    /// <summary>Neither side was measured.</summary>
    NoData,

    /// <summary>The VM is off.</summary>
    Off,

    /// <summary>The VM has just started.</summary>
    Starting,

    /// <summary>The inside of the VM is not in the recording.</summary>
    NotJudged,
}

/// <summary>The level of a signal that a statement names.</summary>
/// <param name="Signal">Id of the signal.</param>
/// <param name="Value">Median of the window.</param>
/// <param name="Limit">What it was compared with; null when it was not.</param>
/// <param name="Unit">UCUM unit of both.</param>
public sealed record MeasuredLevel(string Signal, double Value, double? Limit, string Unit);

/// <summary>One of the causes between which it cannot be decided.</summary>
/// <param name="Cause">Stable id, as documented.</param>
/// <param name="Side">Side of the cause.</param>
/// <param name="Probability">Probability from 0 to 1.</param>
public sealed record CauseCandidate(string Cause, [property: JsonConverter(typeof(JsonStringEnumConverter<Side>))] Side Side, double Probability);

/// <summary>Words of a record that keeps no structure.</summary>
/// <param name="Title">Short title for lists.</param>
/// <param name="Sentence">Null when it is left out, because it may name what runs elsewhere.</param>
/// <param name="Advice">Advice in one line.</param>
public sealed record RecordedWords(string Title, string? Sentence, string Advice);

/// <summary>What is said of one VM, as structure: Presentation makes the words, and what may not be named is taken out before.</summary>
/// <param name="Kind">What sort it is.</param>
/// <param name="Cause">Stable id, one of <see cref="HypothesisIds"/>.</param>
/// <param name="Side">Side of the cause.</param>
/// <param name="Partition">GUID of the VM.</param>
/// <param name="Vm">Display name of the VM.</param>
public sealed record VerdictStatement(
    StatementKind Kind, string Cause, [property: JsonConverter(typeof(JsonStringEnumConverter<Side>))] Side Side, Guid Partition, string Vm)
{
    /// <summary>Host second since when; null when that is not told.</summary>
    public long? SinceSecond { get; init; }

    /// <summary>Host second of its end; null while it goes on or where that is not told.</summary>
    public long? UntilSecond { get; init; }

    /// <summary>Levels that the cause rests on, those that were measured.</summary>
    public IReadOnlyList<MeasuredLevel> Levels { get; init; } = [];

    /// <summary>The fact that tells the cause where levels do not.</summary>
    public Fact? Because { get; init; }

    /// <summary>The process of this VM that the cause lies in; null when none is known.</summary>
    public string? Process { get; init; }

    /// <summary>Resource that the suspects shared.</summary>
    public SharedResource Resource { get; init; }

    /// <summary>Who takes the resource, the greatest share first.</summary>
    public IReadOnlyList<Culprit> Culprits { get; init; } = [];

    /// <summary>Other causes that hold at the same time.</summary>
    public IReadOnlyList<string> AlsoCauses { get; init; } = [];

    /// <summary>Parts of the stack that deserve attention, worst first.</summary>
    public IReadOnlyList<Fact> Stack { get; init; } = [];

    /// <summary>What to do about the first of <see cref="Stack"/>; null without one.</summary>
    public string? StackAdvice { get; init; }

    /// <summary>What is well, of <see cref="StatementKind.Healthy"/>.</summary>
    public IReadOnlyList<Fact> Well { get; init; } = [];

    /// <summary>The side that is missing; <see cref="Side.None"/> when none or both are.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<Side>))]
    public Side MissingSide { get; init; }

    /// <summary>The guest is harmed, of <see cref="StatementKind.Unclear"/>; else it only may be.</summary>
    public bool IsHarmed { get; init; }

    /// <summary>Likeliest causes, of <see cref="StatementKind.Unclear"/>.</summary>
    public IReadOnlyList<CauseCandidate> Candidates { get; init; } = [];

    /// <summary>What would settle an unclear case; null when the evidence contradicts itself.</summary>
    public Unmeasured? Settles { get; init; }

    /// <summary>Cause of the episode that is carried on without data; null without one.</summary>
    public string? CarriedCause { get; init; }

    /// <summary>Id of the advice, one of <see cref="AdviceIds"/> or the cause's own id; empty without advice.</summary>
    public string Advice { get; init; } = string.Empty;

    /// <summary>Words that were recorded without structure; null else.</summary>
    public RecordedWords? Recorded { get; init; }

    /// <summary>What is known of a verdict of which a record has words only.</summary>
    /// <param name="cause">Stable id, as documented.</param>
    /// <param name="side">Side of the cause.</param>
    /// <param name="partition">GUID of the VM.</param>
    /// <param name="vm">Display name of the VM.</param>
    /// <param name="sinceSecond">Since when; null when not known.</param>
    /// <param name="words">The recorded text.</param>
    public static VerdictStatement OfRecord(string cause, Side side, Guid partition, string vm, long? sinceSecond, RecordedWords? words)
        => new(StatementKind.Brief, cause, side, partition, vm) { SinceSecond = sinceSecond, Recorded = words };
}

/// <summary>Advice that is not that of the cause as such; the others have the id of their cause.</summary>
public static class AdviceIds
{
    /// <summary>The guest wants processor and the host has it.</summary>
    public const string GuestCpuDemandWithRoom = "guest-cpu-demand-with-room";

    /// <summary>The process that grows is known.</summary>
    public const string GuestLeakOfProcess = "guest-leak-of-process";

    /// <summary>Measure what would settle an unclear case.</summary>
    public const string MeasureMissing = "measure-missing";

    /// <summary>An unclear case of which nothing is missing.</summary>
    public const string WatchLonger = "watch-longer";
}
