using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Parsing;

namespace HvIntegration.GuestAgent.Linux.Disk;

/// <summary>Says which block devices are leaves, so that no byte counts twice.</summary>
/// <remarks>
/// A leaf is a whole disk (it has a folder in <c>/sys/block</c>, a partition has not) that rests on no other block device
/// (its <c>slaves</c> folder is empty) and whose bytes are not those of a file or of memory. So a volume group over two
/// disks counts as the two disks, a multipath device of the device mapper as its paths. Paths of NVMe multipath are no leaves: the disk
/// counts, or its paths count for it (<see cref="HeadOfPath"/>).
/// </remarks>
internal sealed class BlockDevices(GuestRoot root)
{
    /// <summary>Made of files or memory, or stacked without saying so in <c>slaves</c>.</summary>
    private static readonly string[] NeverLeaves = ["loop", "ram", "zram", "dm-", "md", "drbd", "bcache", "zd", "fd"];

    /// <summary>Name of the NVMe multipath disk ("nvme0n1") that a path ("nvme0c1n1") belongs to; null for a device that is no such path.</summary>
    public static string? HeadOfPath(string name)
    {
        var cut = name.StartsWith("nvme", StringComparison.Ordinal) ? name.IndexOf('c', 4) : -1;
        var space = cut < 0 ? -1 : name.IndexOf('n', cut);
        return space < 0 ? null : string.Concat(name.AsSpan(0, cut), name.AsSpan(space));
    }

    /// <summary>True for a leaf.</summary>
    /// <param name="name">Name in <c>/proc/diskstats</c>.</param>
    /// <param name="names">All names of the same read.</param>
    public bool IsLeaf(string name, IReadOnlySet<string> names)
    {
        if (name.Length == 0 || name is "." or ".." || NeverLeaves.Any(prefix => IsNumbered(name, prefix)))
        {
            return false;
        }

        if (HeadOfPath(name) is not null)
        {
            return false;
        }

        // sysfs writes '/' of a name (cciss/c0d0) as '!'.
        var folder = root.Of("/sys/block/") + name.Replace('/', '!');
        if (!Directory.Exists(root.Of("/sys/block")))
        {
            return DiskOfPartition(name) is not { } disk || !names.Contains(disk);
        }

        if (!Directory.Exists(folder))
        {
            return false;
        }

        try
        {
            var slaves = Path.Join(folder, "slaves");
            return !Directory.Exists(slaves) || !Directory.EnumerateFileSystemEntries(slaves).Any();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk went away between the two look-ups.
            return false;
        }
    }

    /// <summary>Size in bytes, -1 when unknown.</summary>
    public long SizeBytes(string name)
    {
        try
        {
            var text = File.ReadAllBytes(root.Of("/sys/block/") + name.Replace('/', '!') + "/size");
            return new ByteCursor(text).TryReadNumber(out var sectors) && sectors <= long.MaxValue / 512 ? sectors * 512 : -1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return -1;
        }
    }

    private static bool IsNumbered(string name, string prefix) =>
        name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal) && char.IsAsciiDigit(name[prefix.Length]);

    // Without sysfs only the name is left: sda1, vdb2, xvda1, nvme0n1p3, mmcblk0p1. A partition whose disk is not listed is all there is of it.
    private static string? DiskOfPartition(string name)
    {
        if (!char.IsAsciiDigit(name[^1]))
        {
            return null;
        }

        var stem = name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        if (name.StartsWith("nvme", StringComparison.Ordinal) || name.StartsWith("mmcblk", StringComparison.Ordinal))
        {
            return stem.Length > 1 && stem[^1] == 'p' && char.IsAsciiDigit(stem[^2]) ? stem[..^1] : null;
        }

        return name.StartsWith("sd", StringComparison.Ordinal) || name.StartsWith("vd", StringComparison.Ordinal)
            || name.StartsWith("xvd", StringComparison.Ordinal) || name.StartsWith("hd", StringComparison.Ordinal) ? stem : null;
    }
}
