using System.Globalization;

namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>Names the processes of the host that use the most CPU and belong to no VM.</summary>
/// <param name="files">Where /proc is.</param>
/// <param name="listed">Processes on the list.</param>
internal sealed class HostProcessTable(HostFiles files, int listed)
{
    private const int ScannedMax = 32_768;

    // A process stays on the list while its smoothed use ranks, so that a series is not made of single points.
    private const double Smoothing = 0.3;
    private const double IdleBelow = 0.005;

    private readonly Dictionary<int, Entry> _known = [];
    private readonly HashSet<int> _reported = [];
    private long _scan;

    /// <summary>Reads every process and ranks them.</summary>
    /// <param name="nowNs">Host time of the scan.</param>
    /// <param name="vms">Process numbers of VMs: left out.</param>
    public IReadOnlyList<HostProcess> Read(long nowNs, IReadOnlySet<int> vms)
    {
        _scan++;
        int scanned = 0;
        foreach (string name in files.Names("/proc/"))
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) || vms.Contains(pid))
            {
                continue;
            }

            if (++scanned > ScannedMax)
            {
                break;
            }

            if (files.TryRead($"/proc/{name}/stat", out string text) && TaskStat.TryParse(text, out var stat))
            {
                Note(pid, stat, nowNs);
            }
        }

        foreach (var (pid, entry) in _known)
        {
            if (entry.Scan != _scan)
            {
                _known.Remove(pid);
                _reported.Remove(pid);
            }
        }

        var top = _known.Where(k => k.Value.Use >= IdleBelow)
            .OrderByDescending(k => k.Value.Use).ThenBy(k => k.Key).Take(listed).ToList();
        var rows = top.ConvertAll(k => k.Value.Row(k.Key, fresh: !_reported.Contains(k.Key)));
        _reported.Clear();
        _reported.UnionWith(top.Select(k => k.Key));
        return rows;
    }

    private void Note(int pid, in TaskStat stat, long nowNs)
    {
        double cpu = stat.CpuTicks / TaskStat.TicksPerSecond;
        if (!_known.TryGetValue(pid, out var entry) || entry.StartTicks != stat.StartTicks)
        {
            _known[pid] = new Entry { Name = stat.Name, StartTicks = stat.StartTicks, Ns = nowNs, Cpu = cpu, PreviousNs = nowNs, PreviousCpu = cpu, Scan = _scan };
            _reported.Remove(pid);
            return;
        }

        double seconds = (nowNs - entry.Ns) / 1e9;
        if (seconds > 0)
        {
            entry.Use += Smoothing * (Math.Max(0, (cpu - entry.Cpu) / seconds) - entry.Use);
            entry.PreviousNs = entry.Ns;
            entry.PreviousCpu = entry.Cpu;
            entry.Ns = nowNs;
            entry.Cpu = cpu;
        }

        entry.Name = stat.Name;
        entry.Scan = _scan;
    }

    private sealed class Entry
    {
        public required string Name { get; set; }

        public required ulong StartTicks { get; init; }

        public long Ns { get; set; }

        public double Cpu { get; set; }

        public long PreviousNs { get; set; }

        public double PreviousCpu { get; set; }

        public double Use { get; set; }

        public long Scan { get; set; }

        public HostProcess Row(int pid, bool fresh) => new(
            string.Create(CultureInfo.InvariantCulture, $"{Name}({pid})"),
            fresh && PreviousNs < Ns ? [(PreviousNs, PreviousCpu), (Ns, Cpu)] : [(Ns, Cpu)]);
    }
}
