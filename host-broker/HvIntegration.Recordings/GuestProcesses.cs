using System.Globalization;
using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;

namespace HvIntegration.Recordings;

/// <summary>Makes process rows of the sets <c>Process</c> and <c>Process V2</c>: rates are summed up, so that rows are cumulative as an agent's.</summary>
internal sealed class GuestProcesses
{
    private const int ProcessesMax = 2_000;

    // Numbers given to processes whose own was not recorded; Windows' numbers are far below.
    private const int UnknownPid = 1_000_000_000;

    private readonly List<Entry> _entries = [];

    /// <summary>Finds the processes in a header.</summary>
    public GuestProcesses(IReadOnlyList<CounterPath> columns)
    {
        bool v2 = columns.Any(c => c.IsSet(GuestSets.ProcessV2));
        string set = v2 ? GuestSets.ProcessV2 : GuestSets.Process;
        var byInstance = new Dictionary<string, Entry>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < columns.Count; i++)
        {
            var path = columns[i];
            if (path.Instance is null || !path.IsSet(set) || IsNone(path.BaseInstance))
            {
                continue;
            }

            if (!byInstance.TryGetValue(path.Instance, out var entry))
            {
                if (_entries.Count == ProcessesMax)
                {
                    Skipped++;
                    continue;
                }

                byInstance[path.Instance] = entry = new Entry(path, v2, UnknownPid + _entries.Count);
                _entries.Add(entry);
            }

            entry.Take(path.Counter, i);
        }
    }

    /// <summary>Number of processes found in the columns.</summary>
    public int Count => _entries.Count;

    /// <summary>Columns beyond the bound.</summary>
    public int Skipped { get; }

    /// <summary>Columns of the recording that are used.</summary>
    public IEnumerable<int> Columns => _entries.SelectMany(e => e.Columns);

    /// <summary>Rows as of now.</summary>
    /// <param name="cursor">Cursor at the current row.</param>
    public IReadOnlyList<GuestProcess> Read(RecordingCursor cursor)
    {
        double seconds = (cursor.EndNs - cursor.StartNs) / 1e9;
        var rows = new List<GuestProcess>(_entries.Count);
        foreach (var entry in _entries)
        {
            if (entry.Read(cursor, seconds) is { } row)
            {
                rows.Add(row);
            }
        }

        return rows;
    }

    private static bool IsNone(string name) => name.StartsWith("_Total", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Idle", StringComparison.OrdinalIgnoreCase) || name.Equals("Idle:0", StringComparison.OrdinalIgnoreCase);

    private sealed class Entry
    {
        private readonly string _name;
        private readonly Dictionary<string, int> _columns = new(StringComparer.OrdinalIgnoreCase);
        private int _pid;
        private ulong _start;
        private double _cpu;
        private double _read;
        private double _write;

        public Entry(CounterPath path, bool v2, int pid)
        {
            _pid = pid;
            string name = path.BaseInstance;
            int colon = v2 ? name.LastIndexOf(':') : -1;
            if (colon > 0 && int.TryParse(name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                _pid = number;
                name = name[..colon];
            }

            _name = name;
        }

        public IEnumerable<int> Columns => _columns.Values;

        public void Take(string counter, int column) => _columns.TryAdd(counter, column);

        public GuestProcess? Read(RecordingCursor cursor, double seconds)
        {
            double cpu = Value(cursor, "% Processor Time");
            double resident = Value(cursor, "Working Set");
            resident = double.IsNaN(resident) ? Value(cursor, "Working Set - Private") : resident;
            double own = Value(cursor, "Private Bytes");
            double handles = Value(cursor, "Handle Count");
            if (double.IsNaN(cpu) && double.IsNaN(resident) && double.IsNaN(own) && double.IsNaN(handles))
            {
                return null;
            }

            double told = Value(cursor, "ID Process");
            told = double.IsNaN(told) ? Value(cursor, "Process ID") : told;
            if (told is > 0 and < UnknownPid && (int)told != _pid)
            {
                // Another process has this row now: what was summed up is not its.
                (_pid, _cpu, _read, _write) = ((int)told, 0, 0, 0);
                _start++;
            }

            _cpu += Math.Max(0, Zero(cpu)) / 100 * seconds;
            double reads = Value(cursor, "IO Read Bytes/sec");
            double writes = Value(cursor, "IO Write Bytes/sec");
            double data = Value(cursor, "IO Data Bytes/sec");
            _read += Math.Max(0, double.IsNaN(reads) && double.IsNaN(writes) ? Zero(data) : Zero(reads)) * seconds;
            _write += Math.Max(0, Zero(writes)) * seconds;
            return new GuestProcess(
                _pid, _start, _name, 0, 0, 0, 0, _cpu, 0, 0, Zero(resident), Zero(own), 0, _read, _write,
                (int)Math.Clamp(Zero(Value(cursor, "Thread Count")), 0, int.MaxValue), '?', (long)Math.Clamp(Zero(handles), 0, 1e15));
        }

        private double Value(RecordingCursor cursor, string counter) => _columns.TryGetValue(counter, out int column) ? cursor.Column(column) : double.NaN;

        private static double Zero(double value) => double.IsFinite(value) ? value : 0;
    }
}
