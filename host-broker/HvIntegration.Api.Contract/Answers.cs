using HvIntegration.Model;

namespace HvIntegration.Api.Contract;

/// <summary>Where the host numbers of an answer come from; part of every answer.</summary>
/// <param name="Name">Counter source: qemu, pdh-csv, simulated.</param>
/// <param name="Origin">live, replayed or simulated.</param>
/// <param name="Label">Words to show beside the numbers; null when they are live.</param>
public sealed record SourceLabel(string Name, string Origin, string? Label);

/// <summary>A page of VMs, sorted by name.</summary>
/// <param name="Source">Origin of the data.</param>
/// <param name="Second">Newest processed host second, Unix.</param>
/// <param name="Vms">Items of this page.</param>
/// <param name="Total">VMs that fit the filter, on all pages.</param>
/// <param name="Next">Cursor for <c>after</c> of the next page; null on the last.</param>
public sealed record VmsAnswer(SourceLabel Source, long Second, IReadOnlyList<VmSummary> Vms, int Total, string? Next);

/// <summary>One VM in a list.</summary>
/// <param name="Id">GUID of the VM.</param>
/// <param name="Name">Display name of the VM.</param>
/// <param name="State">running, paused, off or unknown.</param>
/// <param name="Agent">State of its agent: live, late, silent, no-agent, vm-off.</param>
/// <param name="VirtualProcessors">Count; 0 when not known.</param>
/// <param name="CpuLimit">Cap in logical processors; null when uncapped or not known.</param>
/// <param name="HasGuest">The guest side covered the second.</param>
/// <param name="HasHost">The host side covered the second.</param>
/// <param name="Verdict">What the engine says; null before the first closed second.</param>
/// <param name="Headline">The signals a list shows, by id.</param>
/// <param name="Since">First second of the open episode; null without one.</param>
/// <param name="Rests">The cause of the open episode is away now, and not yet long enough for an end.</param>
/// <param name="Severity">Harm to its users, 0 to 1; 0 without an open episode.</param>
/// <param name="EpisodeId">Address of the open episode; null without one.</param>
public sealed record VmSummary(
    Guid Id, string Name, string State, string Agent, int VirtualProcessors, double? CpuLimit,
    bool HasGuest, bool HasHost, VerdictBrief? Verdict, IReadOnlyList<SignalView> Headline,
    long? Since, bool Rests, double Severity, string? EpisodeId);

/// <summary>A verdict in one line.</summary>
public sealed record VerdictBrief(string Hypothesis, string Side, double Probability, string Title, string Sentence);

/// <summary>Everything about one VM in its newest closed second.</summary>
public sealed record VmAnswer(
    SourceLabel Source, long Second, VmSummary Vm, AgentView Agent, IReadOnlyList<SignalView> Signals, VerdictView? Verdict,
    EpisodeView? Episode, ClockView? Clock, IReadOnlyList<ProcessView> Processes)
{
    /// <summary>The gap in its data that goes on; null while every side that was heard tells something.</summary>
    public GapView? Gap { get; init; }

    /// <summary>What its agent noticed since the broker started, newest first, at most 32.</summary>
    public IReadOnlyList<AgentEventView> Events { get; init; } = [];
}

/// <summary>Something that an agent noticed about itself or about the guest's clock.</summary>
/// <param name="Second">Host second in which it happened, Unix.</param>
/// <param name="Kind">service-started, clock-step, clock-source, samples-dropped, reconnected, configured, or unspecified.</param>
/// <param name="Text">Sentence of the agent: a claim of the guest.</param>
public sealed record AgentEventView(long Second, string Kind, string Text);

/// <summary>A derived signal with value, unit and error bar.</summary>
/// <param name="Id">Stable id, as documented.</param>
/// <param name="Side">guest, host, configuration, both or none.</param>
/// <param name="Value">In <paramref name="Unit"/>; null when missing.</param>
/// <param name="Unit">UCUM unit; shares are "1".</param>
/// <param name="ErrorBar">Half width of the error bar, same unit; null when not known.</param>
/// <param name="Quality">measured, estimated, stale or missing.</param>
/// <param name="Native">Native counters it comes from, or why it is missing.</param>
public sealed record SignalView(string Id, string Side, double? Value, string Unit, double? ErrorBar, string Quality, string Native);

/// <summary>A verdict with its evidence.</summary>
public sealed record VerdictView(
    string Hypothesis, string Side, double Probability, string Title, string Sentence, string WhatHelps,
    string? RunnerUp, double RunnerUpProbability, IReadOnlyList<EvidenceView> For, IReadOnlyList<EvidenceView> Against,
    IReadOnlyList<string> NotMeasured, IReadOnlyList<CulpritView> Culprits)
{
    /// <summary>What the words are made of; null where a record of an older hvi has the words only.</summary>
    public VerdictStatement? Statement { get; init; }
}

/// <summary>One piece of evidence.</summary>
public sealed record EvidenceView(string Signal, string Sentence, double? Value, double? Limit, string Unit, string Native, double LogOdds)
{
    /// <summary>What the sentence is made of; null where a record of an older hvi has the sentence only.</summary>
    public Fact? Fact { get; init; }
}

/// <summary>A suspect for a shared resource; an empty GUID is the host itself.</summary>
public sealed record CulpritView(Guid Id, string Name, string? Process, double Share, double? ExtraShare, double? Correlation)
{
    /// <summary>What it is: a VM or a process of the host, the root partition, or a process of the host whose name was left out.</summary>
    public CulpritKind Kind { get; init; }

    /// <summary>Its busiest process is known and was left out.</summary>
    public bool IsProcessLeftOut { get; init; }
}

/// <summary>A stretch of time with one cause.</summary>
/// <param name="Id">Its address: the same live, in history and after a restart.</param>
/// <param name="Vm">GUID of the VM.</param>
/// <param name="VmName">Display name of the VM.</param>
/// <param name="Hypothesis">Id of the cause.</param>
/// <param name="OnsetSecond">First host second.</param>
/// <param name="HeldSecond">Last host second in which its cause held: the end, unless it comes back.</param>
/// <param name="EndSecond">Last host second; null while it goes on.</param>
/// <param name="Severity">Greatest harm, 0 to 1.</param>
/// <param name="Sentence">Of the verdict at its most certain second.</param>
/// <param name="Title">Of the same verdict, for lists.</param>
/// <param name="Side">Side of the cause.</param>
/// <param name="Probability">Of the same verdict.</param>
/// <param name="Acknowledged">Who has seen it; null when nobody has.</param>
public sealed record EpisodeView(
    string Id, Guid Vm, string VmName, string Hypothesis, long OnsetSecond, long HeldSecond, long? EndSecond, double Severity, string Sentence,
    string Title, string Side, double Probability, AcknowledgementView? Acknowledged)
{
    /// <summary>What the sentence is made of, while the episode is in the broker's memory; null when only the sentence is kept.</summary>
    public VerdictStatement? Statement { get; init; }

    /// <summary>Stretches in it in which a side told nothing, oldest first, at most 32.</summary>
    public IReadOnlyList<GapView> Gaps { get; init; } = [];
}

/// <summary>Seconds in which a side of a VM that was heard before told nothing.</summary>
/// <param name="FromSecond">First second of the range, Unix.</param>
/// <param name="ToSecond">Last of them until now.</param>
/// <param name="Cause">migration, saved, checkpoint, save-or-checkpoint, paused, off, restart, stood-still, away; no-data, host-silent, guest-silent where nobody told why.</param>
/// <param name="Words">The cause for people.</param>
public sealed record GapView(long FromSecond, long ToSecond, string Cause, string Words);

/// <summary>Somebody has seen an episode.</summary>
public sealed record AcknowledgementView(long Second, string By, string Note);

/// <summary>What to say of an episode.</summary>
/// <param name="Note">What is known of it; may be left out.</param>
/// <param name="By">Who says so; may be left out.</param>
public sealed record AcknowledgementRequest(string? Note, string? By);

/// <summary>One episode with the verdict of its VM while it goes on.</summary>
/// <param name="Source">Origin of the data.</param>
/// <param name="Episode">The episode itself, with its address.</param>
/// <param name="Verdict">At its most certain second, with evidence and suspects; null for episodes older than this broker's memory.</param>
public sealed record EpisodeAnswer(SourceLabel Source, EpisodeView Episode, VerdictView? Verdict);

/// <summary>Quality of a guest's clock estimate.</summary>
public sealed record ClockView(double OffsetMs, double? DriftPpm, double? ErrorMs, int Exchanges, string EpochCause, double? RoundTripMs);

/// <summary>One process over the newest second.</summary>
public sealed record ProcessView(
    int Pid, string Name, double CpuShare, double RunWaitShare, double ResidentBytes,
    double ReadBytesPerSecond, double WriteBytesPerSecond, double MajorFaultsPerSecond);

/// <summary>State of a VM's agent and counts of what it sent, since the broker started.</summary>
/// <param name="State">live, late, silent, no-agent, vm-off.</param>
/// <param name="Reason">Why it is not live, one clause; null when live.</param>
/// <param name="Address">Peer address of the stream; null without one.</param>
/// <param name="Version">Version of the agent.</param>
/// <param name="Os">Operating system, as the guest claims.</param>
/// <param name="Kernel">Kernel, as the guest claims.</param>
/// <param name="HostName">Guest's name for itself: a claim.</param>
/// <param name="BootId">Boot of the guest.</param>
/// <param name="LastSequence">Sequence number of the newest batch.</param>
/// <param name="CommittedSequence">Newest batch in history.</param>
/// <param name="Collectors">Collectors that do not give values, with their reasons.</param>
/// <param name="Counts">Received, refused, dropped, by name.</param>
/// <param name="LastRefusal">Sentence of the newest refusal; null when there was none.</param>
public sealed record AgentView(
    string State, string? Reason, string? Address, string? Version, string? Os, string? Kernel, string? HostName, Guid? BootId,
    ulong? LastSequence, ulong? CommittedSequence, IReadOnlyList<CollectorView> Collectors, IReadOnlyDictionary<string, long> Counts,
    string? LastRefusal);

/// <summary>A collector that gives no values.</summary>
public sealed record CollectorView(string Name, string Status, string Reason);

/// <summary>Whole process table of a guest, absolute values.</summary>
public sealed record ProcessTableAnswer(SourceLabel Source, VmRef Vm, bool Truncated, IReadOnlyList<ProcessTableRow> Processes);

/// <summary>Name and GUID of a VM.</summary>
public sealed record VmRef(Guid Id, string Name);

/// <summary>One process, totals since it started.</summary>
public sealed record ProcessTableRow(
    int Pid, int ParentPid, string Name, uint UserId, string State, int Threads, double StartSeconds, double CpuSeconds,
    double RunWaitSeconds, double ResidentBytes, double PrivateBytes, double MajorFaults, double ReadBytes, double WriteBytes);

/// <summary>One metric or signal of one VM over time, with the verdicts of the same time.</summary>
/// <remarks>Kind is "metric" or "signal", Name its catalog name or id; counters are rates per second of Unit.</remarks>
public sealed record HistoryAnswer(
    SourceLabel Source, VmRef Vm, string Kind, string Name, string Unit, long FromSecond, long ToSecond,
    IReadOnlyList<HistorySeriesView> Series, IReadOnlyList<VerdictSpanView> Verdicts)
{
    /// <summary>Series of the metric that did not fit into the answer: at most 2,048 series and 400,000 points do.</summary>
    public int SeriesLeftOut { get; init; }
}

/// <summary>One series of values over time.</summary>
public sealed record HistorySeriesView(string Instance, int SpanSeconds, IReadOnlyList<HistoryPointView> Points);

/// <summary>One window of a series.</summary>
public sealed record HistoryPointView(long Second, double? Value, double? Minimum, double? Maximum);

/// <summary>Verdicts of one VM over time.</summary>
public sealed record VerdictsAnswer(SourceLabel Source, VmRef Vm, long FromSecond, long ToSecond, IReadOnlyList<VerdictSpanView> Verdicts);

/// <summary>A verdict that held over a stretch.</summary>
public sealed record VerdictSpanView(long FromSecond, long ToSecond, string Hypothesis, double Probability, string Sentence);

/// <summary>Open and ended episodes, newest onset first.</summary>
/// <param name="Source">Origin of the data.</param>
/// <param name="Episodes">Items of this page.</param>
/// <param name="Next">Cursor for <c>after</c> of the next page; null on the last.</param>
public sealed record EpisodesAnswer(SourceLabel Source, IReadOnlyList<EpisodeView> Episodes, string? Next);

/// <summary>The host itself: who uses what.</summary>
/// <param name="Source">Origin of the data.</param>
/// <param name="Second">Newest processed host second, Unix.</param>
/// <param name="Values">Every counter of the host itself, newest value as read.</param>
/// <param name="LogicalProcessors">Busy share of each.</param>
/// <param name="Root">The root partition and its busy processes.</param>
/// <param name="Memory">Physical memory and who has it.</param>
/// <param name="Stores">Stores of the host (backing devices).</param>
/// <param name="Switches">Virtual switches; none where the source does not count them.</param>
/// <param name="Adapters">Virtual adapters of all VMs.</param>
/// <param name="Vms">What each VM uses.</param>
/// <param name="Signals">Derived signals of the host.</param>
public sealed record HostAnswer(
    SourceLabel Source, long Second, IReadOnlyList<HostValueView> Values, IReadOnlyList<LogicalProcessorView> LogicalProcessors, RootView Root,
    HostMemoryView Memory, IReadOnlyList<StoreView> Stores, IReadOnlyList<SwitchView> Switches, IReadOnlyList<AdapterView> Adapters, IReadOnlyList<VmUseView> Vms,
    IReadOnlyList<SignalView> Signals);

/// <summary>What all VMs of the host share.</summary>
/// <param name="LogicalProcessors">Count; null when the source does not say.</param>
/// <param name="Memory">Physical memory of the host.</param>
/// <param name="Stores">Stores of the host (backing devices).</param>
/// <param name="Switches">Virtual switches; none where the source does not count them.</param>
/// <param name="Adapters">Virtual adapters of VMs.</param>
public sealed record HostDevices(
    double? LogicalProcessors, HostMemoryView Memory, IReadOnlyList<StoreView> Stores, IReadOnlyList<SwitchView> Switches, IReadOnlyList<AdapterView> Adapters);

/// <summary>Use of one logical processor of the host.</summary>
/// <param name="Name">As the source names it.</param>
/// <param name="Busy">Share of time it was not idle; null when not known.</param>
public sealed record LogicalProcessorView(string Name, double? Busy);

/// <summary>The root partition; on QEMU everything of the host that is no VM.</summary>
/// <param name="Processors">Logical processors it used; null when not known.</param>
/// <param name="Processes">Its busy processes, busiest first.</param>
public sealed record RootView(double? Processors, IReadOnlyList<HostProcessView> Processes);

/// <summary>A process of the host that belongs to no VM.</summary>
public sealed record HostProcessView(string Name, double Processors);

/// <summary>Physical memory, bytes; null what is not known.</summary>
public sealed record HostMemoryView(double? TotalBytes, double? AvailableBytes, double? AssignedBytes);

/// <summary>A store with the load of all its users.</summary>
/// <param name="Name">As the source names it.</param>
/// <param name="OperationsPerSecond">Both directions; null when not known.</param>
/// <param name="BytesPerSecond">Both directions; null when not known.</param>
/// <param name="LatencySeconds">Mean time of an operation; null when there was none.</param>
/// <param name="QueueLength">Mean operations in flight; null when not known.</param>
/// <param name="IsSum">The host does not count the device: operations and bytes are those of its virtual disks together.</param>
/// <param name="Disks">Virtual disks that lie on it.</param>
public sealed record StoreView(
    string Name, double? OperationsPerSecond, double? BytesPerSecond, double? LatencySeconds, double? QueueLength, bool IsSum, IReadOnlyList<StoreDiskView> Disks);

/// <summary>A virtual disk on a store.</summary>
public sealed record StoreDiskView(Guid Vm, string VmName, string Disk, double? OperationsPerSecond, double? BytesPerSecond);

/// <summary>A virtual switch, all its ports together; null what is not measured.</summary>
public sealed record SwitchView(string Name, double? ReceiveBytesPerSecond, double? TransmitBytesPerSecond, double? DroppedPerSecond);

/// <summary>A virtual adapter; directions as the host's counters name them.</summary>
public sealed record AdapterView(
    Guid Vm, string VmName, string Adapter, double? ReceiveBytesPerSecond, double? TransmitBytesPerSecond, double? PacketsPerSecond, double? DroppedPerSecond);

/// <summary>What one VM uses of the host; null what is not measured.</summary>
public sealed record VmUseView(
    Guid Id, string Name, string State, int VirtualProcessors, double? Processors, double? OverheadProcessors, double? Ready, double? AssignedBytes, double? MemoryPressure,
    double? DiskOperationsPerSecond, double? DiskLatencySeconds, double? NetworkBytesPerSecond, double? DroppedPerSecond);

/// <summary>What the parts of the virtualization stack do for one VM, or for the host.</summary>
/// <param name="Source">Origin of the host numbers.</param>
/// <param name="Vm">The VM; null for the host as a whole.</param>
/// <param name="Second">Host second, Unix.</param>
/// <param name="Uses">What is measured, by part.</param>
/// <param name="NotReported">Parts of which this source tells nothing here.</param>
public sealed record StackAnswer(SourceLabel Source, VmRef? Vm, long Second, IReadOnlyList<StackUseView> Uses, IReadOnlyList<string> NotReported);

/// <summary>One thing that one part does.</summary>
/// <param name="Part">hypervisor, root partition, VID, VMBus, storage VSP, network VSP, VSC, VMMS, worker process or integration components.</param>
/// <param name="What">The measured quantity as text.</param>
/// <param name="Value">In <paramref name="Unit"/>; counters per second, shares as 1.</param>
/// <param name="Unit">UCUM unit of the value.</param>
/// <param name="Shown">The value as people read it.</param>
/// <param name="Limit">From where on it deserves attention; null where none is known.</param>
/// <param name="LimitShown">The limit as people read it.</param>
/// <param name="Beyond">The limit is passed.</param>
/// <param name="Counter">Name of the native counter.</param>
/// <param name="Advice">What to do when the limit is passed; empty when it is not.</param>
public sealed record StackUseView(
    string Part, string What, double? Value, string Unit, string Shown, double? Limit, string? LimitShown, bool Beyond, string Counter, string Advice);

/// <summary>Every derived signal of a VM in its newest second, with its label.</summary>
public sealed record SignalsAnswer(SourceLabel Source, VmRef Vm, long Second, IReadOnlyList<NamedSignalView> Signals);

/// <summary>A derived signal with its words.</summary>
public sealed record NamedSignalView(string Words, SignalView Signal);

/// <summary>Every raw metric of a VM, both sides, newest values.</summary>
public sealed record MetricsAnswer(SourceLabel Source, VmRef Vm, IReadOnlyList<MetricView> Metrics);

/// <summary>A metric of the catalog and its series.</summary>
public sealed record MetricView(string Name, string Side, string Unit, string Form, string Description, IReadOnlyList<MetricValueView> Series);

/// <summary>Newest value of a series as it was read: counters are totals.</summary>
public sealed record MetricValueView(string Instance, double? Value, string Quality);

/// <summary>Several signals and metrics of one VM on one time axis.</summary>
public sealed record SeriesAnswer(
    SourceLabel Source, VmRef Vm, long FromSecond, long ToSecond, IReadOnlyList<NamedSeriesView> Series, IReadOnlyList<VerdictSpanView> Verdicts,
    IReadOnlyList<EpisodeView> Episodes)
{
    /// <summary>Gaps in the VM's data in this time, in an episode or not, oldest first.</summary>
    public IReadOnlyList<GapView> Gaps { get; init; } = [];

    /// <summary>The verdict that stands for this time: the surest span of the worst episode's cause; without an episode of the cause that was said longest, a named one before an open one, an open one before none. Null when none is kept.</summary>
    public VerdictSpanView? Leading { get; init; }

    /// <summary>Id of the episode that did the most harm in this time (severity times its seconds), one of a named cause before one whose cause is open; null when no episode touches this time.</summary>
    public string? WorstEpisode { get; init; }

    /// <summary>Second to ask <c>moment</c> about: the middle of <see cref="Leading"/>, the last second without one; null from older brokers.</summary>
    public long? MomentSecond { get; init; }
}

/// <summary>A signal or metric with its series.</summary>
public sealed record NamedSeriesView(string Kind, string Name, string Words, string Side, string Unit, IReadOnlyList<HistorySeriesView> Series);

/// <summary>One second of one VM as history has it.</summary>
/// <param name="Source">Origin of the data.</param>
/// <param name="Vm">The VM of the answer.</param>
/// <param name="Second">The second, at most 5 s before the one asked for.</param>
/// <param name="HasGuest">The guest side covered it.</param>
/// <param name="HasHost">The host side covered it.</param>
/// <param name="Signals">Signals of both sides.</param>
/// <param name="Verdict">As it was given then; evidence is not kept.</param>
/// <param name="Episode">Episode it belongs to; null without one.</param>
/// <param name="Processes">Busiest processes around it.</param>
public sealed record MomentAnswer(
    SourceLabel Source, VmRef Vm, long Second, bool HasGuest, bool HasHost, IReadOnlyList<NamedSignalView> Signals, RecordedVerdictView Verdict, EpisodeView? Episode,
    IReadOnlyList<ProcessView> Processes)
{
    /// <summary>Seconds over which the use of <see cref="Processes"/> is the mean, this second in their middle: 5, or 21 where the agent reads processes more slowly.</summary>
    public long ProcessSeconds { get; init; }
}

/// <summary>A verdict as it was stored.</summary>
public sealed record RecordedVerdictView(string Hypothesis, string Side, double Probability, string Title, string Sentence, string WhatHelps);

/// <summary>An opened bundle's VM: what was said when it was recorded, and what the rules of this hvi say of the same samples.</summary>
/// <param name="Source">Origin of the data.</param>
/// <param name="Vm">The VM of the answer.</param>
/// <param name="FromSecond">First second of the bundle's range.</param>
/// <param name="ToSecond">End, not in it.</param>
/// <param name="Recorded">The cause that was named longest, at its surest.</param>
/// <param name="Again">The same of the verdicts of now.</param>
/// <param name="Same">Both name one cause.</param>
/// <param name="RecordedVersion">Version of the hvi that wrote the bundle.</param>
/// <param name="RuleDifferences">Settings in which the rules of then and now differ.</param>
/// <param name="RecordedVerdicts">All that was said.</param>
/// <param name="VerdictsAgain">All that is said now.</param>
public sealed record RediagnosisAnswer(
    SourceLabel Source, VmRef Vm, long FromSecond, long ToSecond, VerdictSpanView Recorded, VerdictSpanView Again, bool Same, string RecordedVersion,
    IReadOnlyList<string> RuleDifferences, IReadOnlyList<VerdictSpanView> RecordedVerdicts, IReadOnlyList<VerdictSpanView> VerdictsAgain);

/// <summary>Busiest processes of a guest over a stretch of kept time.</summary>
public sealed record TopProcessesAnswer(SourceLabel Source, VmRef Vm, long FromSecond, long ToSecond, IReadOnlyList<ProcessView> Processes);

/// <summary>What the stream sends each second: the VMs whose numbers changed.</summary>
public sealed record SecondEvent(long Second, IReadOnlyList<VmSummary> Vms, IReadOnlyList<Guid> Gone);

/// <summary>A VM's verdict became another.</summary>
public sealed record VerdictEvent(long Second, VmRef Vm, VerdictBrief? Before, VerdictBrief Now);

/// <summary>One value of the host's own counters.</summary>
public sealed record HostValueView(string Metric, string Instance, double? Value, string Unit, string Quality, string Native);

/// <summary>State of the broker: source, history, listeners, agents, counts and cost.</summary>
public sealed record StatusAnswer(
    SourceLabel Source, string Version, long Second, long StartedSecond, long UptimeSeconds, bool Ready, IReadOnlyList<string> NotReady,
    SourceStatusView SourceStatus, HistoryStatusView History, IReadOnlyList<ListenerView> Listeners,
    IReadOnlyList<AgentStatusView> Agents, IReadOnlyList<HeldPeerView> Held, IReadOnlyDictionary<string, long> Counts, MonitorCostView Cost);

/// <summary>What the monitor itself costs, and how much it takes in.</summary>
/// <param name="CpuShare">Processors the broker used since it started, mean.</param>
/// <param name="WorkingSetBytes">Working set of the broker, bytes.</param>
/// <param name="ManagedBytes">The part the runtime manages.</param>
/// <param name="Threads">Threads of the broker process.</param>
/// <param name="Batches">Batches taken from agents since the start.</param>
/// <param name="Bytes">Bytes of these batches.</param>
/// <param name="AgentProcessors">Processors all agents together use; null when none reports.</param>
/// <param name="Streams">Event streams open now.</param>
public sealed record MonitorCostView(
    double CpuShare, long WorkingSetBytes, long ManagedBytes, int Threads, long Batches, long Bytes, double? AgentProcessors, int Streams);

/// <summary>State of the counter source.</summary>
/// <param name="Reads">Reads since the start.</param>
/// <param name="SlowReads">Reads that took longer than their interval.</param>
/// <param name="FailedReads">Reads that failed as a whole; after several in a row the broker pauses between them.</param>
/// <param name="DroppedReadings">Readings dropped because the broker was busy.</param>
/// <param name="Ended">True when a recording has no more rows.</param>
/// <param name="Faults">What the newest read could not read, one sentence each.</param>
public sealed record SourceStatusView(long Reads, long SlowReads, long FailedReads, long DroppedReadings, bool Ended, IReadOnlyList<string> Faults);

/// <summary>State of the history: folder, size and stored batches.</summary>
public sealed record HistoryStatusView(
    string Folder, long SizeBytes, long SizeBytesMax, long OldestSecond, long CommittedBatches, long DuplicateBatches, long Dropped, string? Fault);

/// <summary>One address agents can reach.</summary>
public sealed record ListenerView(string Address, string? Fault);

/// <summary>One VM's agent in the broker's status.</summary>
public sealed record AgentStatusView(Guid Id, string Name, string State, string? Reason, double? ClockErrorMs, IReadOnlyDictionary<string, long> Counts, string? LastRefusal)
{
    /// <summary>Budgets of this VM that are spent now, by their names in docs/budgets.md; empty when it is within all.</summary>
    public IReadOnlyList<string> Spent { get; init; } = [];

    /// <summary>What history left out of this VM since the broker started, by kind; null when nothing.</summary>
    public HistoryLeftOutView? HistoryLeftOut { get; init; }

    /// <summary>Bytes of this VM between the wire and history.</summary>
    public long InFlightBytes { get; init; }

    /// <summary>Seconds of processor time that it took since the broker started: messages read, samples placed, verdict judged.</summary>
    public double ProcessorSeconds { get; init; }
}

/// <summary>What history left out of one VM's data because it was more than one VM may bring, or could not be stored.</summary>
/// <param name="Values">Values of series beyond the bound.</param>
/// <param name="Processes">Process rows beyond the bound.</param>
/// <param name="Batches">Number of complete batches.</param>
/// <param name="Times">Rows whose time could not be.</param>
/// <param name="Windows">Windows of a minute or an hour that could not be made.</param>
/// <param name="WindowSeries">Series left out of windows.</param>
public sealed record HistoryLeftOutView(long Values, long Processes, long Batches, long Times, long Windows, long WindowSeries);

/// <summary>A connection whose address no VM has; the name is the guest's claim.</summary>
public sealed record HeldPeerView(string Address, string ClaimedHostName);

/// <summary>An address for one browser.</summary>
/// <param name="Url">The dashboard's, with a code where it asks for a token.</param>
/// <param name="Seconds">How long the code may be used, once; null when there is none.</param>
public sealed record LoginAnswer(string Url, int? Seconds);
