using System.Numerics;
using Google.Protobuf;
using Google.Protobuf.Collections;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;

namespace HvIntegration.Protocol.Codec;

/// <summary>Keeps the state of one delta chain and turns batches into absolute values.</summary>
/// <remarks>
/// The broker has one for each stream; the agent has one for the state just before its oldest kept batch.
/// Input is a peer's: every index, count and length is checked against <see cref="ProtocolLimits"/>, memory is bounded
/// by them, and arithmetic wraps as two's complement. Not thread-safe.
/// </remarks>
public sealed class StreamDecoder
{
    private readonly Collector[] _collectors;
    private readonly Process?[] _processes = new Process?[ProtocolLimits.ProcessesMax];
    private readonly Dictionary<string, DecodedSeries> _byKey = new(StringComparer.Ordinal);
    private int _slotsTotal;
    private bool _broken;

    /// <summary>Makes the decoder of a chain that is at its very start: no series, sequence unknown.</summary>
    /// <param name="collectorCount">Collector names in the agent's Hello.</param>
    /// <exception cref="MalformedBatchException">More collectors than the bound.</exception>
    public StreamDecoder(int collectorCount)
    {
        if (collectorCount is < 0 or > ProtocolLimits.CollectorsMax)
        {
            throw new MalformedBatchException($"Hello has {collectorCount} collectors, the maximum is {ProtocolLimits.CollectorsMax}");
        }

        _collectors = new Collector[collectorCount];
        for (int i = 0; i < collectorCount; i++)
        {
            _collectors[i] = new Collector();
        }
    }

    /// <summary>Sequence of the batch or snapshot applied last; null before the first.</summary>
    public ulong? Sequence { get; private set; }

    /// <summary>Series that are defined now.</summary>
    public int SeriesCount { get; private set; }

    /// <summary>Values skipped because this build does not know their metric.</summary>
    public long UnknownMetricValues { get; private set; }

    /// <summary>Values skipped because another slot of the stream holds the same series.</summary>
    public long DuplicateSeriesValues { get; private set; }

    /// <summary>Attribute values, names and reasons that were longer than the bound and were cut.</summary>
    public long LabelsCut { get; private set; }

    /// <summary>Replaces the whole state.</summary>
    /// <param name="snapshot">State after the batch with the snapshot's sequence.</param>
    /// <exception cref="MalformedBatchException">A rule of the wire is broken.</exception>
    public void Apply(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Begin();
        foreach (Collector collector in _collectors)
        {
            collector.Slots = [];
            collector.SlotCount = 0;
            collector.ReadAt = 0;
            collector.Status = CollectorStatus.Ok;
            collector.Reason = "";
        }

        Array.Clear(_processes);
        _byKey.Clear();
        _slotsTotal = 0;
        SeriesCount = 0;

        Check(snapshot.Series.Count <= ProtocolLimits.SeriesMax, snapshot.Sequence, "snapshot series", snapshot.Series.Count, ProtocolLimits.SeriesMax);
        Check(snapshot.Processes.Count <= ProtocolLimits.ProcessesMax, snapshot.Sequence, "snapshot processes", snapshot.Processes.Count, ProtocolLimits.ProcessesMax);
        Check(snapshot.Collectors.Count <= _collectors.Length, snapshot.Sequence, "snapshot collectors", snapshot.Collectors.Count, _collectors.Length);
        foreach (SeriesState state in snapshot.Series)
        {
            SeriesDefinition definition = state.Definition
                ?? throw new MalformedBatchException($"snapshot {snapshot.Sequence}: a series state has no definition");
            Define(definition, snapshot.Sequence);
            if (definition.MetricId != 0)
            {
                _collectors[definition.Collector].Slots[definition.Slot]!.Raw = state.Value;
            }
        }

        foreach (CollectorState state in snapshot.Collectors)
        {
            Collector collector = CollectorAt(state.Collector, snapshot.Sequence, "collector state");
            collector.Status = state.Status;
            collector.Reason = Cut(state.Reason, ProtocolLimits.SentenceBytesMax);
        }

        foreach (ProcessState state in snapshot.Processes)
        {
            ProcessDefinition definition = state.Definition
                ?? throw new MalformedBatchException($"snapshot {snapshot.Sequence}: a process state has no definition");
            Define(definition, snapshot.Sequence);
            Check(state.Values.Count <= ProcessColumns.Count, snapshot.Sequence, "columns of a process state", state.Values.Count, ProcessColumns.Count);
            if (_processes[definition.Slot] is { } process)
            {
                for (int column = 0; column < state.Values.Count; column++)
                {
                    process.Values[column] = state.Values[column];
                }
            }
        }

        Sequence = snapshot.Sequence;
        _broken = false;
    }

    /// <summary>Advances the state by one batch and hands out its values.</summary>
    /// <param name="batch">The next batch of the chain.</param>
    /// <param name="into">Cleared, then filled; null to advance the state only.</param>
    /// <exception cref="MalformedBatchException">A rule of the wire is broken, or the batch is not the next of the chain.</exception>
    public void Apply(SampleBatch batch, DecodedBatch? into)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Begin();
        into?.Clear();
        ulong sequence = batch.Sequence;
        if (sequence == 0 || (Sequence is { } previous && unchecked(previous + 1) != sequence))
        {
            throw new MalformedBatchException($"batch {sequence}: the chain is at {Sequence?.ToString() ?? "its start"}, a batch must be the next of it");
        }

        if (batch.MonotonicStartNs > long.MaxValue / 2)
        {
            throw new MalformedBatchException($"batch {sequence}: monotonic_start_ns {batch.MonotonicStartNs} is not a valid time since boot");
        }

        long start = (long)batch.MonotonicStartNs;
        ApplyDefinitions(batch, sequence);
        if (into is not null)
        {
            into.Sequence = sequence;
            into.MonotonicStartNs = start;
            into.WallClock = batch.WallClock;
            into.DroppedTotal = batch.DroppedTotal;
            ApplyEvents(batch, sequence, into);
        }

        Check(batch.Readings.Count <= _collectors.Length, sequence, "readings", batch.Readings.Count, _collectors.Length);
        foreach (Reading reading in batch.Readings)
        {
            ApplyReading(reading, sequence, start, into);
        }

        if (batch.ProcessRows is { } rows)
        {
            ApplyProcesses(rows, sequence, start, into);
        }

        Sequence = sequence;
        _broken = false;
    }

    /// <summary>The state as a message: what a reconnect sends before the kept batches.</summary>
    /// <exception cref="InvalidOperationException">Nothing was applied yet.</exception>
    public Snapshot ToSnapshot()
    {
        var snapshot = new Snapshot { Sequence = Sequence ?? throw new InvalidOperationException("the chain has no sequence yet") };
        for (int c = 0; c < _collectors.Length; c++)
        {
            Collector collector = _collectors[c];
            if (collector.Status != CollectorStatus.Ok)
            {
                snapshot.Collectors.Add(new CollectorState { Collector = (uint)c, Status = collector.Status, Reason = collector.Reason });
            }

            for (int s = 0; s < collector.SlotCount; s++)
            {
                if (collector.Slots[s] is { } series)
                {
                    var definition = new SeriesDefinition { Collector = (uint)c, Slot = (uint)s, MetricId = series.MetricId };
                    definition.Attributes.AddRange(series.AttributeArray);
                    snapshot.Series.Add(new SeriesState { Definition = definition, Value = series.Raw });
                }
            }
        }

        for (int slot = 0; slot < _processes.Length; slot++)
        {
            if (_processes[slot] is { } process)
            {
                DecodedProcessIdentity who = process.Identity;
                var state = new ProcessState
                {
                    Definition = new ProcessDefinition
                    {
                        Slot = (uint)slot,
                        Pid = (uint)who.Pid,
                        StartTimeMs = who.StartTimeMs,
                        Name = who.Name,
                        CommandHash = who.CommandHash,
                        UserId = who.UserId,
                        ParentPid = (uint)who.ParentPid,
                        SessionId = who.SessionId,
                    },
                };
                for (int column = 0; column < ProcessColumns.Count; column++)
                {
                    state.Values.Add(process.Values[column]);
                }

                snapshot.Processes.Add(state);
            }
        }

        return snapshot;
    }

    private static void Check(bool good, ulong sequence, string what, long value, long max)
    {
        if (!good)
        {
            throw new MalformedBatchException($"message {sequence}: {what}: {value} is above the limit of {max}");
        }
    }

    private static bool Bit(ByteString bits, int index) =>
        index >> 3 < bits.Length && (bits[index >> 3] & (1 << (index & 7))) != 0;

    private static int PopCount(ByteString bits)
    {
        int count = 0;
        foreach (byte b in bits.Span)
        {
            count += BitOperations.PopCount(b);
        }

        return count;
    }

    private void Begin()
    {
        if (_broken)
        {
            throw new MalformedBatchException("the stream violated the protocol before; a new connection is required");
        }

        _broken = true;
    }

    private Collector CollectorAt(uint index, ulong sequence, string where) => index < _collectors.Length
        ? _collectors[index]
        : throw new MalformedBatchException($"message {sequence}: {where}: collector {index} is not one of the {_collectors.Length} that Hello names");

    private string Cut(string text, int bytesMax)
    {
        string kept = LabelText.Cut(text, bytesMax);
        if (!ReferenceEquals(kept, text))
        {
            LabelsCut++;
        }

        return kept;
    }

    private void ApplyDefinitions(SampleBatch batch, ulong sequence)
    {
        Check(batch.Series.Count <= ProtocolLimits.SeriesMax, sequence, "series definitions", batch.Series.Count, ProtocolLimits.SeriesMax);
        Check(batch.Processes.Count <= ProtocolLimits.ProcessesMax, sequence, "process definitions", batch.Processes.Count, ProtocolLimits.ProcessesMax);

        // All slots that change hands are emptied first: a series may move from one slot to another within a batch.
        foreach (SeriesDefinition definition in batch.Series)
        {
            Collector collector = CollectorAt(definition.Collector, sequence, "series definition");
            if (definition.Slot < collector.SlotCount)
            {
                Empty(collector, (int)definition.Slot);
            }
        }

        foreach (SeriesDefinition definition in batch.Series)
        {
            Define(definition, sequence);
        }

        foreach (ProcessDefinition definition in batch.Processes)
        {
            Define(definition, sequence);
        }
    }

    private void ApplyEvents(SampleBatch batch, ulong sequence, DecodedBatch into)
    {
        Check(batch.Events.Count <= ProtocolLimits.EventsMax, sequence, "events", batch.Events.Count, ProtocolLimits.EventsMax);
        foreach (AgentEvent item in batch.Events)
        {
            item.Text = Cut(item.Text, ProtocolLimits.SentenceBytesMax);
            into.Events.Add(item);
        }
    }

    private void Empty(Collector collector, int slot)
    {
        if (collector.Slots[slot] is not { } series)
        {
            return;
        }

        collector.Slots[slot] = null;
        SeriesCount--;
        if (!series.IsDuplicate)
        {
            _byKey.Remove(KeyOf(series.MetricId, series.AttributeArray));
        }
    }

    private static string KeyOf(uint metricId, string[] attributes) => $"{metricId}\u001f{string.Join('\u001f', attributes)}";

    private void Define(SeriesDefinition definition, ulong sequence)
    {
        Collector collector = CollectorAt(definition.Collector, sequence, "series definition");
        if (definition.Slot >= collector.SlotCount)
        {
            long added = (long)definition.Slot + 1 - collector.SlotCount;
            Check(_slotsTotal + added <= ProtocolLimits.SeriesMax, sequence, "series slots", _slotsTotal + added, ProtocolLimits.SeriesMax);
            _slotsTotal += (int)added;
            collector.SlotCount = (int)definition.Slot + 1;
            if (collector.SlotCount > collector.Slots.Length)
            {
                Array.Resize(ref collector.Slots, Math.Max(collector.SlotCount, collector.Slots.Length * 2));
            }
        }

        int slot = (int)definition.Slot;
        Empty(collector, slot);
        if (definition.MetricId == 0)
        {
            return;
        }

        Check(definition.Attributes.Count <= ProtocolLimits.AttributesMax, sequence, "attributes of a series", definition.Attributes.Count, ProtocolLimits.AttributesMax);
        MetricDefinition? metric = MetricCatalog.Find(definition.MetricId);
        if (metric is { Side: MetricSide.Host })
        {
            throw new MalformedBatchException($"message {sequence}: series definition: {metric.Name} is measured by the host, an agent cannot send it");
        }

        if (metric is not null && metric.Attributes.Length != definition.Attributes.Count)
        {
            throw new MalformedBatchException(
                $"message {sequence}: series definition: {metric.Name} has {metric.Attributes.Length} attributes, {definition.Attributes.Count} were sent");
        }

        var attributes = new string[definition.Attributes.Count];
        for (int i = 0; i < attributes.Length; i++)
        {
            attributes[i] = Cut(definition.Attributes[i], ProtocolLimits.LabelBytesMax);
        }

        var series = new DecodedSeries(definition.MetricId, metric, attributes);
        series.IsDuplicate = !_byKey.TryAdd(KeyOf(definition.MetricId, attributes), series);
        collector.Slots[slot] = series;
        SeriesCount++;
    }

    private void Define(ProcessDefinition definition, ulong sequence)
    {
        Check(definition.Slot < ProtocolLimits.ProcessesMax, sequence, "process slot", definition.Slot, ProtocolLimits.ProcessesMax - 1);
        Check(definition.Pid <= int.MaxValue, sequence, "pid", definition.Pid, int.MaxValue);
        Check(definition.ParentPid <= int.MaxValue, sequence, "parent pid", definition.ParentPid, int.MaxValue);
        _processes[definition.Slot] = definition.Pid == 0
            ? null
            : new Process(new DecodedProcessIdentity(
                (int)definition.Pid,
                definition.StartTimeMs,
                Cut(definition.Name, ProtocolLimits.LabelBytesMax),
                definition.CommandHash,
                definition.UserId,
                (int)definition.ParentPid,
                definition.SessionId));
    }

    private void ApplyReading(Reading reading, ulong sequence, long batchStart, DecodedBatch? into)
    {
        Collector collector = CollectorAt(reading.Collector, sequence, "reading");
        if (collector.ReadAt == sequence)
        {
            throw new MalformedBatchException($"batch {sequence}: collector {reading.Collector} has two readings");
        }

        collector.ReadAt = sequence;
        if (reading.Status == CollectorStatus.Ok)
        {
            collector.Reason = "";
        }
        else if (reading.Reason.Length > 0)
        {
            collector.Reason = Cut(reading.Reason, ProtocolLimits.SentenceBytesMax);
        }

        collector.Status = reading.Status;
        ApplyDeltas(collector, reading, sequence);
        if (into is null)
        {
            return;
        }

        long start = batchStart + (reading.StartOffsetUs * 1000L);
        into.Readings.Add(new DecodedReading((int)reading.Collector, start, start + (reading.DurationUs * 1000L), reading.Status, collector.Reason));
        if (reading.Status is CollectorStatus.Ok or CollectorStatus.DeadlineExceeded)
        {
            HandOut(collector, into);
        }
    }

    private static void ApplyDeltas(Collector collector, Reading reading, ulong sequence)
    {
        ByteString changed = reading.Changed;
        Check(changed.Length <= (collector.SlotCount + 7) / 8, sequence, "bytes of a changed bitmap", changed.Length, (collector.SlotCount + 7) / 8);
        RepeatedField<long> deltas = reading.Deltas;
        int bits = PopCount(changed);
        if (bits != deltas.Count)
        {
            throw new MalformedBatchException($"batch {sequence}: collector {reading.Collector}: {bits} slots are marked as changed, {deltas.Count} deltas were sent");
        }

        int next = 0;
        for (int slot = 0; next < deltas.Count; slot++)
        {
            if (!Bit(changed, slot))
            {
                continue;
            }

            DecodedSeries series = (slot < collector.SlotCount ? collector.Slots[slot] : null)
                ?? throw new MalformedBatchException($"batch {sequence}: collector {reading.Collector}: slot {slot} has a delta but no definition");
            series.Raw = unchecked(series.Raw + deltas[next++]);
        }
    }

    private void HandOut(Collector collector, DecodedBatch into)
    {
        int reading = into.Readings.Count - 1;
        for (int slot = 0; slot < collector.SlotCount; slot++)
        {
            if (collector.Slots[slot] is not { } series)
            {
                continue;
            }

            if (series.Metric is null)
            {
                UnknownMetricValues++;
            }
            else if (series.IsDuplicate)
            {
                DuplicateSeriesValues++;
            }
            else
            {
                into.Values.Add(new DecodedValue(series, reading, series.Raw * series.Metric.Scale, series.Raw));
            }
        }
    }

    private void ApplyProcesses(ProcessRows rows, ulong sequence, long batchStart, DecodedBatch? into)
    {
        Check(rows.Present.Length <= ProtocolLimits.ProcessesMax / 8, sequence, "bytes of the process bitmap", rows.Present.Length, ProtocolLimits.ProcessesMax / 8);
        int count = PopCount(rows.Present);
        for (int column = 0; column < ProcessColumns.Count; column++)
        {
            RepeatedField<long> deltas = ProcessColumns.Deltas(rows, column);
            if (deltas.Count != 0 && deltas.Count != count)
            {
                throw new MalformedBatchException($"batch {sequence}: process column {column} has {deltas.Count} rows, {count} processes are marked as present");
            }
        }

        if (into is not null)
        {
            into.ProcessesTotal = (int)Math.Min(rows.ProcessesTotal, int.MaxValue);
            into.ProcessStartNs = batchStart + (rows.StartOffsetUs * 1000L);
            into.ProcessEndNs = into.ProcessStartNs + (rows.DurationUs * 1000L);
        }

        int row = 0;
        for (int slot = 0; slot < ProtocolLimits.ProcessesMax; slot++)
        {
            if (!Bit(rows.Present, slot))
            {
                continue;
            }

            Process process = _processes[slot]
                ?? throw new MalformedBatchException($"batch {sequence}: process slot {slot} has a row but no definition");
            for (int column = 0; column < ProcessColumns.Count; column++)
            {
                RepeatedField<long> deltas = ProcessColumns.Deltas(rows, column);
                if (deltas.Count > 0)
                {
                    process.Values[column] = unchecked(process.Values[column] + deltas[row]);
                }
            }

            into?.Processes.Add(new DecodedProcess(process.Identity, process.Values));
            row++;
        }
    }

    private sealed class Collector
    {
        public DecodedSeries?[] Slots = [];

        public int SlotCount { get; set; }

        public ulong ReadAt { get; set; }

        public CollectorStatus Status { get; set; }

        public string Reason { get; set; } = "";
    }

    private sealed class Process(DecodedProcessIdentity identity)
    {
        public ProcessValues Values;

        public DecodedProcessIdentity Identity { get; } = identity;
    }
}
