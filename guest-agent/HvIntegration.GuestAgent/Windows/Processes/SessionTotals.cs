namespace HvIntegration.GuestAgent.Windows.Processes;

/// <summary>What the processes of each session use together, for the session collector.</summary>
/// <remarks>CPU time is added up from differences, so that a process that ends takes nothing away. Thread-safe.</remarks>
internal sealed class SessionTotals
{
    /// <summary>Sessions kept; a session host has at most some hundred.</summary>
    public const int SessionsMax = 512;

    private readonly Lock _gate = new();
    private readonly Dictionary<uint, SessionUse> _sessions = [];
    private readonly List<uint> _gone = [];
    private long _read;

    /// <summary>Begins a read: sizes start at 0, CPU time goes on.</summary>
    public void Begin()
    {
        _gate.Enter();
        _read++;
    }

    /// <summary>Adds a process; between <see cref="Begin"/> and <see cref="End"/>.</summary>
    /// <param name="sessionId">Its session.</param>
    /// <param name="cpuUs">CPU time since the last read, microseconds.</param>
    /// <param name="workingSet">Bytes.</param>
    public void Add(uint sessionId, long cpuUs, long workingSet)
    {
        if (!_sessions.TryGetValue(sessionId, out SessionUse use) && _sessions.Count >= SessionsMax)
        {
            return;
        }

        bool isFirst = use.ReadAt != _read;
        _sessions[sessionId] = new SessionUse(
            use.CpuUs + Math.Max(0, cpuUs), workingSet + (isFirst ? 0 : use.WorkingSet), 1 + (isFirst ? 0 : use.Processes), _read);
    }

    /// <summary>Ends a read: sessions without a process go.</summary>
    public void End()
    {
        _gone.Clear();
        foreach (var (id, use) in _sessions)
        {
            if (use.ReadAt != _read)
            {
                _gone.Add(id);
            }
        }

        foreach (uint id in _gone)
        {
            _sessions.Remove(id);
        }

        _gate.Exit();
    }

    /// <summary>What a session uses, as of the last read.</summary>
    public bool TryGet(uint sessionId, out SessionUse use)
    {
        lock (_gate)
        {
            return _sessions.TryGetValue(sessionId, out use);
        }
    }
}

/// <summary>Use of one session.</summary>
/// <param name="CpuUs">CPU time since the agent watches, microseconds.</param>
/// <param name="WorkingSet">Working sets together, bytes; shared pages count in each.</param>
/// <param name="Processes">Processes.</param>
/// <param name="ReadAt">Read that made it.</param>
internal readonly record struct SessionUse(long CpuUs, long WorkingSet, int Processes, long ReadAt);
