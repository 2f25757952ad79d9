namespace HvIntegration.Transport.Files;

/// <summary>Which files and folders a service may believe: those that no ordinary user of the machine can change, put in place or take away.</summary>
/// <remarks>
/// The services run with more rights than the users beside them. What a user could write, the service would do for him: settings name the
/// programs' folders, addresses and keys. So owner and rights are looked at of the file, and of each folder above it.
/// </remarks>
public static class TrustedFile
{
    /// <summary>What is wrong with a file; null when it may be believed, or is not there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="secret">It holds a token or a key: others may not read it either.</param>
    /// <returns>One sentence with the path, what is wrong, and the command that mends it; without a full stop.</returns>
    public static string? Fault(string path, bool secret = false)
    {
        string full = Path.GetFullPath(path);
        return !Path.Exists(full) ? null
            : OperatingSystem.IsWindows() ? WindowsTrust.Fault(full, secret, isFolder: false)
            : OperatingSystem.IsLinux() ? UnixTrust.Fault(full, secret, isFolder: false) : null;
    }

    /// <summary>What is wrong with the place of a file that is to be made, or with the file that is there already; null when nothing is.</summary>
    /// <param name="path">The file.</param>
    /// <returns>As for <see cref="Fault"/>.</returns>
    public static string? PlaceFault(string path) =>
        OperatingSystem.IsLinux() ? UnixTrust.Fault(Path.GetFullPath(path), secret: false, isFolder: false) : FolderFault(Path.GetDirectoryName(Path.GetFullPath(path))!);

    /// <summary>What is wrong with a folder, or with those above it while it is not there; null when what lies in it may be believed.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>As for <see cref="Fault"/>.</returns>
    public static string? FolderFault(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return OperatingSystem.IsWindows() ? WindowsTrust.Fault(full, secret: false, isFolder: true) : OperatingSystem.IsLinux() ? UnixTrust.Fault(full, secret: false, isFolder: true) : null;
    }

    /// <summary>A text that becomes another when the file is changed or replaced; empty when there is none. Links are followed.</summary>
    public static string Stamp(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            return PathStatus.Read(path, follow: true) is { } status ? status.Stamp : "";
        }

        var file = new FileInfo(path);
        return file.Exists ? FormattableString.Invariant($"{file.CreationTimeUtc.Ticks}/{file.LastWriteTimeUtc.Ticks}/{file.Length}") : "";
    }
}
