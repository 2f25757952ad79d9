using System.Text;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Parsing;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Linux.Disk;

/// <summary>Operations, bytes, times and queue of every disk that rests on no other.</summary>
/// <remarks>Sources: <c>/proc/diskstats</c>; <c>/sys/block</c> when the set of devices changed. Stacking: <see cref="BlockDevices"/>.</remarks>
internal sealed class DiskCollector(GuestRoot root) : ICollector
{
    private const int SectorBytes = 512;
    private const int DevicesMax = 512;

    /// <summary>A size can change without a change of names (a disk was extended), so it is read again now and then.</summary>
    private const int SizeEvery = 60;

    private static readonly string[] Directions = ["read", "write", "discard", "flush"];

    private readonly KernelFile _file = new(root.Of("/proc/diskstats"), 16 * 1024);
    private readonly BlockDevices _devices = new(root);
    private readonly Dictionary<string, Disk> _disks = new(StringComparer.Ordinal);
    private Line[] _lines = [];
    private int _lineCount = -1;
    private int _reads;

    /// <inheritdoc/>
    public string Name => "disk";

    /// <inheritdoc/>
    public CollectorSchedule Schedule => CollectorSchedule.EachInterval;

    /// <inheritdoc/>
    public CollectOutcome Collect(CollectorSeries series)
    {
        if (!_file.TryRead(out var text))
        {
            return _file.FailureOutcome;
        }

        if (HasOtherDevices(text))
        {
            Reevaluate(series, text);
        }

        var readSizes = _reads++ % SizeEvery == 0;
        var lines = new ByteCursor(text);
        for (var index = 0; index < _lineCount && lines.TryReadLine(out var line); index++)
        {
            if (_lines[index].Disk is { } disk && DiskStatsLine.TryParse(line, out _, out var values))
            {
                disk.Take(values, _lines[index].IsPath);
            }
        }

        foreach (var disk in _disks.Values)
        {
            disk.Set(series);
            if (readSizes)
            {
                disk.SetLimit(series, _devices.SizeBytes(disk.Name));
            }
        }

        return _disks.Count > 0 ? CollectOutcome.Ok : CollectOutcome.Unavailable("/proc/diskstats lists no disk");
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> line)
    {
        var cursor = new ByteCursor(line);
        cursor.SkipFields(2);
        cursor.TryReadField(out var name);
        return name;
    }

    private bool HasOtherDevices(ReadOnlySpan<byte> text)
    {
        var lines = new ByteCursor(text);
        var index = 0;
        while (lines.TryReadLine(out var line))
        {
            if (index >= _lineCount)
            {
                return index < DevicesMax;
            }

            if (!NameOf(line).SequenceEqual(_lines[index].NativeName))
            {
                return true;
            }

            index++;
        }

        return index != _lineCount;
    }

    private void Reevaluate(CollectorSeries series, ReadOnlySpan<byte> text)
    {
        var found = new List<Line>();
        var names = Names(text);
        var lines = new ByteCursor(text);
        while (found.Count < DevicesMax && lines.TryReadLine(out var line))
        {
            var nativeName = NameOf(line).ToArray();
            var name = Encoding.UTF8.GetString(nativeName);
            var head = BlockDevices.HeadOfPath(name);
            var isPath = head is not null && names.Contains(head);
            var known = isPath ? head! : name;
            Disk? disk = null;
            if (_devices.IsLeaf(known, names) && DiskStatsLine.TryParse(line, out _, out _))
            {
                if (!_disks.TryGetValue(known, out disk))
                {
                    disk = new Disk(known, series);
                    _disks.Add(known, disk);
                }

                disk.SetLimit(series, _devices.SizeBytes(known));
            }

            found.Add(new Line(nativeName, disk, isPath));
        }

        foreach (var gone in _disks.Values.Where(disk => !found.Exists(line => ReferenceEquals(line.Disk, disk))).ToArray())
        {
            gone.Retire(series);
            _disks.Remove(gone.Name);
        }

        foreach (var disk in _disks.Values)
        {
            disk.UsePaths(string.Join(' ', found.Where(line => line.IsPath && ReferenceEquals(line.Disk, disk)).Select(line => Encoding.UTF8.GetString(line.NativeName))));
        }

        _lines = [.. found];
        _lineCount = _lines.Length;
    }

    private static HashSet<string> Names(ReadOnlySpan<byte> text)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var lines = new ByteCursor(text);
        while (names.Count < DevicesMax && lines.TryReadLine(out var line))
        {
            names.Add(Encoding.UTF8.GetString(NameOf(line)));
        }

        return names;
    }

    private readonly record struct Line(byte[] NativeName, Disk? Disk, bool IsPath);

    /// <summary>Slots of one disk and its times carried past 32 bits.</summary>
    private sealed class Disk
    {
        private readonly Direction[] _directions = new Direction[Directions.Length];
        private readonly int _busySlot;
        private readonly int _queueSlot;
        private readonly int _inFlightSlot;
        private Milliseconds _busy;
        private readonly OptionalSeries _limit;
        private Milliseconds _queue;
        private long _lastOperations;
        private DiskStatsLine _own;
        private DiskStatsLine _paths;
        private DiskStatsLine _shown;
        private DiskStatsLine _base;
        private string _pathNames = "";
        private bool _byPaths;
        private bool _rebase;

        public Disk(string name, CollectorSeries series)
        {
            Name = name;
            _limit = new OptionalSeries(GuestMetrics.DiskLimit, OptionalSeries.CountMax, name);
            _busySlot = series.Define(GuestMetrics.DiskIoTime, name);
            _queueSlot = series.Define(GuestMetrics.DiskQueueTime, name);
            _inFlightSlot = series.Define(GuestMetrics.DiskInFlight, name);
            DefineDirection(series, 0);
            DefineDirection(series, 1);
        }

        public string Name { get; }

        /// <summary>Which paths of NVMe multipath lead to it, empty for none. With other paths the sum of their counters jumps: it goes on from what was shown.</summary>
        public void UsePaths(string names)
        {
            _rebase |= _byPaths && names != _pathNames;
            _pathNames = names;
        }

        /// <summary>Takes the line of the disk, or of one of its paths.</summary>
        public void Take(in DiskStatsLine values, bool isPath)
        {
            if (isPath)
            {
                _paths = _paths.Plus(values);
            }
            else
            {
                _own = values;
            }
        }

        public void SetLimit(CollectorSeries series, long bytes) => _limit.Set(series, bytes);

        /// <summary>Sets the series from the lines that were taken since the last call.</summary>
        public void Set(CollectorSeries series)
        {
            // Kernels until about 6.3 count the paths of NVMe multipath and leave the disk itself at 0.
            var byPaths = _own.Operations == 0 && _paths.Operations > 0;
            var now = byPaths ? _paths : _own;
            if (_rebase || (_byPaths != byPaths && _shown.Operations > 0))
            {
                _base = _shown.Since(now);
            }

            (_byPaths, _rebase, _paths) = (byPaths, false, default);
            Set(series, now.Plus(_base));
        }

        private void Set(CollectorSeries series, in DiskStatsLine values)
        {
            _shown = values;
            var operations = values.Operations;
            // Operations are 64-bit counters: when their sum falls, the device is a new one under the old name.
            var isReset = operations < _lastOperations;
            _lastOperations = operations;
            series.Set(_inFlightSlot, values.InFlight);
            series.Set(_busySlot, _busy.Advance(values.BusyMs, isReset));
            series.Set(_queueSlot, _queue.Advance(values.QueueMs, isReset));
            SetDirection(series, 0, values.Read, isReset);
            SetDirection(series, 1, values.Write, isReset);
            SetDirection(series, 2, values.Discard, isReset);
            SetDirection(series, 3, values.Flush, isReset);
        }

        public void Retire(CollectorSeries series)
        {
            _limit.Drop(series);
            series.Retire(_busySlot);
            series.Retire(_queueSlot);
            series.Retire(_inFlightSlot);
            foreach (var direction in _directions.Where(direction => direction.IsDefined))
            {
                series.Retire(direction.OperationsSlot);
                series.Retire(direction.BytesSlot);
                series.Retire(direction.TimeSlot);
                series.Retire(direction.MergedSlot);
            }
        }

        private void DefineDirection(CollectorSeries series, int index)
        {
            ref var direction = ref _directions[index];
            direction.IsDefined = true;
            direction.OperationsSlot = series.Define(GuestMetrics.DiskOperations, Name, Directions[index]);
            direction.TimeSlot = series.Define(GuestMetrics.DiskOperationTime, Name, Directions[index]);
            // A flush moves no bytes, and flushes are not merged with neighbours.
            direction.BytesSlot = index == 3 ? -1 : series.Define(GuestMetrics.DiskIo, Name, Directions[index]);
            direction.MergedSlot = index > 1 ? -1 : series.Define(GuestMetrics.DiskMerged, Name, Directions[index]);
        }

        private void SetDirection(CollectorSeries series, int index, in DiskStatsDirection values, bool isReset)
        {
            // Discards and flushes get series once there are any: most disks never see one.
            if (!_directions[index].IsDefined)
            {
                if (values.Operations == 0)
                {
                    return;
                }

                DefineDirection(series, index);
            }

            ref var direction = ref _directions[index];
            series.Set(direction.OperationsSlot, values.Operations);
            series.Set(direction.BytesSlot, values.Sectors > long.MaxValue / SectorBytes ? long.MaxValue : values.Sectors * SectorBytes);
            series.Set(direction.MergedSlot, values.Merged);
            series.Set(direction.TimeSlot, direction.Time.Advance(values.TimeMs, isReset));
        }
    }

    private struct Direction
    {
        public bool IsDefined;
        public int OperationsSlot;
        public int BytesSlot;
        public int TimeSlot;
        public int MergedSlot;
        public Milliseconds Time;
    }

    /// <summary>A 32-bit millisecond counter carried on in 64 bits: at a queue of 32 it wraps every 37 hours.</summary>
    private struct Milliseconds
    {
        private uint _last;
        private long _total;

        /// <summary>Takes a new reading of the 32-bit counter and gives the microseconds so far.</summary>
        public long Advance(long now, bool isReset)
        {
            var cut = unchecked((uint)now);
            _total = isReset ? cut : _total + unchecked(cut - _last);
            _last = cut;
            return _total * 1000;
        }
    }
}
