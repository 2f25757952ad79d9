using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Filesystem;

/// <summary>Space of every fixed drive.</summary>
/// <remarks>Sources: <c>GetLogicalDrives</c>, <c>GetDriveTypeW</c>, <c>GetDiskFreeSpaceExW</c>, which can hang on a sick disk: slow lane.
/// Volumes mounted in folders have no letter and are not told.</remarks>
internal sealed class FilesystemCollector() : WindowsCollector("filesystem", new CollectorSchedule(15, 5000, true))
{
    private const int Letters = 26;
    private static readonly string[] Roots = [.. Enumerable.Range('A', Letters).Select(letter => $"{(char)letter}:\\")];
    private readonly int[]?[] _slots = new int[]?[Letters];

    /// <inheritdoc/>
    public override void Dispose()
    {
        // Nothing is kept open.
    }

    /// <inheritdoc/>
    protected override CollectOutcome Read(CollectorSeries series)
    {
        uint drives = Kernel32.GetLogicalDrives();
        var measured = 0;
        var lastError = 0;
        for (var letter = 0; letter < Letters; letter++)
        {
            ulong available = 0;
            ulong total = 0;
            ulong free = 0;
            bool isFixed = (drives & (1u << letter)) != 0 && Kernel32.ReadDriveType(Roots[letter]) == Kernel32.DriveFixed;
            int error = isFixed ? Kernel32.ReadVolume(Roots[letter], out available, out total, out free) : -1;
            if (error != 0 || total == 0)
            {
                lastError = error > 0 ? error : lastError;
                Retire(series, letter);
                continue;
            }

            measured++;
            int[] slots = _slots[letter] ??= Array.ConvertAll(["used", "free", "reserved"], state => series.Define(GuestMetrics.FilesystemUsage, Roots[letter], state));
            series.Set(slots[0], (long)(total - Math.Min(free, total)));
            // Less than free where a quota binds this account.
            series.Set(slots[1], (long)Math.Min(available, long.MaxValue));
            series.Set(slots[2], (long)(free - Math.Min(available, free)));
        }

        return measured > 0 ? CollectOutcome.Ok
            : lastError != 0 ? OfError("GetDiskFreeSpaceExW", lastError)
            : CollectOutcome.Unavailable("no fixed drive has a drive letter");
    }

    private void Retire(CollectorSeries series, int letter)
    {
        foreach (int slot in _slots[letter] ?? [])
        {
            series.Retire(slot);
        }

        _slots[letter] = null;
    }
}
