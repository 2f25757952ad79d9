using System.Diagnostics;
using System.Globalization;

namespace HvIntegration.TestKit.Processes;

/// <summary>A program that a test starts and ends, with its output in a file.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan EndMax = TimeSpan.FromSeconds(20);
    private readonly Process _process;

    private ChildProcess(Process process, string logPath) => (_process, LogPath) = (process, logPath);

    /// <summary>Both of its streams; a later run of the same name continues the file.</summary>
    public string LogPath { get; }

    /// <summary>Process number.</summary>
    public int Id => _process.Id;

    /// <summary>True once it ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Resident memory now, bytes; 0 once it ended.</summary>
    public long ResidentBytes => StatusBytes("VmRSS:");

    /// <summary>Starts a program.</summary>
    /// <param name="program">Path or name.</param>
    /// <param name="arguments">Arguments as they are.</param>
    /// <param name="logPath">Where its output goes.</param>
    /// <param name="environment">Added to this process's environment.</param>
    public static ChildProcess Start(string program, IReadOnlyList<string> arguments, string logPath, IReadOnlyDictionary<string, string>? environment = null)
    {
        // The shell sends the output to a file and then becomes the program, so that the process number is the program's.
        var start = new ProcessStartInfo("bash") { UseShellExecute = false };
        foreach (string argument in (string[])["-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", logPath, program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new ChildProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start"), logPath);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await EndedAsync(EndMax);
    }

    /// <summary>Asks it to end, as a service manager does.</summary>
    /// <returns>Exit status; null when it had to be killed.</returns>
    public async Task<int?> StopAsync(TimeSpan timeout)
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
        }

        if (await EndedAsync(timeout))
        {
            return _process.ExitCode;
        }

        await KillAsync();
        return null;
    }

    /// <summary>Waits until it ends by itself.</summary>
    /// <returns>Exit status; null when it does not in time.</returns>
    public async Task<int?> WaitAsync(TimeSpan timeout) => await EndedAsync(timeout) ? _process.ExitCode : null;

    /// <summary>Lines of its output so far.</summary>
    public IReadOnlyList<string> LogLines() => File.Exists(LogPath) ? ReadShared(LogPath) : [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static List<string> ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }

    private async Task<bool> EndedAsync(TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private long StatusBytes(string field)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{_process.Id}/status").FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return 0;
        }
    }
}
