using System.Runtime.InteropServices;
using System.Text;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.Text;

namespace HvIntegration.GuestAgent.Linux.Filesystem;

/// <summary>Space and inodes of every file system that holds data.</summary>
/// <remarks>
/// Sources: <c>mountinfo</c> of this process (of process 1 under another root), <c>statfs</c>. A dead network file system
/// blocks <c>statfs</c> in the kernel, so this collector runs on the slow lane.
/// </remarks>
internal sealed class FilesystemCollector : ICollector
{
    private readonly GuestRoot _root;
    private readonly KernelFile _file;
    private readonly List<Entry> _entries = [];
    private byte[] _lastText = [];

    /// <summary>Makes the collector; nothing is opened before the first read.</summary>
    public FilesystemCollector(GuestRoot root)
    {
        _root = root;
        _file = new KernelFile(root.Of(root.IsSystem ? "/proc/self/mountinfo" : "/proc/1/mountinfo"), 8 * 1024);
    }

    /// <inheritdoc/>
    public string Name => "filesystem";

    /// <inheritdoc/>
    public CollectorSchedule Schedule => new(15, 5000, true);

    /// <inheritdoc/>
    public CollectOutcome Collect(CollectorSeries series)
    {
        if (!_file.TryRead(out var text))
        {
            return _file.FailureOutcome;
        }

        if (!text.SequenceEqual(_lastText))
        {
            Reevaluate(series, text);
        }

        var measured = 0;
        var lastError = 0;
        foreach (var entry in _entries)
        {
            var error = Libc.ReadFileSystem(entry.NativePath, out var space);
            if (error == 0)
            {
                entry.Set(series, space);
                measured++;
            }
            else
            {
                lastError = error;
            }
        }

        if (_entries.Count == 0)
        {
            return CollectOutcome.Unavailable("no file system on a disk or on the network is mounted");
        }

        // One file system that refuses must not hide the others.
        return measured > 0 ? CollectOutcome.Ok : CollectOutcome.Failed($"statfs of {_entries[0].Point}: {Marshal.GetPInvokeErrorMessage(lastError)}");
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Reevaluate(CollectorSeries series, ReadOnlySpan<byte> text)
    {
        _lastText = text.ToArray();
        var mounts = MountTable.Parse(text);
        foreach (var gone in _entries.Where(entry => !mounts.Any(mount => mount.Point == entry.Point)).ToArray())
        {
            gone.Retire(series);
            _entries.Remove(gone);
        }

        foreach (var mount in mounts)
        {
            if (!_entries.Exists(entry => entry.Point == mount.Point))
            {
                _entries.Add(new Entry(mount.Point, Encoding.UTF8.GetBytes(_root.Of(mount.Point) + "\0"), series));
            }
        }
    }

    private sealed class Entry(string point, byte[] nativePath, CollectorSeries series)
    {
        private readonly int _used = Define(GuestMetrics.FilesystemUsage, series, point, "used");
        private readonly int _free = Define(GuestMetrics.FilesystemUsage, series, point, "free");
        private readonly int _reserved = Define(GuestMetrics.FilesystemUsage, series, point, "reserved");
        private int _inodesUsed = -1;
        private int _inodesFree = -1;
        private bool _inodesDefined;

        public string Point => point;

        public byte[] NativePath => nativePath;

        public void Set(CollectorSeries target, FileSystemSpace space)
        {
            target.Set(_used, Bytes(space.Blocks - space.BlocksFree, space.BlockSize));
            target.Set(_free, Bytes(space.BlocksAvailable, space.BlockSize));
            target.Set(_reserved, Bytes(space.BlocksFree - space.BlocksAvailable, space.BlockSize));
            if (space.Files <= 0)
            {
                return;
            }

            if (!_inodesDefined)
            {
                _inodesDefined = true;
                _inodesUsed = Define(GuestMetrics.FilesystemInodes, target, point, "used");
                _inodesFree = Define(GuestMetrics.FilesystemInodes, target, point, "free");
            }

            target.Set(_inodesUsed, Math.Max(0, space.Files - space.FilesFree));
            target.Set(_inodesFree, Math.Max(0, space.FilesFree));
        }

        public void Retire(CollectorSeries target)
        {
            target.Retire(_used);
            target.Retire(_free);
            target.Retire(_reserved);
            target.Retire(_inodesUsed);
            target.Retire(_inodesFree);
        }

        private static long Bytes(long blocks, long blockSize) =>
            blocks <= 0 || blockSize <= 0 ? 0 : blocks > long.MaxValue / blockSize ? long.MaxValue : blocks * blockSize;

        private static int Define(MetricDefinition metric, CollectorSeries target, string point, string state) =>
            target.Define(metric, SafeText.Of(point, ProtocolLimits.LabelBytesMax, new Rune('?')), state);
    }
}
