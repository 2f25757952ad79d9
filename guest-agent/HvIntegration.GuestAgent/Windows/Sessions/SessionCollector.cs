using System.Globalization;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Processes;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Sessions;

/// <summary>Interactive sessions by state; CPU time, memory, processes and idle time of each.</summary>
/// <remarks>
/// Sources: <c>WTSEnumerateSessionsW</c>; <c>WTSQuerySessionInformationW</c> for the last input; the sums come from the newest process
/// read, where the same numbers as in the counter set "Terminal Services Session" are had without that set. Session 0 is the
/// services' and not counted; where Remote Desktop Services do not answer, sessions are those that have processes.
/// </remarks>
internal sealed class SessionCollector(SessionTotals totals, SessionNames names) : WindowsCollector("session", new CollectorSchedule(1, 1000, true))
{
    private readonly SessionRow[] _rows = new SessionRow[SessionTotals.SessionsMax];
    private readonly int[] _stateCounts = new int[SessionRow.States.Length];
    private readonly int[] _stateSlots = new int[SessionRow.States.Length];
    private readonly bool[] _stateDefined = new bool[SessionRow.States.Length];
    private readonly Dictionary<uint, Session> _sessions = [];
    private readonly List<uint> _gone = [];
    private int _reads;

    /// <inheritdoc/>
    public override void Dispose()
    {
        // Nothing is kept open.
    }

    /// <inheritdoc/>
    protected override CollectOutcome Read(CollectorSeries series)
    {
        int error = WtsApi32.ReadSessions(_rows, out int count);
        if (error != 0)
        {
            return OfError("WTSEnumerateSessions", error);
        }

        if (count == 0)
        {
            return CollectOutcome.Unavailable("WTSEnumerateSessions lists no session: Remote Desktop Services are not running");
        }

        _reads++;
        Array.Clear(_stateCounts);
        foreach (SessionRow row in _rows.AsSpan(0, count))
        {
            // Session 0 has the services; a listener is a door, not a session.
            if (row.Id is 0 or > 65535 || (uint)row.State >= (uint)_stateCounts.Length)
            {
                continue;
            }

            _stateCounts[row.State]++;
            SetSession(series, row);
        }

        for (var state = 0; state < _stateCounts.Length; state++)
        {
            if (!_stateDefined[state] && (_stateCounts[state] > 0 || state is 0 or 4))
            {
                _stateDefined[state] = true;
                _stateSlots[state] = series.Define(GuestMetrics.SessionCount, SessionRow.States[state]);
            }

            if (_stateDefined[state])
            {
                series.Set(_stateSlots[state], _stateCounts[state]);
            }
        }

        RetireGone(series);
        return CollectOutcome.Ok;
    }

    private void SetSession(CollectorSeries series, in SessionRow row)
    {
        if (!_sessions.TryGetValue(row.Id, out Session? session))
        {
            session = new Session(series, row.Id.ToString(CultureInfo.InvariantCulture));
            _sessions.Add(row.Id, session);
        }

        session.SeenAt = _reads;
        if (session.NameHash != row.NameHash)
        {
            session.NameHash = row.NameHash;
            names.Set(row.Id, WtsApi32.ReadName(row.Id));
        }

        if (totals.TryGet(row.Id, out SessionUse use))
        {
            session.SetUse(series, use);
        }

        if (WtsApi32.TryReadTimes(row.Id, out long lastInput, out long now) && lastInput > 0 && now >= lastInput)
        {
            session.SetIdle(series, FileTime.ToMicroseconds(now - lastInput));
        }
    }

    private void RetireGone(CollectorSeries series)
    {
        _gone.Clear();
        foreach (var (id, session) in _sessions)
        {
            if (session.SeenAt != _reads)
            {
                _gone.Add(id);
            }
        }

        foreach (uint id in _gone)
        {
            _sessions[id].Retire(series);
            _sessions.Remove(id);
            names.Remove(id);
        }
    }

    private sealed class Session(CollectorSeries series, string id)
    {
        private readonly int[] _slots =
        [
            series.Define(GuestMetrics.SessionCpuTime, id),
            series.Define(GuestMetrics.SessionResident, id),
            series.Define(GuestMetrics.SessionProcesses, id),
        ];

        private int _idleSlot = -1;

        public int SeenAt { get; set; }

        public ulong NameHash { get; set; }

        public void SetUse(CollectorSeries target, in SessionUse use)
        {
            target.Set(_slots[0], use.CpuUs);
            target.Set(_slots[1], use.WorkingSet / 1024);
            target.Set(_slots[2], use.Processes);
        }

        public void SetIdle(CollectorSeries target, long microseconds)
        {
            _idleSlot = _idleSlot < 0 ? target.Define(GuestMetrics.SessionIdle, id) : _idleSlot;
            // Whole seconds: a value that stands still costs nothing on the wire.
            target.Set(_idleSlot, microseconds / 1_000_000);
        }

        public void Retire(CollectorSeries target)
        {
            foreach (int slot in _slots)
            {
                target.Retire(slot);
            }

            target.Retire(_idleSlot);
        }
    }
}
