namespace HvIntegration.Transport.Files;

/// <summary>Which file a path leads to: another one after the file was removed or replaced, though the path is the same.</summary>
/// <param name="Device">Device; 0 where the system does not tell.</param>
/// <param name="Number">Inode number; elsewhere than on Linux the time the file was made.</param>
public readonly record struct FileIdentity(ulong Device, ulong Number)
{
    /// <summary>Of the file at a path, links followed; null when there is none.</summary>
    public static FileIdentity? Of(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            return PathStatus.Read(path, follow: true)?.Identity;
        }

        // An open file cannot be removed or renamed here; that it is there says enough.
        var file = new FileInfo(path);
        return file.Exists ? new FileIdentity(0, (ulong)file.CreationTimeUtc.Ticks) : null;
    }
}
