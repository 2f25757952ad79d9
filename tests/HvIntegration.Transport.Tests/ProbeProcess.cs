using System.Diagnostics;
using System.Text;
using HvIntegration.TransportProbe.Cases;

namespace HvIntegration.Transport.Tests;

/// <summary>A child process, its output, and an end when it takes too long.</summary>
internal sealed record ProbeProcess(int ExitCode, string Text)
{
    /// <summary>Runs the probe from this build.</summary>
    public static Task<ProbeProcess> RunAsync(IReadOnlyList<string> arguments, TimeSpan limit) =>
        RunAsync(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet",
            ["exec", typeof(TransportCase).Assembly.Location, .. arguments],
            limit);

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="TimeoutException">It took too long and was killed; the message holds what it said.</exception>
    public static async Task<ProbeProcess> RunAsync(string program, IReadOnlyList<string> arguments, TimeSpan limit)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var text = new StringBuilder();
        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (text)
            {
                text.AppendLine(line.Data);
            }
        }

        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var cancel = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(cancel.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            lock (text)
            {
                throw new TimeoutException($"{program} took longer than {limit}:\n{text}");
            }
        }

        lock (text)
        {
            return new ProbeProcess(process.ExitCode, text.ToString());
        }
    }
}
