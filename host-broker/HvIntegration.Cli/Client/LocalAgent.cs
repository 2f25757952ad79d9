using System.Diagnostics;

namespace HvIntegration.Cli.Client;

/// <summary>This machine's own hvi-agent, for the demo: found beside hvi, on the path, or built from the sources hvi runs from.</summary>
internal sealed class LocalAgent : IAsyncDisposable
{
    private const string Project = "guest-agent/HvIntegration.GuestAgent";
    private static readonly TimeSpan EndMax = TimeSpan.FromSeconds(5);

    private readonly Process _process;

    private LocalAgent(Process process) => _process = process;

    /// <summary>Starts the agent against a broker's Unix socket.</summary>
    /// <returns>The running agent, or null with the reason why there is none.</returns>
    public static async Task<(LocalAgent? Agent, string? Reason)> StartAsync(string socketPath, CancellationToken cancellation)
    {
        string? file = Find(AppContext.BaseDirectory) ?? await BuildAsync(cancellation);
        if (file is null)
        {
            return (null, "hvi-agent was not found next to hvi, on the path or in the sources, so this machine has no guest side");
        }

        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (file.EndsWith(".dll", StringComparison.Ordinal))
        {
            start.FileName = "dotnet";
            start.ArgumentList.Add(file);
        }
        else
        {
            start.FileName = file;
        }

        foreach (string argument in (string[])["run", "--broker", $"unix://{socketPath}"])
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            var process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return (new LocalAgent(process), null);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (null, $"{file} could not be started: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.Kill();
            await _process.WaitForExitAsync().WaitAsync(EndMax);
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            // It has ended by itself, or will by the closed socket.
        }

        _process.Dispose();
    }

    private static string? Find(string folder)
    {
        string[] names = OperatingSystem.IsWindows() ? ["hvi-agent.exe"] : ["hvi-agent"];
        var folders = new[] { folder }.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        return folders.SelectMany(f => names.Select(n => Path.Combine(f, n))).FirstOrDefault(File.Exists)
            ?? (Sources() is { } root ? Built(root) : null);
    }

    private static string? Built(string root)
    {
        string bin = Path.Combine(root, Project, "bin");
        return !Directory.Exists(bin) ? null : Directory.EnumerateFiles(bin, "hvi-agent.dll", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}ref{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .OrderByDescending(File.GetLastWriteTimeUtc).FirstOrDefault();
    }

    private static string? Sources()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, Project)))
            {
                return folder.FullName;
            }
        }

        return null;
    }

    private static async Task<string?> BuildAsync(CancellationToken cancellation)
    {
        if (Sources() is not { } root)
        {
            return null;
        }

        try
        {
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (string argument in (string[])["build", Path.Combine(root, Project), "-c", "Release", "--nologo", "-v", "q"])
            {
                start.ArgumentList.Add(argument);
            }

            using var build = Process.Start(start)!;
            await Task.WhenAll(build.StandardOutput.ReadToEndAsync(cancellation), build.StandardError.ReadToEndAsync(cancellation), build.WaitForExitAsync(cancellation));
            return build.ExitCode == 0 ? Built(root) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No SDK here.
            return null;
        }
    }
}
