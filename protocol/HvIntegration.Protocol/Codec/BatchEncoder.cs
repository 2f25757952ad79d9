using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;

namespace HvIntegration.Protocol.Codec;

/// <summary>Makes the agent's delta chain, which <see cref="StreamDecoder"/> reads: one AgentMessage with a SampleBatch for each sample.</summary>
/// <remarks>
/// It asks the agent's tables only for slots, through <see cref="ISeriesSlots"/> and <see cref="IProcessSlots"/>.
/// Field numbers are those of telemetry.proto; a test reads the output back with the generated parser. Allocates
/// nothing once every series is defined and the buffer has grown. Used by one thread.
/// </remarks>
public sealed class BatchEncoder
{
    private readonly WireWriter _writer = new(ProtocolLimits.MessageBytesMax);
    private readonly CollectorMemory[] _collectors;
    private readonly long[] _processValues = new long[ProtocolLimits.ProcessesMax * ProcessColumns.Count];
    private readonly int[] _sentSlots = new int[ProtocolLimits.ProcessesMax];
    private int _sentCount;
    private int _batch;
    private ulong _sequence;
    private long _batchStartNs;

    /// <summary>Makes the encoder of a new chain.</summary>
    /// <param name="collectorCount">Collector names in Hello.</param>
    public BatchEncoder(int collectorCount)
    {
        _collectors = new CollectorMemory[collectorCount];
        for (int i = 0; i < collectorCount; i++)
        {
            _collectors[i] = new CollectorMemory();
        }
    }

    /// <summary>The message, from <see cref="End"/> to the next <see cref="Begin"/>.</summary>
    public ReadOnlySpan<byte> Message => _writer.Written;

    /// <summary>Sequence of the batch begun last.</summary>
    public ulong Sequence => _sequence;

    /// <summary>Begins a batch; what was encoded before is gone.</summary>
    /// <param name="sequence">One more than that of the batch before.</param>
    /// <param name="monotonicStartNs">Start of the first read on the sampling thread.</param>
    public void Begin(ulong sequence, long monotonicStartNs)
    {
        _writer.Clear();
        _sequence = sequence;
        _batchStartNs = monotonicStartNs;
        _batch = _writer.Begin(AgentMessage.SamplesFieldNumber);
        _writer.UInt(SampleBatch.SequenceFieldNumber, sequence);
        _writer.UInt(SampleBatch.MonotonicStartNsFieldNumber, (ulong)monotonicStartNs);
    }

    /// <summary>Writes what one collector read, with the definitions that changed.</summary>
    /// <param name="collector">Position in Hello's names; at most one call for each in a batch.</param>
    /// <param name="series">Values of the read; looked at only when the status has values.</param>
    /// <param name="status">How it went.</param>
    /// <param name="reason">One clause that names the source and what is missing; empty when it went well.</param>
    /// <param name="startNs">Monotonic start of the read.</param>
    /// <param name="endNs">Monotonic end of the read.</param>
    public void Add(int collector, ISeriesSlots series, CollectorStatus status, string reason, long startNs, long endNs)
    {
        CollectorMemory memory = _collectors[collector];
        bool hasValues = status is CollectorStatus.Ok or CollectorStatus.DeadlineExceeded;
        if (hasValues)
        {
            memory.Grow(series.SlotCount);
            if (series.AnyRedefined)
            {
                WriteDefinitions(collector, series, memory);
            }
        }

        int reading = _writer.Begin(SampleBatch.ReadingsFieldNumber);
        _writer.UInt(Reading.CollectorFieldNumber, (uint)collector);
        WriteTimes(Reading.StartOffsetUsFieldNumber, Reading.DurationUsFieldNumber, startNs, endNs);
        _writer.UInt(Reading.StatusFieldNumber, (ulong)status);
        bool changed = status != memory.Status || !string.Equals(reason, memory.Reason, StringComparison.Ordinal);
        if (changed)
        {
            memory.Status = status;
            memory.Reason = reason;
            _writer.Text(Reading.ReasonFieldNumber, LabelText.Cut(reason, ProtocolLimits.SentenceBytesMax));
        }

        if (hasValues)
        {
            WriteDeltas(series.Values, memory.Values);
        }

        _writer.End(reading);
    }

    /// <summary>Writes the process rows of one read, with the definitions that changed.</summary>
    public void AddProcesses(IProcessSlots slots, long startNs, long endNs)
    {
        for (int slot = 0; slot < slots.Capacity; slot++)
        {
            if (slots.IsRedefined(slot))
            {
                WriteDefinition(slot, slots.Identity(slot));
                _processValues.AsSpan(slot * ProcessColumns.Count, ProcessColumns.Count).Clear();
            }
        }

        slots.ClearRedefined();
        int rows = _writer.Begin(SampleBatch.ProcessRowsFieldNumber);
        WriteTimes(ProcessRows.StartOffsetUsFieldNumber, ProcessRows.DurationUsFieldNumber, startNs, endNs);
        _writer.UInt(ProcessRows.ProcessesTotalFieldNumber, (uint)Math.Max(0, slots.ProcessesTotal));
        int present = _writer.Begin(ProcessRows.PresentFieldNumber);
        int capacity = slots.Capacity;
        _sentCount = 0;
        for (int first = 0; first < capacity; first += 8)
        {
            int bits = 0;
            for (int slot = first; slot < Math.Min(first + 8, capacity); slot++)
            {
                // Noted here once: every column asks again.
                if (slots.IsPresent(slot) && slots.Identity(slot) is not null)
                {
                    bits |= 1 << (slot - first);
                    _sentSlots[_sentCount++] = slot;
                }
            }

            _writer.Byte((byte)bits);
        }

        _writer.TrimZeros(present);
        if (!_writer.TakeBackIfEmpty(present, ProcessRows.PresentFieldNumber))
        {
            _writer.End(present);
        }

        for (int column = 0; column < ProcessColumns.Count; column++)
        {
            WriteColumn(slots, column);
        }

        _writer.End(rows);
    }

    /// <summary>Writes one event of the agent into the batch.</summary>
    public void AddEvent(long monotonicNs, AgentEventKind kind, string text)
    {
        int start = _writer.Begin(SampleBatch.EventsFieldNumber);
        _writer.UInt(AgentEvent.MonotonicNsFieldNumber, (ulong)monotonicNs);
        _writer.UInt(AgentEvent.KindFieldNumber, (ulong)kind);
        _writer.Text(AgentEvent.TextFieldNumber, LabelText.Cut(text, ProtocolLimits.SentenceBytesMax));
        _writer.End(start);
    }

    /// <summary>Writes the wall clock beside the monotonic clock.</summary>
    public void AddWallClock(long monotonicNs, long unixNs, long sinceBootNs)
    {
        int start = _writer.Begin(SampleBatch.WallClockFieldNumber);
        _writer.UInt(WallClock.MonotonicNsFieldNumber, (ulong)monotonicNs);
        _writer.SInt(WallClock.UnixNsFieldNumber, unixNs);
        _writer.UInt(WallClock.SinceBootNsFieldNumber, (ulong)sinceBootNs);
        _writer.End(start);
    }

    /// <summary>Ends the batch; <see cref="Message"/> is complete.</summary>
    public void End(long droppedTotal)
    {
        _writer.UInt(SampleBatch.DroppedTotalFieldNumber, (ulong)droppedTotal);
        _writer.End(_batch);
    }

    private void WriteTimes(int startField, int durationField, long startNs, long endNs)
    {
        _writer.SInt(startField, Math.Clamp((startNs - _batchStartNs) / 1000, int.MinValue, int.MaxValue));
        _writer.UInt(durationField, (ulong)Math.Clamp((endNs - startNs) / 1000, 0, uint.MaxValue));
    }

    private void WriteDefinitions(int collector, ISeriesSlots series, CollectorMemory memory)
    {
        for (int slot = 0; slot < series.SlotCount; slot++)
        {
            if (!series.IsRedefined(slot))
            {
                continue;
            }

            int start = _writer.Begin(SampleBatch.SeriesFieldNumber);
            _writer.UInt(SeriesDefinition.CollectorFieldNumber, (uint)collector);
            _writer.UInt(SeriesDefinition.SlotFieldNumber, (uint)slot);
            if (series.Identity(slot) is { } identity)
            {
                _writer.UInt(SeriesDefinition.MetricIdFieldNumber, identity.Metric.Id);
                for (int i = 0; i < identity.Attributes.Count; i++)
                {
                    _writer.RepeatedText(SeriesDefinition.AttributesFieldNumber, identity.Attributes[i]);
                }
            }

            _writer.End(start);
            memory.Values[slot] = 0;
        }

        series.ClearRedefined();
    }

    private void WriteDeltas(ReadOnlySpan<long> now, long[] before)
    {
        int bitmap = _writer.Begin(Reading.ChangedFieldNumber);
        for (int first = 0; first < now.Length; first += 8)
        {
            int bits = 0;
            for (int slot = first; slot < Math.Min(first + 8, now.Length); slot++)
            {
                bits |= now[slot] != before[slot] ? 1 << (slot - first) : 0;
            }

            _writer.Byte((byte)bits);
        }

        _writer.TrimZeros(bitmap);
        if (_writer.TakeBackIfEmpty(bitmap, Reading.ChangedFieldNumber))
        {
            return;
        }

        _writer.End(bitmap);
        int deltas = _writer.Begin(Reading.DeltasFieldNumber);
        for (int slot = 0; slot < now.Length; slot++)
        {
            if (now[slot] != before[slot])
            {
                _writer.PackedSInt(unchecked(now[slot] - before[slot]));
                before[slot] = now[slot];
            }
        }

        _writer.End(deltas);
    }

    private void WriteDefinition(int slot, ProcessIdentity? identity)
    {
        int start = _writer.Begin(SampleBatch.ProcessesFieldNumber);
        _writer.UInt(ProcessDefinition.SlotFieldNumber, (uint)slot);
        if (identity is not null)
        {
            _writer.UInt(ProcessDefinition.PidFieldNumber, (uint)identity.Pid);
            _writer.UInt(ProcessDefinition.StartTimeMsFieldNumber, identity.StartTimeMs);
            _writer.Text(ProcessDefinition.NameFieldNumber, LabelText.Cut(identity.Name, ProtocolLimits.LabelBytesMax));
            _writer.Fixed64(ProcessDefinition.CommandHashFieldNumber, identity.CommandHash);
            _writer.UInt(ProcessDefinition.UserIdFieldNumber, identity.UserId);
            _writer.UInt(ProcessDefinition.ParentPidFieldNumber, (uint)identity.ParentPid);
            _writer.UInt(ProcessDefinition.SessionIdFieldNumber, identity.SessionId);
        }

        _writer.End(start);
    }

    private void WriteColumn(IProcessSlots slots, int column)
    {
        var sent = _sentSlots.AsSpan(0, _sentCount);
        bool any = false;
        for (int i = 0; i < sent.Length && !any; i++)
        {
            any = slots.Row(sent[i])[column] != _processValues[(sent[i] * ProcessColumns.Count) + column];
        }

        if (!any)
        {
            return;
        }

        int start = _writer.Begin(ProcessColumns.FieldNumber(column));
        foreach (int slot in sent)
        {
            ref long before = ref _processValues[(slot * ProcessColumns.Count) + column];
            long now = slots.Row(slot)[column];
            _writer.PackedSInt(unchecked(now - before));
            before = now;
        }

        _writer.End(start);
    }

    private sealed class CollectorMemory
    {
        public long[] Values { get; private set; } = [];

        public CollectorStatus Status { get; set; }

        public string Reason { get; set; } = "";

        public void Grow(int slots)
        {
            if (slots > Values.Length)
            {
                long[] grown = new long[Math.Max(16, slots * 2)];
                Values.CopyTo(grown, 0);
                Values = grown;
            }
        }
    }
}
