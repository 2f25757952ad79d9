using HvIntegration.HostBroker.Commands;
using System.Diagnostics;
using System.Globalization;

namespace HvIntegration.HostBroker.Tests.Commands;

/// <summary>One run of the real <c>hvi</c>, and the most memory it had.</summary>
/// <param name="Status">Exit status; null when it was ended by the test because it had said enough.</param>
/// <param name="Text">Both its outputs.</param>
/// <param name="PeakMiB">Most resident memory (VmHWM).</param>
/// <param name="Took">From start to end.</param>
internal sealed record HviProcess(int? Status, string Text, double PeakMiB, TimeSpan Took)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs it until it ends, says a word, or takes too long.</summary>
    public static async Task<HviProcess> RunAsync(string? untilSaid, TimeSpan max, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(HviCommand).Assembly.Location);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        long began = TimeProvider.System.GetTimestamp();
        using var process = Process.Start(start)!;
        var said = new System.Text.StringBuilder();
        process.OutputDataReceived += (_, e) => Note(e.Data);
        process.ErrorDataReceived += (_, e) => Note(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        double peak = 0;
        try
        {
            while (!process.HasExited && TimeProvider.System.GetElapsedTime(began) < max && !(untilSaid is not null && Said().Contains(untilSaid, StringComparison.Ordinal)))
            {
                peak = Math.Max(peak, Peak(process.Id));
                await Task.Delay(Tick, TestContext.Current.CancellationToken);
            }

            peak = Math.Max(peak, Peak(process.Id));
            var took = TimeProvider.System.GetElapsedTime(began);
            if (!process.HasExited)
            {
                return new HviProcess(null, Said(), peak, took);
            }

            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return new HviProcess(process.ExitCode, Said(), peak, took);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        void Note(string? line)
        {
            lock (said)
            {
                said.AppendLine(line);
            }
        }

        string Said()
        {
            lock (said)
            {
                return said.ToString();
            }
        }
    }

    private static double Peak(int process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line.AsSpan(6, line.Length - 6 - 3).Trim(), CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            // It has ended.
            return 0;
        }
    }
}
