using System.Text;
using HvIntegration.GuestAgent.Linux.Parsing;

namespace HvIntegration.GuestAgent.Linux.Filesystem;

/// <summary>Chooses the file systems worth measuring out of <c>/proc/PID/mountinfo</c> (proc(5)).</summary>
/// <remarks>
/// Kept: file systems on a block device, network file systems, and btrfs, zfs, bcachefs, virtiofs and 9p. Left out: what lives
/// in memory or in the kernel, read-only images (squashfs, iso9660, erofs), overlays (their space is that of the file system
/// below), automount points. Of several mounts of one file system the one with the shortest path is kept; a path that was
/// mounted over shows the newest mount. Any bytes are safe.
/// </remarks>
internal static class MountTable
{
    /// <summary>File systems taken from one table at most; later lines are left out.</summary>
    public const int MountsMax = 256;

    private static readonly HashSet<string> WithoutDevice =
        ["btrfs", "zfs", "bcachefs", "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "fuse.glusterfs", "fuse.sshfs", "lustre", "gpfs", "9p", "virtiofs", "afs"];

    private static readonly HashSet<string> Images = ["squashfs", "iso9660", "erofs", "cramfs", "romfs", "udf"];

    /// <summary>Reads the file systems out of a mount table's text.</summary>
    public static IReadOnlyList<Mount> Parse(ReadOnlySpan<byte> text)
    {
        var byPoint = new Dictionary<string, Mount?>(StringComparer.Ordinal);
        var lines = new ByteCursor(text);
        while (lines.TryReadLine(out var line))
        {
            if (TryParseLine(line, out var mount))
            {
                // The last mount on a path is the one that is seen there, also when it is none of ours.
                byPoint[mount.Point] = IsKept(mount) ? mount : null;
            }
        }

        return
        [
            .. byPoint.Values.OfType<Mount>()
                .GroupBy(mount => mount.Identity, StringComparer.Ordinal)
                .Select(same => same.OrderBy(mount => mount.Point.Length).ThenBy(mount => mount.Point, StringComparer.Ordinal).First())
                .OrderBy(mount => mount.Point, StringComparer.Ordinal)
                .Take(MountsMax),
        ];
    }

    /// <summary>Undoes the kernel's octal escapes of blank, tab, line end and backslash.</summary>
    internal static string Unescape(ReadOnlySpan<byte> field)
    {
        if (!field.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(field);
        }

        var bytes = new byte[field.Length];
        var length = 0;
        for (var index = 0; index < field.Length; index++)
        {
            if (field[index] == '\\' && index + 3 < field.Length && IsOctal(field[index + 1]) && IsOctal(field[index + 2]) && IsOctal(field[index + 3]))
            {
                bytes[length++] = (byte)(((field[index + 1] - '0') << 6) | ((field[index + 2] - '0') << 3) | (field[index + 3] - '0'));
                index += 3;
            }
            else
            {
                bytes[length++] = field[index];
            }
        }

        return Encoding.UTF8.GetString(bytes.AsSpan(0, length));
    }

    private static bool IsOctal(byte value) => value is >= (byte)'0' and <= (byte)'7';

    private static bool IsKept(Mount mount) =>
        !Images.Contains(mount.Type) && (!mount.Device.StartsWith("0:", StringComparison.Ordinal) || WithoutDevice.Contains(mount.Type));

    private static bool TryParseLine(ReadOnlySpan<byte> line, out Mount mount)
    {
        mount = default!;
        var cursor = new ByteCursor(line);
        cursor.SkipFields(2);
        if (!cursor.TryReadField(out var device) || !cursor.TryReadField(out _) || !cursor.TryReadField(out var point) || !cursor.TryReadField(out _))
        {
            return false;
        }

        // A variable number of optional fields, then a hyphen.
        ReadOnlySpan<byte> field;
        do
        {
            if (!cursor.TryReadField(out field))
            {
                return false;
            }
        }
        while (!field.SequenceEqual("-"u8));

        if (!cursor.TryReadField(out var type) || !cursor.TryReadField(out var source) || point.IndexOf((byte)0) >= 0)
        {
            return false;
        }

        mount = new Mount(Unescape(point), Encoding.UTF8.GetString(device), Encoding.UTF8.GetString(type), Unescape(source));
        return mount.Point.StartsWith('/');
    }
}

/// <summary>One file system that is measured.</summary>
/// <param name="Point">Where it is mounted.</param>
/// <param name="Device">Major and minor number.</param>
/// <param name="Type">Type of file system.</param>
/// <param name="Source">What is mounted.</param>
internal sealed record Mount(string Point, string Device, string Type, string Source)
{
    /// <summary>Same for every mount of the same space: subvolumes of btrfs have device numbers of their own.</summary>
    public string Identity => Type == "btrfs" ? Source : Device;
}
