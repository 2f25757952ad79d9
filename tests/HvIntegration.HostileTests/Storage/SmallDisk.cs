using System.Diagnostics;

namespace HvIntegration.HostileTests.Storage;

/// <summary>A file system of a few MiB for one test.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => FullPath = path;

    /// <summary>Where it is mounted.</summary>
    public string FullPath { get; }

    /// <summary>Mounts it; skips the test where that is not allowed.</summary>
    public static SmallDisk Mount(int sizeMiB)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting a tmpfs needs root");
        string path = Directory.CreateTempSubdirectory("hvi-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={sizeMiB}m", "tmpfs", path) is { } error)
        {
            Directory.Delete(path);
            Assert.Skip($"mounting a tmpfs is not allowed here: {error}");
        }

        return new SmallDisk(path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Run("umount", "-l", FullPath);
        Directory.Delete(FullPath);
    }

    private static string? Run(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        return process.WaitForExit(TimeSpan.FromSeconds(20)) && process.ExitCode == 0 ? null : error.Trim();
    }
}
