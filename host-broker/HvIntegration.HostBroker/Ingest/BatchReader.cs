using HvIntegration.Engine.Model;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.V1;

namespace HvIntegration.HostBroker.Ingest;

/// <summary>Turns one stream's batches into the engine's records.</summary>
internal sealed class BatchReader
{
    // 15 minutes of batches at the fastest rate an agent may have: more than this is not a ring that is sent again.
    private const int ResendsMax = 15 * 60 * Protocol.Handshake.ProtocolLimits.BatchesPerSecondMax;

    private readonly Guid _partition;
    private readonly Guid _bootId;
    private readonly ulong _helloMonotonicNs;
    private readonly string[] _collectors;
    private readonly StreamDecoder _decoder;
    private readonly DecodedBatch _decoded = new();
    private readonly Dictionary<int, CollectorHealth> _health = [];
    private int _resends;
    private long _unknownCounted;
    private long _cutCounted;
    private ulong _droppedCounted;

    /// <summary>Starts at the very start of the agent's chain.</summary>
    /// <exception cref="RefusedException">Hello names more collectors than allowed.</exception>
    public BatchReader(Hello hello, Guid partition, Guid bootId)
    {
        _partition = partition;
        _bootId = bootId;
        _helloMonotonicNs = hello.MonotonicNs;
        _collectors = [.. hello.Collectors.Select(HelloRules.Cut)];
        _decoder = Guard(() => new StreamDecoder(hello.Collectors.Count));
    }

    /// <summary>True for a batch that was made before this stream's Hello: the agent kept it while it could not reach the broker.</summary>
    public bool IsResend(SampleBatch message) => message.MonotonicStartNs < _helloMonotonicNs && _resends++ < ResendsMax;

    /// <summary>Takes the state just before the oldest batch the agent kept.</summary>
    /// <exception cref="RefusedException">It breaks a rule of the wire.</exception>
    public void Restore(Snapshot snapshot) => Guard(() =>
    {
        _decoder.Apply(snapshot);
        return true;
    });

    /// <summary>Reads one batch and counts what was left out of it.</summary>
    /// <exception cref="RefusedException">It breaks a rule of the wire.</exception>
    public GuestBatch Read(SampleBatch message, AgentSession session)
    {
        var batch = Read(message);
        CountLeftOut(session);
        NoteHealth(session);
        return batch;
    }

    /// <summary>Reads one batch of a recording.</summary>
    /// <exception cref="RefusedException">It breaks a rule of the wire.</exception>
    public GuestBatch Read(SampleBatch message)
    {
        Guard(() =>
        {
            _decoder.Apply(message, _decoded);
            return true;
        });

        var samples = new GuestSample[_decoded.Values.Count];
        for (int i = 0; i < samples.Length; i++)
        {
            var value = _decoded.Values[i];
            var reading = _decoded.Readings[value.Reading];
            samples[i] = new GuestSample(KeyOf(value.Series), reading.StartNs, reading.EndNs, value.Value);
        }

        var wall = _decoded.WallClock;
        return new GuestBatch(
            _partition, _bootId, _decoded.Sequence, _decoded.MonotonicStartNs, samples,
            _decoded.ProcessStartNs + ((_decoded.ProcessEndNs - _decoded.ProcessStartNs) / 2),
            [.. _decoded.Processes.Select(Row)], _decoded.ProcessesTotal,
            wall is null ? null : unchecked(wall.UnixNs - (long)wall.MonotonicNs));
    }

    private static SeriesKey KeyOf(DecodedSeries series)
    {
        if (series.Tag is not SeriesKey key)
        {
            key = new SeriesKey(
                series.Metric!.Id,
                series.Attributes.Count switch
                {
                    0 => "",
                    1 => HelloRules.Cut(series.Attributes[0]),
                    _ => string.Join('|', series.Attributes.Select(HelloRules.Cut)),
                });
            series.Tag = key;
        }

        return key;
    }

    private static GuestProcess Row(DecodedProcess process)
    {
        const double Micro = 1e-6;
        var (who, values) = (process.Identity, process.Values);
        if (who.Tag is not string name)
        {
            name = HelloRules.Cut(who.Name);
            who.Tag = name;
        }

        return new GuestProcess(
            who.Pid, who.StartTimeMs, name, who.CommandHash, who.UserId, who.ParentPid, who.SessionId,
            values.CpuUserUs * Micro, values.CpuSystemUs * Micro, values.RunWaitUs * Micro,
            values.ResidentBytes, values.PrivateBytes, values.MajorFaults, values.ReadBytes, values.WriteBytes,
            (int)Math.Clamp(values.Threads, 0, int.MaxValue), values.State, values.Handles);
    }

    private static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (MalformedBatchException e)
        {
            throw new RefusedException(
                RefuseReason.Malformed, e.Message, "Update hvi-agent in this guest; if it is current, report this sentence.", e);
        }
    }

    private void CountLeftOut(AgentSession session)
    {
        Grow(session, LedgerEntry.UnknownMetrics, _decoder.UnknownMetricValues, ref _unknownCounted);
        Grow(session, LedgerEntry.OverLimit, _decoder.LabelsCut + _decoder.DuplicateSeriesValues, ref _cutCounted);
        if (_decoded.DroppedTotal > _droppedCounted)
        {
            session.Ledger.Count(LedgerEntry.AgentDropped, (long)Math.Min(_decoded.DroppedTotal - _droppedCounted, int.MaxValue));
            _droppedCounted = _decoded.DroppedTotal;
        }
    }

    private static void Grow(AgentSession session, LedgerEntry entry, long total, ref long counted)
    {
        if (total > counted)
        {
            session.Ledger.Count(entry, total - counted);
            counted = total;
        }
    }

    private void NoteHealth(AgentSession session)
    {
        bool changed = false;
        foreach (var reading in _decoded.Readings)
        {
            if (!_health.TryGetValue(reading.Collector, out var was) || was.Status != reading.Status || was.Reason != reading.Reason)
            {
                _health[reading.Collector] = new CollectorHealth(_collectors[reading.Collector], reading.Status, HelloRules.Cut(reading.Reason));
                changed = true;
            }
        }

        if (changed)
        {
            session.Collectors = [.. _health.Values];
        }
    }
}
