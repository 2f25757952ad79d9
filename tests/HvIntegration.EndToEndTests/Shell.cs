using System.Diagnostics;
using System.Text;

namespace HvIntegration.EndToEndTests;

/// <summary>Runs a program to its end and keeps what it said.</summary>
internal static class Shell
{
    /// <summary>Runs and waits.</summary>
    /// <param name="program">Path from the repository's folder, or a name on the search path.</param>
    /// <param name="arguments">Arguments as they are.</param>
    /// <param name="timeout">After it the program is killed and the test fails.</param>
    /// <param name="environment">Added to this process's environment.</param>
    public static async Task<ShellResult> RunAsync(
        string program, IReadOnlyList<string> arguments, TimeSpan timeout, IReadOnlyDictionary<string, string>? environment = null)
    {
        // A relative path would be looked up from the runner's folder, not from the working directory.
        var start = new ProcessStartInfo(program.Contains('/', StringComparison.Ordinal) ? Path.Combine(RepositoryFolder.Path, program) : program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = RepositoryFolder.Path,
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        process.StandardInput.Close();
        var output = new StringBuilder();
        var errors = new StringBuilder();
        // What the program left running in the background may hold its pipes open, so their end is not waited for.
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var deadline = new CancellationTokenSource(timeout);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => ended.TrySetResult();
        if (process.HasExited)
        {
            ended.TrySetResult();
        }

        try
        {
            await ended.Task.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end within {timeout}:\n{output}\n{errors}");
        }

        await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        lock (output)
        {
            lock (errors)
            {
                return new ShellResult(process.ExitCode, output.ToString(), errors.ToString());
            }
        }
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.AppendLine(line);
            }
        }
    }
}
