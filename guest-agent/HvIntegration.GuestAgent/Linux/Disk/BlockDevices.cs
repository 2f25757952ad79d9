using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Parsing;

namespace HvIntegration.GuestAgent.Linux.Disk;

/// <summary>Says which block devices are leaves, so that no byte counts twice.</summary>
/// <remarks>
/// A leaf is a whole disk (it has a folder in <c>/sys/block</c>, a partition has not) that rests on no other block device
/// (its <c>slaves</c> folder is empty) and whose bytes are not those of a file or of memory. So a volume group over two
/// disks counts as the two disks, a multipath device as its paths.
/// </remarks>
internal sealed class BlockDevices(GuestRoot root)
{
    /// <summary>Made of files or memory, or stacked without saying so in <c>slaves</c>.</summary>
    private static readonly string[] NeverLeaves = ["loop", "ram", "zram", "dm-", "md", "drbd", "bcache", "zd", "fd"];

    /// <summary>True for a leaf.</summary>
    public bool IsLeaf(string name)
    {
        if (name.Length == 0 || name is "." or ".." || NeverLeaves.Any(prefix => IsNumbered(name, prefix)))
        {
            return false;
        }

        // "nvme0c1n1" is one path of the multipath disk "nvme0n1", which counts already.
        if (name.StartsWith("nvme", StringComparison.Ordinal) && name.AsSpan(4).Contains('c'))
        {
            return false;
        }

        // sysfs writes '/' of a name (cciss/c0d0) as '!'.
        var folder = root.Of("/sys/block/") + name.Replace('/', '!');
        if (!Directory.Exists(root.Of("/sys/block")))
        {
            return !LooksLikePartition(name);
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

    /// <summary>Size in bytes, 0 when unknown.</summary>
    public long SizeBytes(string name)
    {
        try
        {
            var text = File.ReadAllBytes(root.Of("/sys/block/") + name.Replace('/', '!') + "/size");
            return new ByteCursor(text).TryReadNumber(out var sectors) && sectors <= long.MaxValue / 512 ? sectors * 512 : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static bool IsNumbered(string name, string prefix) =>
        name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal) && char.IsAsciiDigit(name[prefix.Length]);

    /// <summary>Without sysfs only the name is left: sda1, vdb2, xvda1, nvme0n1p3, mmcblk0p1.</summary>
    private static bool LooksLikePartition(string name)
    {
        if (!char.IsAsciiDigit(name[^1]))
        {
            return false;
        }

        var stem = name.AsSpan().TrimEnd("0123456789");
        if (name.StartsWith("nvme", StringComparison.Ordinal) || name.StartsWith("mmcblk", StringComparison.Ordinal))
        {
            return stem.Length > 1 && stem[^1] == 'p' && char.IsAsciiDigit(stem[^2]);
        }

        return name.StartsWith("sd", StringComparison.Ordinal) || name.StartsWith("vd", StringComparison.Ordinal)
            || name.StartsWith("xvd", StringComparison.Ordinal) || name.StartsWith("hd", StringComparison.Ordinal);
    }
}
