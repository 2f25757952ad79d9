namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>Reads /proc and /sys of the host under roots that tests can move.</summary>
/// <param name="procRoot">Stands for /proc.</param>
/// <param name="sysRoot">Stands for /sys.</param>
internal sealed class HostFiles(string procRoot, string sysRoot)
{
    /// <summary>Reads a whole file.</summary>
    /// <param name="path">Starts with /proc/ or /sys/.</param>
    /// <param name="text">What was read; empty when it could not be.</param>
    /// <returns>False when the file is not there or may not be read: processes end while they are looked at.</returns>
    public bool TryRead(string path, out string text)
    {
        try
        {
            text = File.ReadAllText(Locate(path));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            text = "";
            return false;
        }
    }

    /// <summary>Target of a symbolic link, or null when it is none or cannot be read.</summary>
    public string? ReadLink(string path)
    {
        try
        {
            return new FileInfo(Locate(path)).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Names in a folder; empty when it cannot be read.</summary>
    public IEnumerable<string> Names(string folder)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Locate(folder)).Select(p => Path.GetFileName(p)).ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>True when the file or folder is there.</summary>
    public bool Exists(string path) => Path.Exists(Locate(path));

    private string Locate(string path) =>
        path.StartsWith("/proc/", StringComparison.Ordinal) ? Path.Join(procRoot, path[6..])
        : path.StartsWith("/sys/", StringComparison.Ordinal) ? Path.Join(sysRoot, path[5..])
        : path;
}
