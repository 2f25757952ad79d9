using HvIntegration.HostBroker.Commands;
using System.Diagnostics;
using System.Globalization;
using HvIntegration.GuestAgent.Linux.Parsing;

namespace HvIntegration.Fuzz;

/// <summary>Instruments copies of our assemblies, runs inputs in a process of its own, and ends it when an input hangs it or takes its memory.</summary>
/// <param name="target">Name of the target.</param>
/// <param name="faults">Takes inputs that hang, take too much memory or end the process.</param>
internal sealed class Watcher(string target, FaultFolder faults)
{
    private const long HangMs = 5_000;
    private const long ResidentMax = 1_500L << 20;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    // The two programs, and what of ours they are made of.
    private static readonly string[] Instrumented =
    [
        .. new[] { typeof(HviCommand).Assembly, typeof(ByteCursor).Assembly }
            .SelectMany(a => a.GetReferencedAssemblies().Prepend(a.GetName())).Select(n => n.Name!)
            .Where(n => n is "hvi" or "hvi-agent" || n.StartsWith("HvIntegration.", StringComparison.Ordinal)).Distinct(),
    ];

    /// <summary>Runs until the time is over, starting anew after each input that ended the process.</summary>
    /// <returns>Inputs run; 0 when the process ended before the first.</returns>
    public async Task<long> RunAsync(string verb, int seconds, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("hvi-fuzz-").FullName;
        try
        {
            string program = Prepare(folder);
            long began = TimeProvider.System.GetTimestamp();
            long executions = 0;
            while (true)
            {
                int left = Math.Max(0, seconds - (int)TimeProvider.System.GetElapsedTime(began).TotalSeconds);
                string file = Path.Combine(folder, "state");
                File.Delete(file);
                using var state = RunState.Open(file);
                bool ended = await OnceAsync(program, state, [verb, target, file, left.ToString(CultureInfo.InvariantCulture), .. arguments], cancellation);
                executions += state.Executions;
                if (ended || state.Executions == 0 || TimeProvider.System.GetElapsedTime(began).TotalSeconds >= seconds)
                {
                    return executions;
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<bool> OnceAsync(string program, RunState state, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false };
        start.ArgumentList.Add(program);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        try
        {
            while (!process.HasExited)
            {
                await Task.WhenAny(process.WaitForExitAsync(cancellation), Task.Delay(Tick, cancellation));
                cancellation.ThrowIfCancellationRequested();
                long ran = state.BeganMs is > 0 and var at ? Environment.TickCount64 - at : 0;
                process.Refresh();
                long resident = process.HasExited ? 0 : process.WorkingSet64;
                if (ran > HangMs || resident > ResidentMax)
                {
                    byte[] input = state.Input;
                    faults.Add(
                        ran > HangMs ? "hang" : "resident memory",
                        ran > HangMs ? $"the input ran for more than {HangMs} ms" : $"{resident >> 20} MiB resident; at most {ResidentMax >> 20} MiB", input);
                    return false;
                }
            }

            if (process.ExitCode != 0)
            {
                faults.Add("end of the process", $"the process ended with status {process.ExitCode} while it read this", state.Input);
            }

            return process.ExitCode == 0;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    // The tests' own build stays as it is; what is not instrumented is linked.
    private static string Prepare(string folder)
    {
        string from = AppContext.BaseDirectory;
        string self = typeof(Watcher).Assembly.GetName().Name!;
        foreach (string entry in Directory.EnumerateFileSystemEntries(from))
        {
            string name = Path.GetFileName(entry);
            string to = Path.Combine(folder, name);
            if (Directory.Exists(entry))
            {
                Directory.CreateSymbolicLink(to, entry);
            }
            else if (name.StartsWith(self, StringComparison.Ordinal) || Instrumented.Contains(Path.GetFileNameWithoutExtension(name)))
            {
                File.Copy(entry, to);
            }
            else
            {
                File.CreateSymbolicLink(to, entry);
            }
        }

        foreach (string name in Instrumented)
        {
            // Classes that the compiler makes of async methods and iterators are ours too; generated messages are read by Google's code.
            SharpFuzz.Fuzzer.Instrument(Path.Combine(folder, name + ".dll"), type => !type.StartsWith("HvIntegration.Protocol.V1.", StringComparison.Ordinal), SharpFuzz.Options.Value);
        }

        return Path.Combine(folder, self + ".dll");
    }
}
