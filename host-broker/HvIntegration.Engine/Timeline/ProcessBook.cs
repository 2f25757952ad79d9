using HvIntegration.Model;

namespace HvIntegration.Engine.Timeline;

/// <summary>Turns the cumulative process rows of a guest into use per second, and tells whether all slow down together.</summary>
/// <param name="setsMax">Newest sets of rows kept: a recording is read ahead of the second that is judged.</param>
internal sealed class ProcessBook(int setsMax)
{
    // Recordings may have one row in a minute or two.
    private const long KeptNs = 150_000_000_000L;
    private const long IntervalNsMin = 50_000_000L;
    private const int EntriesMax = 512;
    private const double CpuShareMax = 1024;

    // "Now" is the last seconds, "before" the last minute; what slows by more than 30 % has lost progress (diagnosis reference, section 8, item 7).
    private const double NowSeconds = 3;
    private const double BeforeSeconds = 45;
    private const double SlowedRatio = 0.7;
    private const double ActiveCpu = 0.01;
    private const double ActiveBytes = 65_536;
    private const double KnownSeconds = 15;
    private const int ActiveMin = 3;

    // A second is judged late when another VM's side is late: up to the grace, by then newer rows have come.
    private const long NearSeconds = 5;

    private readonly Dictionary<(int Pid, ulong Start), Entry> _entries = [];
    private readonly List<Set> _sets = [];

    /// <summary>While true the level before is kept as it is: an episode must not become its own normal.</summary>
    public bool Frozen { get; set; }

    /// <summary>Rows of the interval that holds a second, or the newest within five seconds before it, busiest first; empty when there are none.</summary>
    public IReadOnlyList<ProcessUse> At(long second) => Around(second)?.Uses ?? [];

    /// <summary>Share of the active processes that lost more than 30 % of their progress; NaN when fewer than three are active.</summary>
    public double SlowedShareAt(long second) => Around(second)?.Slowed ?? double.NaN;

    /// <summary>Takes the rows of one batch, read at a host time.</summary>
    public void Add(IReadOnlyList<GuestProcess> rows, long hostNs)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var uses = new List<ProcessUse>(rows.Count);
        var (active, slowed) = (0, 0);
        var longest = 0L;
        foreach (var row in rows)
        {
            var key = (row.Pid, row.StartTimeMs);
            if (!_entries.TryGetValue(key, out var entry))
            {
                if (_entries.Count < EntriesMax)
                {
                    _entries.Add(key, new Entry { Row = row, HostNs = hostNs });
                }

                continue;
            }

            if (hostNs - entry.HostNs >= IntervalNsMin && hostNs - entry.HostNs <= KeptNs)
            {
                var use = Use(row, entry, (hostNs - entry.HostNs) / 1e9);
                uses.Add(use);
                longest = Math.Max(longest, hostNs - entry.HostNs);
                var (isActive, isSlowed) = Follow(entry, use, (hostNs - entry.HostNs) / 1e9);
                active += isActive ? 1 : 0;
                slowed += isSlowed ? 1 : 0;
            }

            entry.Row = row;
            entry.HostNs = hostNs;
        }

        if (_entries.Count > EntriesMax / 2)
        {
            foreach (var stale in _entries.Where(e => hostNs - e.Value.HostNs > KeptNs).Select(e => e.Key).ToList())
            {
                _entries.Remove(stale);
            }
        }

        var second = hostNs / 1_000_000_000L;
        if (uses.Count > 0 && (_sets.Count == 0 || second >= _sets[^1].Second))
        {
            uses.Sort(static (a, b) => b.CpuShare != a.CpuShare ? b.CpuShare.CompareTo(a.CpuShare) : a.Pid.CompareTo(b.Pid));
            if (_sets.Count == setsMax)
            {
                _sets.RemoveAt(0);
            }

            _sets.Add(new Set(second, longest / 1_000_000_000L, uses, active >= ActiveMin ? (double)slowed / active : double.NaN));
        }
    }

    /// <summary>Process that rose most since the level before; null when none did by a fifth of a processor or a megabyte a second.</summary>
    /// <param name="second">Host second.</param>
    /// <param name="bytes">Compare bytes, not processor time.</param>
    public string? Risen(long second, bool bytes)
    {
        if (Around(second) is null)
        {
            return null;
        }

        Entry? best = null;
        var most = bytes ? 1e6 : 0.2;
        foreach (var entry in _entries.Values)
        {
            var rise = bytes ? entry.NowBytes - entry.BeforeBytes : entry.NowCpu - entry.BeforeCpu;
            if (rise > most || (rise == most && best is not null && entry.Row.Pid < best.Row.Pid))
            {
                (best, most) = (entry, rise);
            }
        }

        return best?.Row.Name;
    }

    /// <summary>A new boot: process numbers start again.</summary>
    public void Clear()
    {
        _entries.Clear();
        _sets.Clear();
    }

    private static ProcessUse Use(GuestProcess row, Entry entry, double seconds)
    {
        var before = entry.Row;
        var cpu = Rate(row.CpuUserSeconds + row.CpuSystemSeconds, before.CpuUserSeconds + before.CpuSystemSeconds, seconds);
        return new ProcessUse(
            row.Pid, row.Name, Math.Min(cpu, CpuShareMax), Rate(row.RunWaitSeconds, before.RunWaitSeconds, seconds),
            double.IsFinite(row.ResidentBytes) ? Math.Max(0, row.ResidentBytes) : 0,
            Rate(row.ReadBytes, before.ReadBytes, seconds), Rate(row.WriteBytes, before.WriteBytes, seconds),
            Rate(row.MajorFaults, before.MajorFaults, seconds))
        {
            PrivateBytes = double.IsFinite(row.PrivateBytes) ? Math.Max(0, row.PrivateBytes) : 0,
            Handles = Math.Max(0, row.Handles),
            Threads = Math.Max(0, row.Threads),
        };
    }

    private (bool Active, bool Slowed) Follow(Entry entry, ProcessUse use, double seconds)
    {
        var bytes = use.ReadBytesPerSecond + use.WriteBytesPerSecond;
        if (entry.KnownSeconds == 0)
        {
            (entry.NowCpu, entry.BeforeCpu, entry.NowBytes, entry.BeforeBytes) = (use.CpuShare, use.CpuShare, bytes, bytes);
        }

        entry.KnownSeconds += seconds;
        var now = 1 - Math.Exp(-seconds / NowSeconds);
        entry.NowCpu += (use.CpuShare - entry.NowCpu) * now;
        entry.NowBytes += (bytes - entry.NowBytes) * now;
        if (!Frozen)
        {
            var before = 1 - Math.Exp(-seconds / BeforeSeconds);
            entry.BeforeCpu += (use.CpuShare - entry.BeforeCpu) * before;
            entry.BeforeBytes += (bytes - entry.BeforeBytes) * before;
        }

        if (entry.KnownSeconds < KnownSeconds)
        {
            return (false, false);
        }

        var (byCpu, byBytes) = (entry.BeforeCpu >= ActiveCpu, entry.BeforeBytes >= ActiveBytes);
        return (byCpu || byBytes, (byCpu && entry.NowCpu < SlowedRatio * entry.BeforeCpu) || (byBytes && entry.NowBytes < SlowedRatio * entry.BeforeBytes));
    }

    private Set? Around(long second)
    {
        Set? after = null;
        for (var i = _sets.Count - 1; i >= 0; i--)
        {
            var set = _sets[i];
            if (set.Second < second)
            {
                return after ?? (second - set.Second <= NearSeconds ? set : null);
            }

            after = set.Second - second <= Math.Max(NearSeconds, set.IntervalSeconds) ? set : null;
        }

        return after;
    }

    private static double Rate(double now, double before, double seconds)
        => double.IsFinite(now) && double.IsFinite(before) && now >= before ? (now - before) / seconds : 0;

    /// <summary>Rows of one read.</summary>
    private sealed record Set(long Second, long IntervalSeconds, List<ProcessUse> Uses, double Slowed);

    private sealed class Entry
    {
        public required GuestProcess Row { get; set; }

        public required long HostNs { get; set; }

        public double KnownSeconds { get; set; }

        public double NowCpu { get; set; }

        public double BeforeCpu { get; set; }

        public double NowBytes { get; set; }

        public double BeforeBytes { get; set; }
    }
}
