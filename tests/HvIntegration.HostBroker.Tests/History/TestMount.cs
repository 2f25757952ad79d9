using System.Diagnostics;

namespace HvIntegration.HostBroker.Tests.History;

/// <summary>A small file system of its own, mounted for one test.</summary>
internal sealed class TestMount : IDisposable
{
    private static int s_mounts;

    private TestMount(string path) => FullPath = path;

    public string FullPath { get; }

    /// <summary>Mounts a tmpfs; skips the test where that is not allowed.</summary>
    public static TestMount Tmpfs(int sizeMiB, int? inodes = null)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "mounting a tmpfs needs Linux");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting a tmpfs needs root");
        var path = Path.Combine(Path.GetTempPath(), $"hvi-mount-{Environment.ProcessId}-{Interlocked.Increment(ref s_mounts)}");
        Directory.CreateDirectory(path);
        if (Run("mount", "-t", "tmpfs", "-o", inodes is null ? $"size={sizeMiB}m" : $"size={sizeMiB}m,nr_inodes={inodes}", "tmpfs", path) is { } error)
        {
            Directory.Delete(path);
            Assert.Skip($"mounting a tmpfs is not allowed here: {error}");
        }

        return new TestMount(path);
    }

    public void MakeReadOnly() => Assert.Null(Run("mount", "-o", "remount,ro", FullPath));

    public void Dispose()
    {
        Run("umount", "-l", FullPath);
        Directory.Delete(FullPath);
    }

    private static string? Run(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        return process.WaitForExit(TimeSpan.FromSeconds(20)) && process.ExitCode == 0 ? null : error.Trim();
    }
}
