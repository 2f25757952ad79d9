using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace HvIntegration.EndToEndTests;

/// <summary>A program that runs until it is told to stop, as one in a terminal, and all it said so far.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private static readonly TimeSpan EndMax = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private RunningProgram(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Both streams, line by line.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="program">Path.</param>
    /// <param name="arguments">Arguments as they are.</param>
    /// <param name="environment">Added to this process's environment.</param>
    public static RunningProgram Start(string program, IReadOnlyList<string> arguments, Dictionary<string, string> environment)
    {
        // A test run in the background of a shell ignores Ctrl+C, and what it starts would inherit that. "env" becomes the program.
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in (string[])["--default-signal=INT", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new RunningProgram(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start"));
    }

    /// <summary>Waits for a line.</summary>
    public Task<string> LineAsync(Predicate<string> wanted, TimeSpan timeout) => Eventually.GetAsync(
        () => Task.FromResult(Output.Split(Environment.NewLine).FirstOrDefault(l => wanted(l))), timeout, "the line is printed", () => Task.FromResult(Output));

    /// <summary>Presses Ctrl+C and gives the exit status.</summary>
    public async Task<int> InterruptAsync()
    {
        (await Shell.RunAsync("kill", ["-INT", _process.Id.ToString(CultureInfo.InvariantCulture)], EndMax)).Succeeded();
        using var deadline = new CancellationTokenSource(EndMax);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    /// <summary>Kills it if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Append(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }
        }
    }
}
