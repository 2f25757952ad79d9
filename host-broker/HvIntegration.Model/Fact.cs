using System.Text.Json.Serialization;

namespace HvIntegration.Model;

/// <summary>What a <see cref="Fact"/> says. Stable names: records of older builds carry them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FactKind>))]
public enum FactKind
{
    /// <summary>The signal's name and nothing more: it was not measured.</summary>
    Signal,

    /// <summary>The signal against the time before was not measured.</summary>
    SignalAgainstBefore,

    /// <summary>The signal before the disk's operations rose was not measured.</summary>
    SignalBeforeOperationsRose,

    /// <summary>The VM's share of its store was not measured.</summary>
    StoreShare,

    /// <summary>Value is at or above the limit.</summary>
    AtLeast,

    /// <summary>Value is below the limit.</summary>
    Below,

    /// <summary>Value now; the other number is that of the time before.</summary>
    AboveBefore,

    /// <summary>Several facts that hold together.</summary>
    Together,

    /// <summary>Busy share of the guest over its processors.</summary>
    GuestBusy,

    /// <summary>Bytes of memory that the host has left.</summary>
    HostMemoryLeft,

    /// <summary>Ready (value) and synthetic steal (other) agree; both null when they were not compared.</summary>
    ReadyAndStealAgree,

    /// <summary>Ready (value) and synthetic steal (other) do not agree; both null when they were not compared.</summary>
    ReadyAndStealDisagree,

    /// <summary>The VM's own disk operations have not risen.</summary>
    OperationsNotRisen,

    /// <summary>No virtual processor waits.</summary>
    ProcessorsDoNotWait,

    /// <summary>The guest has processor to spare.</summary>
    ProcessorToSpare,

    /// <summary>The guest does not wait for memory.</summary>
    NoWaitForMemory,

    /// <summary>The disks are not slow.</summary>
    DisksNotSlow,

    /// <summary>The network does not drop.</summary>
    NetworkDoesNotDrop,

    /// <summary>The virtual processors run.</summary>
    ProcessorsRun,

    /// <summary>The host gives no more memory than the value, although it has the other number left.</summary>
    NoMoreMemoryGiven,

    /// <summary>The subject of the named process grew steadily: value an hour, for the other number of minutes.</summary>
    SteadyGrowth,

    /// <summary>The bus throttled as often as the value says in 30 s.</summary>
    BusThrottled,

    /// <summary>The part, and nobody recorded whether the VM waits for it.</summary>
    WaitNotRecorded,

    /// <summary>The part, while the VM's own wait was not recorded.</summary>
    OwnWaitNotRecorded,

    /// <summary>The guest booked the value as a share of its processor time in no CPU mode, and nothing explains it.</summary>
    TimeNotCounted,

    /// <summary>Value of the other number of other VMs wait for processors too; both null when none was measured.</summary>
    OthersWait,

    /// <summary>Value of the other number of other VMs on the same store are slow too; both null when none was measured.</summary>
    OthersSlowOnStore,

    /// <summary>Value of the other number of other VMs lose time between driver and virtual device too; both null when none was measured.</summary>
    OthersSlowInside,

    /// <summary>For the value in seconds no operation ended, while the other number were outstanding.</summary>
    Stalled,

    /// <summary>Value of the other number of other VMs are under memory pressure too; both null when none was measured.</summary>
    OthersUnderMemoryPressure,

    /// <summary>The VM issues the value as a share of its store's operations.</summary>
    HoldsStore,

    /// <summary>The host shows that the VM stands still.</summary>
    ShownStill,

    /// <summary>The host moves or saves the VM; the name is the counter that says so.</summary>
    MovedOrSaved,

    /// <summary>The guest's clock lost the value in seconds.</summary>
    ClockLost,

    /// <summary>The guest reports from inside.</summary>
    ReportsFromInside,

    /// <summary>The VM runs, as the inventory has it.</summary>
    Runs,

    /// <summary>The guest came back from the value in seconds of silence: it started again.</summary>
    StartedAgain,

    /// <summary>The VM hardly ran before.</summary>
    HardlyRanBefore,

    /// <summary>The virtual processors have not run at all for the value in seconds.</summary>
    ProcessorsStood,

    /// <summary>The same, while rows of a guest whose clock stood still too say that it worked.</summary>
    ProcessorsStoodUnseen,

    /// <summary>The signal was as long in the value's number of the seconds before, at the usual operations.</summary>
    SlowBefore,

    /// <summary>What a part of the virtualization stack does: the name is what was measured, the other number the limit.</summary>
    StackUse,

    /// <summary>Words of an older record that has no structure: the name has them.</summary>
    Recorded,
}

/// <summary>One thing that was measured or could not be, without words: Presentation has the words of each kind.</summary>
/// <param name="Kind">Kind of the fact.</param>
/// <param name="Signal">Signal it rests on; empty without one.</param>
/// <param name="Value">In <paramref name="Unit"/>; null when not measured.</param>
/// <param name="Other">Second number, mostly the limit, same unit; null without one.</param>
/// <param name="Unit">UCUM unit of both.</param>
public sealed record Fact(FactKind Kind, string Signal = "", double? Value = null, double? Other = null, string Unit = "")
{
    /// <summary>Text that others chose, as the name of a process of the same VM; null without one.</summary>
    public string? Name { get; init; }

    /// <summary>What grew, of <see cref="FactKind.SteadyGrowth"/>: "private memory", "handles", "threads".</summary>
    public string? Subject { get; init; }

    /// <summary>The value was not measured directly.</summary>
    public bool IsEstimated { get; init; }

    /// <summary>Part of the stack, of <see cref="FactKind.StackUse"/>.</summary>
    public StackPart? Part { get; init; }

    /// <summary>Facts that it is made of.</summary>
    public IReadOnlyList<Fact> Parts { get; init; } = [];

    /// <summary>A number as facts carry it: null where there is none.</summary>
    public static double? Number(double value) => double.IsFinite(value) ? value : null;

    /// <summary>Same kind, numbers and parts.</summary>
    public bool Equals(Fact? other) => other is not null && Kind == other.Kind && Signal == other.Signal && Value == other.Value && Other == other.Other && Unit == other.Unit
        && Name == other.Name && Subject == other.Subject && IsEstimated == other.IsEstimated && Part == other.Part && Parts.SequenceEqual(other.Parts);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Signal, Value, Other, Name, Parts.Count);
}

/// <summary>What could not be measured and would have counted.</summary>
/// <param name="What">Which question it would have answered.</param>
/// <param name="Reason">Why it is missing, as the derivation of the signal says it; empty in records of older builds.</param>
/// <param name="TellsWhy">The reason names the counter or the side that is missing, and not only that nothing was reported.</param>
public sealed record Unmeasured(Fact What, string Reason, bool TellsWhy);
