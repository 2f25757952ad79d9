namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>Finds the device below a disk image.</summary>
/// <param name="files">Where /proc and /sys are.</param>
internal sealed class BackingStoreFinder(HostFiles files)
{
    private MountTable _mounts = MountTable.Parse("");

    /// <summary>Takes the mounts to look in.</summary>
    public void UseMounts(MountTable mounts) => _mounts = mounts;

    /// <summary>The store of an image, or null when its name does not tell (rbd:, nbd:, json:).</summary>
    /// <param name="image">As QEMU names it.</param>
    public BackingStore? Find(string image)
    {
        if (!image.StartsWith('/'))
        {
            return null;
        }

        string path = Resolve(image);
        if (path.StartsWith("/dev/", StringComparison.Ordinal) && files.Exists("/sys/class/block/" + Path.GetFileName(path)))
        {
            return OfBlockDevice(Path.GetFileName(path));
        }

        if (_mounts.Find(path) is not { } mount)
        {
            return null;
        }

        if (files.ReadLink("/sys/dev/block/" + mount.Device) is { } link)
        {
            return OfBlockDevice(Path.GetFileName(link));
        }

        // Btrfs and the like have a device number of their own; their source still names a device.
        string source = Path.GetFileName(Resolve(mount.Source));
        return mount.Source.StartsWith("/dev/", StringComparison.Ordinal) && files.Exists("/sys/class/block/" + source)
            ? OfBlockDevice(source)
            : new BackingStore($"{mount.FileSystem} {(mount.Source.Contains(':', StringComparison.Ordinal) ? mount.Source : mount.MountPoint)}", null);
    }

    // Contention is the whole disk's: a partition stands for its disk.
    private BackingStore OfBlockDevice(string name)
    {
        if (files.Exists($"/sys/class/block/{name}/partition")
            && files.ReadLink("/sys/class/block/" + name) is { } link
            && Path.GetFileName(Path.GetDirectoryName(link)) is { Length: > 0 } disk)
        {
            return new BackingStore(disk, disk);
        }

        return new BackingStore(name, name);
    }

    private static string Resolve(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }
}
