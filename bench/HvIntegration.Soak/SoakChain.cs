using System.Globalization;
using Google.Protobuf;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;

namespace HvIntegration.Soak;

/// <summary>Writes what a guest reads as one delta chain of the wire, as an agent does.</summary>
internal sealed class SoakChain
{
    private const int SlotsMax = 1024;

    /// <summary>Collectors of the chain, by number.</summary>
    public static readonly string[] Collectors = ["cpu", "memory", "disk", "network", "odd"];

    private readonly SoakVm _vm;
    private readonly StreamDecoder _state = new(Collectors.Length);
    private readonly List<Slot?>[] _slots = [.. Collectors.Select(_ => new List<Slot?>())];
    private readonly Dictionary<int, (SoakVm.Process Process, long[] Values)> _processes = [];
    private ulong _sequence = 1;

    /// <summary>A chain at its start.</summary>
    public SoakChain(SoakVm vm) => _vm = vm;

    /// <summary>Boot that it belongs to.</summary>
    public required Guid BootId { get; init; }

    /// <summary>The state after the newest batch; null before the first.</summary>
    public Snapshot? Snapshot => _sequence == 1 ? null : _state.ToSnapshot();

    /// <summary>Sequence of the newest batch.</summary>
    public ulong Sequence => _sequence - 1;

    /// <summary>The batch of a host time.</summary>
    public SampleBatch Next(long hostNs)
    {
        var batch = new SampleBatch { Sequence = _sequence++, MonotonicStartNs = (ulong)_vm.GuestNs(hostNs) };
        var seen = new HashSet<(int, MetricDefinition, string)>();
        var readings = Collectors.Select((_, i) => new SortedDictionary<int, long>()).ToArray();
        void Put(int collector, MetricDefinition metric, double value, params string[] attributes)
        {
            string key = string.Join('|', attributes);
            seen.Add((collector, metric, key));
            var slots = _slots[collector];
            int at = slots.FindIndex(s => s is { } one && one.Metric == metric && one.Key == key);
            if (at < 0)
            {
                at = slots.IndexOf(null);
                if (at < 0)
                {
                    if (slots.Count == SlotsMax)
                    {
                        return;
                    }

                    at = slots.Count;
                    slots.Add(null);
                }

                slots[at] = new Slot(metric, key);
                batch.Series.Add(new SeriesDefinition { Collector = (uint)collector, Slot = (uint)at, MetricId = metric.Id, Attributes = { attributes } });
            }

            long raw = (long)Math.Round(value / metric.Scale);
            readings[collector][at] = raw - slots[at]!.Raw;
            slots[at]!.Raw = raw;
        }

        // What is gone is given up before new names need its slots.
        Forget(batch);
        Read(Put);
        for (int collector = 0; collector < Collectors.Length; collector++)
        {
            for (int slot = 0; slot < _slots[collector].Count; slot++)
            {
                if (_slots[collector][slot] is { } one && !seen.Contains((collector, one.Metric, one.Key)))
                {
                    one.Gone = true;
                }
            }

            byte[] changed = new byte[(_slots[collector].Count + 7) / 8];
            var reading = new Reading { Collector = (uint)collector, StartOffsetUs = collector * 40, DurationUs = 30 };
            foreach (var (slot, delta) in readings[collector].Where(r => r.Value != 0))
            {
                changed[slot / 8] |= (byte)(1 << (slot % 8));
                reading.Deltas.Add(delta);
            }

            reading.Changed = ByteString.CopyFrom(changed);
            batch.Readings.Add(reading);
        }

        Processes(batch);
        _state.Apply(batch, null);
        return batch;
    }

    private void Forget(SampleBatch batch)
    {
        for (int collector = 0; collector < Collectors.Length; collector++)
        {
            for (int slot = 0; slot < _slots[collector].Count; slot++)
            {
                if (_slots[collector][slot] is { Gone: true })
                {
                    _slots[collector][slot] = null;
                    batch.Series.Add(new SeriesDefinition { Collector = (uint)collector, Slot = (uint)slot });
                }
            }
        }
    }

    private void Read(Putter put)
    {
        for (int cpu = 0; cpu < 2; cpu++)
        {
            string number = cpu.ToString(CultureInfo.InvariantCulture);
            put(0, GuestMetrics.CpuTime, _vm.BusySeconds * 0.8, "user", number);
            put(0, GuestMetrics.CpuTime, _vm.BusySeconds * 0.2, "system", number);
            put(0, GuestMetrics.CpuTime, _vm.BusySeconds * 1.5, "idle", number);
        }

        put(0, GuestMetrics.RunQueue, 1);
        put(1, GuestMetrics.MemoryLimit, 4e9);
        put(1, GuestMetrics.MemoryAvailable, 2e9 + (1e6 * (_sequence % 50)));
        put(1, GuestMetrics.MemoryCommitted, 1.5e9 + (1e6 * (_sequence % 40)));
        put(1, GuestMetrics.AgentResident, 8e6);
        foreach (var disk in _vm.Disks)
        {
            put(2, GuestMetrics.DiskOperations, Math.Floor(disk.Units), disk.GuestName, "read");
            put(2, GuestMetrics.DiskIo, Math.Floor(disk.Units) * 4096, disk.GuestName, "read");
            put(2, GuestMetrics.DiskOperationTime, disk.Units * 0.0006, disk.GuestName, "read");
        }

        foreach (var adapter in _vm.Adapters)
        {
            put(3, GuestMetrics.NetworkIo, Math.Floor(adapter.Units) * 900, adapter.GuestName, "receive");
        }

        foreach (string name in _vm.OddNames)
        {
            put(4, GuestMetrics.DiskLimit, 1e9, name);
        }
    }

    private void Processes(SampleBatch batch)
    {
        var rows = new ProcessRows { StartOffsetUs = 400, DurationUs = 200, ProcessesTotal = (uint)_vm.Processes.Count + 100 };
        byte[] present = new byte[8];
        foreach (var (slot, process) in _vm.Processes.OrderBy(p => p.Key))
        {
            if (!_processes.TryGetValue(slot, out var known) || known.Process != process)
            {
                _processes[slot] = known = (process, new long[4]);
                batch.Processes.Add(new ProcessDefinition { Slot = (uint)slot, Pid = (uint)process.Pid, StartTimeMs = process.StartMs, Name = process.Name, CommandHash = (ulong)process.Pid, ParentPid = 1 });
            }

            present[slot / 8] |= (byte)(1 << (slot % 8));
            long[] now = [process.CpuMicros, process.CpuMicros / 4, process.ResidentBytes, process.ResidentBytes / 2];
            rows.CpuUserUs.Add(now[0] - known.Values[0]);
            rows.CpuSystemUs.Add(now[1] - known.Values[1]);
            rows.ResidentBytes.Add(now[2] - known.Values[2]);
            rows.PrivateBytes.Add(now[3] - known.Values[3]);
            now.CopyTo(known.Values, 0);
        }

        rows.Present = ByteString.CopyFrom(present);
        batch.ProcessRows = rows;
    }

    private delegate void Putter(int collector, MetricDefinition metric, double value, params string[] attributes);

    private sealed class Slot(MetricDefinition metric, string key)
    {
        public MetricDefinition Metric { get; } = metric;

        public string Key { get; } = key;

        public long Raw { get; set; }

        public bool Gone { get; set; }
    }
}
