using System.Text.Json.Serialization;

namespace HvIntegration.Model;

/// <summary>Which side a signal, an evidence or a cause belongs to.</summary>
public enum Side
{
    /// <summary>Neither, or not known.</summary>
    None,

    /// <summary>Inside the VM: its programs and its system.</summary>
    Guest,

    /// <summary>Outside: host, hypervisor, storage below, neighbours.</summary>
    Host,

    /// <summary>A configured limit of this VM.</summary>
    Configuration,

    /// <summary>Needs both sides (synthetic steal, ladder residues).</summary>
    Both,
}

/// <summary>One derived number of one second.</summary>
/// <param name="Id">Stable id, see <c>SignalIds</c>.</param>
/// <param name="Side">Where it was measured.</param>
/// <param name="Value">In <paramref name="Unit"/>; NaN when missing.</param>
/// <param name="Unit">UCUM unit; shares are "1" (0.25 = 25 %).</param>
/// <param name="ErrorBar">Half width of the error bar, same unit; NaN when not known.</param>
/// <param name="Quality">Measured, estimated, stale or missing.</param>
/// <param name="Source">Native counters it comes from, or why it is missing.</param>
public sealed record Signal(string Id, Side Side, double Value, string Unit, double ErrorBar, SampleQuality Quality, string Source);

/// <summary>One piece of evidence for or against a hypothesis.</summary>
/// <param name="SignalId">Signal it rests on.</param>
/// <param name="Fact">The stated fact.</param>
/// <param name="Value">Observed value.</param>
/// <param name="Limit">What it was compared with; NaN when there is none.</param>
/// <param name="Unit">Unit of value and threshold.</param>
/// <param name="Source">Name of the native counter.</param>
/// <param name="LogOdds">Weight it added (for) or took (against), after the quality factor.</param>
/// <param name="Side">Where the signal was measured.</param>
public sealed record Evidence(string SignalId, Fact Fact, double Value, double Limit, string Unit, string Source, double LogOdds, Side Side)
{
    /// <summary>True when it speaks for the hypothesis.</summary>
    public bool Supports => LogOdds >= 0;
}

/// <summary>Another hypothesis that was weighed in the same second.</summary>
/// <param name="Hypothesis">Stable id, as documented.</param>
/// <param name="Probability">Probability from 0 to 1.</param>
public sealed record Alternative(string Hypothesis, double Probability);

/// <summary>What a suspect is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CulpritKind>))]
public enum CulpritKind
{
    /// <summary>A VM, or, where the GUID is empty, a process of the host that belongs to no VM.</summary>
    Named,

    /// <summary>The root partition, none of whose processes is named.</summary>
    RootPartition,

    /// <summary>What the named processes do not explain of the root partition.</summary>
    RootPartitionRest,

    /// <summary>A process of the host whose name was left out.</summary>
    HostProcessLeftOut,
}

/// <summary>A suspect for a shared resource.</summary>
/// <param name="Partition">VM GUID; <see cref="Guid.Empty"/> for the root partition or the host itself.</param>
/// <param name="Name">VM name, or the host process.</param>
/// <param name="Process">Busiest process inside it, where its agent reports; else null.</param>
/// <param name="Share">Share of the guilty resource it held during the episode, 0 to 1.</param>
/// <param name="ExtraShare">Share of the resource's rise since before the onset, 0 to 1; null when there is no "before".</param>
/// <param name="Correlation">Rank correlation of its use with the victim's loss; null when too few points.</param>
public sealed record Culprit(Guid Partition, string Name, string? Process, double Share, double? ExtraShare, double? Correlation)
{
    /// <summary>Name of the root partition where none of its processes is named.</summary>
    public const string RootPartition = "root partition";

    /// <summary>Name of what the named processes do not explain of it.</summary>
    public const string RootPartitionRest = "root partition (rest)";

    /// <summary>What holds the resource: a VM, a process, or the rest of the root partition.</summary>
    public CulpritKind Kind { get; init; }

    /// <summary>Its busiest process is known and was left out.</summary>
    public bool IsProcessLeftOut { get; init; }

    /// <summary>A process of the host that belongs to no VM.</summary>
    [JsonIgnore]
    public bool IsHostProcess => Partition == Guid.Empty && Kind is CulpritKind.Named or CulpritKind.HostProcessLeftOut;
}

/// <summary>What the engine says about one VM in one second.</summary>
/// <param name="Hypothesis">Stable id: "none", "host-cpu-contention", "unknown", ...</param>
/// <param name="Side">Which side is to blame.</param>
/// <param name="Probability">Probability from 0 to 1.</param>
/// <param name="Statement">Which VM suffers from what, on which side, since when, because of what, and what helps.</param>
/// <param name="RunnerUp">Second hypothesis and its probability; null when there is none.</param>
/// <param name="RunnerUpProbability">0 to 1; 0 when there is none.</param>
/// <param name="For">Evidence for the cause.</param>
/// <param name="Against">Evidence against the cause.</param>
/// <param name="Unmeasured">What could not be measured and would have counted.</param>
public sealed record Verdict(
    string Hypothesis, Side Side, double Probability, VerdictStatement Statement, string? RunnerUp, double RunnerUpProbability,
    IReadOnlyList<Evidence> For, IReadOnlyList<Evidence> Against, IReadOnlyList<Unmeasured> Unmeasured)
{
    /// <summary>A verdict that is its statement and nothing more.</summary>
    /// <param name="statement">The verdict as structure.</param>
    /// <param name="probability">Probability from 0 to 1.</param>
    public Verdict(VerdictStatement statement, double probability)
        : this(statement.Cause, statement.Side, probability, statement, null, 0, [], [], [])
    {
    }

    /// <summary>The next likeliest hypotheses, likeliest first, at most three; "none" and the verdict's own left out.</summary>
    public IReadOnlyList<Alternative> Alternatives { get; init; } = [];

    /// <summary>Resources that were measured well enough to say whether they hurt the guest; empty where none was.</summary>
    public IReadOnlyList<ResourceFamily> Judged { get; init; } = [];

    /// <summary>Suspects, worst first; empty where no resource is shared.</summary>
    public IReadOnlyList<Culprit> Culprits => Statement.Culprits;
}

/// <summary>Seconds of an episode in which a side told nothing.</summary>
/// <param name="FromSecond">First second of the range, Unix.</param>
/// <param name="ToSecond">Last second of the range, Unix.</param>
/// <param name="Cause">One of <see cref="GapCauses"/>.</param>
public sealed record EpisodeGap(long FromSecond, long ToSecond, string Cause);

/// <summary>A stretch of time with one cause.</summary>
/// <param name="Id">Number within this broker's history; 0 before it is stored.</param>
/// <param name="Partition">GUID of the VM.</param>
/// <param name="Hypothesis">Id of the cause.</param>
/// <param name="OnsetSecond">Host second, refined back to the change.</param>
/// <param name="HeldSecond">Last host second in which its cause held or could not be followed; an open episode rests after it, and ends there unless the cause comes back.</param>
/// <param name="EndSecond">Last host second; null while it goes on.</param>
/// <param name="Severity">0 to 1, from harm to the guest.</param>
/// <param name="Verdict">At its most certain second.</param>
public sealed record Episode(
    long Id, Guid Partition, string Hypothesis, long OnsetSecond, long HeldSecond, long? EndSecond, double Severity, Verdict Verdict)
{
    /// <summary>Severity in a word: "minor" below 0.3, "major" below 0.6, else "critical".</summary>
    public string SeverityWord => Severity < 0.3 ? "minor" : Severity < 0.6 ? "major" : "critical";

    /// <summary>How often its cause held, with breaks that would have ended it had it not come back: 1 for most, more for one that recurs.</summary>
    public int Occurrences { get; init; } = 1;

    /// <summary>Stretches in it in which a side told nothing, oldest first, at most 32.</summary>
    public IReadOnlyList<EpisodeGap> Gaps { get; init; } = [];
}

/// <summary>Quality of a guest's clock estimate.</summary>
/// <param name="OffsetMs">Guest monotonic minus host time at the newest exchange, milliseconds, less its value at the start of the epoch's first exchange is not removed.</param>
/// <param name="DriftPpm">Guest clock rate minus host clock rate, parts per million.</param>
/// <param name="ErrorMs">Bound of the alignment error, milliseconds.</param>
/// <param name="Exchanges">Exchanges in this epoch.</param>
/// <param name="EpochCause">Why the epoch began: "boot", "pause", "step", "migration".</param>
/// <param name="RoundTripMs">Smallest recent channel round trip, milliseconds.</param>
public sealed record ClockQuality(double OffsetMs, double DriftPpm, double ErrorMs, int Exchanges, string EpochCause, double RoundTripMs);

/// <summary>One process of a guest over one host second.</summary>
/// <param name="Pid">Number in the guest.</param>
/// <param name="Name">Short name of the process.</param>
/// <param name="CpuShare">CPU seconds per second (1 = one processor).</param>
/// <param name="RunWaitShare">Seconds per second spent runnable but waiting.</param>
/// <param name="ResidentBytes">Resident memory, bytes.</param>
/// <param name="ReadBytesPerSecond">Bytes read per second.</param>
/// <param name="WriteBytesPerSecond">Bytes written per second.</param>
/// <param name="MajorFaultsPerSecond">Major faults per second.</param>
public sealed record ProcessUse(
    int Pid, string Name, double CpuShare, double RunWaitShare, double ResidentBytes,
    double ReadBytesPerSecond, double WriteBytesPerSecond, double MajorFaultsPerSecond)
{
    /// <summary>Memory that only it uses (Windows: Private Bytes); 0 when not reported.</summary>
    public double PrivateBytes { get; init; }

    /// <summary>Open handles or file descriptors; 0 when not reported.</summary>
    public long Handles { get; init; }

    /// <summary>Threads; 0 when not reported.</summary>
    public int Threads { get; init; }
}

/// <summary>Everything about one VM in one host second.</summary>
/// <param name="Partition">Inventory entry of the VM.</param>
/// <param name="Second">Host second, Unix seconds.</param>
/// <param name="HasGuest">The guest side covered this second.</param>
/// <param name="HasHost">The host side covered this second.</param>
/// <param name="Signals">Derived signals of both sides.</param>
/// <param name="Verdict">What the engine says.</param>
/// <param name="Episode">The open episode, if any.</param>
/// <param name="Clock">Clock quality; null without an agent.</param>
/// <param name="Processes">Rows of the newest second, busiest first.</param>
public sealed record PartitionReport(
    PartitionInfo Partition, long Second, bool HasGuest, bool HasHost, IReadOnlyList<Signal> Signals,
    Verdict Verdict, Episode? Episode, ClockQuality? Clock, IReadOnlyList<ProcessUse> Processes)
{
    /// <summary>The gap that goes on in this second; null when both sides that were ever heard told something.</summary>
    public DataGap? Gap { get; init; }

    /// <summary>Gaps that are new, longer, shorter or otherwise named since the report before: what history keeps of them.</summary>
    public IReadOnlyList<DataGap> GapsTold { get; init; } = [];

    /// <summary>Share of the guest's processor time that is in no CPU mode and that nothing explains; 0 when all is counted.</summary>
    public double UncountedShare { get; init; }

    /// <summary>The open episode's cause is away in this second, and not yet long enough for an end.</summary>
    public bool Rests => Episode is { } e && e.HeldSecond < Second && e.Hypothesis != Verdict.Hypothesis;
}
