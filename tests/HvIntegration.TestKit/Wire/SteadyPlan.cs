using System.Globalization;
using Google.Protobuf;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;

namespace HvIntegration.TestKit.Wire;

/// <summary>What a well-behaved guest sends: every value follows from its batch's number and time, so that a reader of history can tell each one.</summary>
/// <param name="hostName">Claimed host name.</param>
/// <param name="bootId">Boot of the guest.</param>
/// <param name="batchesPerSecond">Rate, 1 to 20.</param>
/// <param name="gauges">Series beside the two of the processor.</param>
public sealed class SteadyPlan(string hostName, Guid bootId, double batchesPerSecond, int gauges = 148)
{
    /// <summary>Sequence of the first batch.</summary>
    public const ulong FirstSequence = 1_000;

    /// <summary>Name of the one process that uses the processor.</summary>
    public const string ProcessName = "steady-work";

    /// <summary>Share of its processor that the guest uses.</summary>
    public const double BusyShare = 0.02;

    private const int GaugeStep = 7;
    private const uint Pid = 4_711;
    private readonly long _bootNs = WireClient.MonotonicNs;

    /// <summary>Boot of the guest.</summary>
    public Guid BootId => bootId;

    /// <summary>Time between two batches.</summary>
    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1 / batchesPerSecond);

    /// <summary>Series of one batch.</summary>
    public int SeriesCount => gauges + 2;

    /// <summary>Hello of now.</summary>
    public Hello Hello() => new()
    {
        ProtocolMajor = ProtocolVersion.Major,
        ProtocolMinor = ProtocolVersion.Minor,
        AgentVersion = "0.1.0",
        OsFamily = OsFamily.Linux,
        OsDescription = "Debian GNU/Linux 12",
        KernelVersion = "6.1.0",
        HostName = hostName,
        BootId = ByteString.CopyFrom(bootId.ToByteArray(bigEndian: true)),
        FirstSequence = FirstSequence,
        Collectors = { "cpu" },
        LogicalProcessors = 1,
        MonotonicNs = (ulong)WireClient.MonotonicNs,
    };

    /// <summary>A batch; the first one of the chain defines what it sends.</summary>
    /// <param name="batch">Its number and time.</param>
    /// <param name="before">The one before it; null for the first.</param>
    public SampleBatch Batch(SteadyBatch batch, SteadyBatch? before)
    {
        ArgumentNullException.ThrowIfNull(batch);
        bool first = before is null;
        byte[] changed = new byte[(SeriesCount + 7) / 8];
        for (int slot = 0; slot < SeriesCount; slot++)
        {
            changed[slot / 8] |= (byte)(1 << (slot % 8));
        }

        return new SampleBatch
        {
            Sequence = batch.Sequence,
            MonotonicStartNs = (ulong)batch.MadeNs,
            Series = { first ? Definitions() : [] },
            Readings =
            {
                new Reading
                {
                    DurationUs = 40,
                    Changed = ByteString.CopyFrom(changed),
                    Deltas = { Enumerable.Range(0, SeriesCount).Select(slot => Raw(slot, batch) - (before is null ? 0 : Raw(slot, before))) },
                },
            },
            Processes = { first ? [ProcessDefinition()] : Array.Empty<ProcessDefinition>() },
            ProcessRows = new ProcessRows
            {
                DurationUs = 40,
                ProcessesTotal = 1,
                Present = ByteString.CopyFrom(1),
                CpuUserUs = { Raw(0, batch) - (before is null ? 0 : Raw(0, before)) },
                ResidentBytes = { first ? 1 << 20 : 0 },
                Threads = { first ? 1 : 0 },
                State = { first ? 'S' : 0 },
            },
        };
    }

    /// <summary>State of the chain after a batch.</summary>
    public Snapshot Snapshot(SteadyBatch batch) => new()
    {
        Sequence = batch.Sequence,
        Series = { Definitions().Select((definition, slot) => new SeriesState { Definition = definition, Value = Raw(slot, batch) }) },
        Processes =
        {
            new ProcessState
            {
                Definition = ProcessDefinition(),
                Values = { Raw(0, batch), 0, 0, 1 << 20, 0, 0, 0, 0, 1, 'S', 0 },
            },
        },
    };

    /// <summary>What history must hold of a batch: value by metric and instance.</summary>
    public IReadOnlyDictionary<(uint Metric, string Instance), double> Values(SteadyBatch batch) =>
        Definitions().Select((definition, slot) => (definition, slot)).ToDictionary(
            d => (d.definition.MetricId, string.Join('|', d.definition.Attributes)),
            d => Raw(d.slot, batch) * MetricCatalog.Find(d.definition.MetricId)!.Scale);

    private static ProcessDefinition ProcessDefinition() => new() { Pid = Pid, StartTimeMs = 1, Name = ProcessName, ParentPid = 1 };

    // Processor times follow the guest's clock and not the number of the batch: a batch made late holds more of them, as on a real guest.
    private long Raw(int slot, SteadyBatch batch) => slot switch
    {
        0 => (long)(UptimeUs(batch) * BusyShare),
        1 => UptimeUs(batch) - (long)(UptimeUs(batch) * BusyShare),
        _ => (GaugeStep * (long)(batch.Sequence - FirstSequence)) + slot,
    };

    private long UptimeUs(SteadyBatch batch) => (batch.MadeNs - _bootNs) / 1_000;

    private List<SeriesDefinition> Definitions() =>
    [
        new() { Slot = 0, MetricId = GuestMetrics.CpuTime.Id, Attributes = { "user", "0" } },
        new() { Slot = 1, MetricId = GuestMetrics.CpuTime.Id, Attributes = { "idle", "0" } },
        .. Enumerable.Range(2, gauges).Select(slot => new SeriesDefinition
        {
            Slot = (uint)slot,
            MetricId = GuestMetrics.FilesystemInodes.Id,
            Attributes = { string.Create(CultureInfo.InvariantCulture, $"/data/{slot:000}"), "used" },
        }),
    ];
}
