using HvIntegration.Ingest.Budgets;
using HvIntegration.Model;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;

namespace HvIntegration.Ingest.Streams;

/// <summary>Turns one stream's batches into the engine's records.</summary>
internal sealed class BatchReader
{
    private readonly Guid _partition;
    private readonly Guid _bootId;
    private readonly string[] _collectors;
    private readonly StreamDecoder _decoder;
    private readonly DecodedBatch _decoded = new();
    private readonly Dictionary<int, CollectorHealth> _health = [];
    private readonly VmAccount? _account;
    private long _unknownCounted;
    private long _cutCounted;
    private ulong _droppedCounted;

    /// <summary>Starts at the very start of the agent's chain.</summary>
    /// <param name="hello">First message of the stream.</param>
    /// <param name="partition">VM by the peer address.</param>
    /// <param name="bootId">Boot as Hello says.</param>
    /// <param name="account">Pays for new series and processes and counts what is left out; null for a recording, which somebody chose to read.</param>
    /// <exception cref="RefusedException">Hello names more collectors than allowed.</exception>
    public BatchReader(Hello hello, Guid partition, Guid bootId, VmAccount? account = null)
    {
        _partition = partition;
        _bootId = bootId;
        _account = account;
        _collectors = [.. hello.Collectors.Select(HelloRules.Cut)];
        _decoder = Guard(() => new StreamDecoder(hello.Collectors.Count));
    }

    /// <summary>Events of the newest batch; at most <see cref="Protocol.Handshake.ProtocolLimits.EventsMax"/>.</summary>
    public IReadOnlyList<AgentEvent> Events => _decoded.Events;

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
        CountLeftOut();
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

        var wall = _decoded.WallClock;
        return new GuestBatch(
            _partition, _bootId, _decoded.Sequence, _decoded.MonotonicStartNs, Samples(),
            _decoded.ProcessStartNs + ((_decoded.ProcessEndNs - _decoded.ProcessStartNs) / 2),
            Processes(), _decoded.ProcessesTotal,
            wall is null ? null : unchecked(wall.UnixNs - (long)wall.MonotonicNs));
    }

    private GuestSample[] Samples()
    {
        var samples = new GuestSample[_decoded.Values.Count];
        int taken = 0;
        long overBudget = 0;
        long outOfRange = 0;
        foreach (var value in _decoded.Values)
        {
            var state = StateOf(value.Series);
            if (!IsAdmitted(state))
            {
                overBudget++;
                continue;
            }

            var reading = _decoded.Readings[value.Reading];
            if (!state.Takes(value.Value, reading.EndNs))
            {
                outOfRange++;
                continue;
            }

            samples[taken++] = new GuestSample(state.Key, reading.StartNs, reading.EndNs, value.Value);
        }

        Count(LedgerEntry.SeriesOverBudget, overBudget);
        Count(LedgerEntry.OutOfRange, outOfRange);
        return taken == samples.Length ? samples : samples[..taken];
    }

    private GuestProcess[] Processes()
    {
        var rows = new GuestProcess[_decoded.Processes.Count];
        int taken = 0;
        long overBudget = 0;
        long outOfRange = 0;
        foreach (var process in _decoded.Processes)
        {
            var values = process.Values;
            if (!GuestLimits.CanBe(values))
            {
                outOfRange++;
            }
            else if (NameOf(process.Identity) is not { } name)
            {
                overBudget++;
            }
            else
            {
                rows[taken++] = Row(process.Identity, name, values);
            }
        }

        Count(LedgerEntry.ProcessesOverBudget, overBudget);
        Count(LedgerEntry.OutOfRange, outOfRange);
        return taken == rows.Length ? rows : rows[..taken];
    }

    private bool IsAdmitted(GuestSeriesState state)
    {
        if (_account is null || state.IsAdmitted)
        {
            return true;
        }

        long hour = _account.Series.HourNumber;
        if (state.RefusedInHour == hour)
        {
            return false;
        }

        state.IsAdmitted = _account.Series.TryAdmit(state.Key);
        state.RefusedInHour = state.IsAdmitted ? null : hour;
        return state.IsAdmitted;
    }

    private static GuestSeriesState StateOf(DecodedSeries series)
    {
        if (series.Tag is not GuestSeriesState state)
        {
            state = new GuestSeriesState(
                new SeriesKey(
                    series.Metric!.Id,
                    series.Attributes.Count switch
                    {
                        0 => "",
                        1 => HelloRules.Cut(series.Attributes[0]),
                        _ => string.Join('|', series.Attributes.Select(HelloRules.Cut)),
                    }),
                series.Metric);
            series.Tag = state;
        }

        return state;
    }

    /// <summary>Name of a process, cut once; null when the VM brought too many new processes when this one came.</summary>
    private string? NameOf(DecodedProcessIdentity who)
    {
        if (who.Tag is string known)
        {
            return known;
        }

        if (_account is not null && !_account.Processes.TryTake())
        {
            return null;
        }

        string name = HelloRules.Cut(who.Name);
        who.Tag = name;
        return name;
    }

    private static GuestProcess Row(DecodedProcessIdentity who, string name, in ProcessValues values)
    {
        const double Micro = 1e-6;
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
                RefuseReason.Malformed, e.Message, "Update hvi-agent in this guest. If it is current, report this message.", e);
        }
    }

    private void Count(LedgerEntry entry, long count)
    {
        if (count > 0)
        {
            _account?.Ledger.Count(entry, count);
        }
    }

    private void CountLeftOut()
    {
        Grow(LedgerEntry.UnknownMetrics, _decoder.UnknownMetricValues, ref _unknownCounted);
        Grow(LedgerEntry.OverLimit, _decoder.LabelsCut + _decoder.DuplicateSeriesValues, ref _cutCounted);
        if (_decoded.DroppedTotal > _droppedCounted)
        {
            Count(LedgerEntry.AgentDropped, (long)Math.Min(_decoded.DroppedTotal - _droppedCounted, int.MaxValue));
            _droppedCounted = _decoded.DroppedTotal;
        }
    }

    private void Grow(LedgerEntry entry, long total, ref long counted)
    {
        Count(entry, total - counted);
        counted = Math.Max(counted, total);
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

    /// <summary>What this stream knows of one series.</summary>
    private sealed class GuestSeriesState(SeriesKey key, MetricDefinition metric)
    {
        private double _last = double.NaN;
        private long _lastNs;

        /// <summary>Metric and attribute values as the engine knows them.</summary>
        public SeriesKey Key { get; } = key;

        /// <summary>True once the VM's budget admitted it.</summary>
        public bool IsAdmitted { get; set; }

        /// <summary>Hour in which the budget refused it; null when it did not.</summary>
        public long? RefusedInHour { get; set; }

        /// <summary>Takes a value that the metric can have and a counter that grew no faster than a machine can count.</summary>
        public bool Takes(double value, long atNs)
        {
            if (!GuestLimits.CanBe(metric, value))
            {
                return false;
            }

            if (metric.Form != MetricForm.Counter)
            {
                return true;
            }

            long passedNs = atNs - _lastNs;
            if (value - _last > GuestLimits.GrowthMax(metric.Unit, passedNs) && passedNs < GuestLimits.LeapRestNs)
            {
                return false;
            }

            _last = value;
            _lastNs = atNs;
            return true;
        }
    }
}
