using System.Globalization;
using System.Text;
using System.Text.Json;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Hosting;
using HvIntegration.GuestAgent.Sampling;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.V1;
using HvIntegration.Transport;
using HvIntegration.Transport.Abstractions;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.GuestAgent.Commands;

/// <summary>Says for each prerequisite and collector whether it works here.</summary>
internal sealed class CheckCommand(AgentOptions options, TextWriter output)
{
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Looks at every prerequisite and prints one line for each.</summary>
    /// <returns>Healthy, degraded or unusable, by the worst line.</returns>
    public async Task<int> RunAsync(bool json, CancellationToken cancellation)
    {
        var lines = new List<CheckLine>();
        CheckPriority(lines);
        CheckCollectors(lines);
        lines.Add(await CheckBrokerAsync(cancellation));
        if (json)
        {
            WriteJson(lines);
        }
        else
        {
            WriteLines(lines);
        }

        CheckState worst = lines.Max(l => l.State);
        return worst switch
        {
            CheckState.Unusable => ExitStatus.Unusable,
            CheckState.Warning => ExitStatus.Degraded,
            _ => ExitStatus.Healthy,
        };
    }

    private void CheckPriority(List<CheckLine> lines)
    {
        // On a thread of its own: the raise must not outlive the check.
        string held = "";
        var thread = new Thread(() => held = ThreadPriorities.RaiseSampling(options.Priority));
        thread.Start();
        thread.Join();
        bool refused = held.Contains("refused", StringComparison.Ordinal);
        lines.Add(new CheckLine(
            refused ? CheckState.Warning : CheckState.Ok,
            "priority",
            held,
            refused ? "run as root or with CAP_SYS_NICE, or set priority to normal (a busy guest may then delay samples)" : ""));
    }

    private void CheckCollectors(List<CheckLine> lines)
    {
        AgentParts parts;
        try
        {
            parts = new AgentParts(options, new SystemGuestClock(TimeProvider.System), NullLogger.Instance);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException or FormatException or InvalidDataException)
        {
            lines.Add(new CheckLine(CheckState.Unusable, "identity", e.Message, "the agent needs a boot id: see docs/agent.md"));
            return;
        }

        using (parts)
        {
            GuestIdentity identity = parts.Identity;
            lines.Add(new CheckLine(CheckState.Ok, "identity", $"{identity.HostName}, {identity.OsDescription}, kernel {identity.KernelVersion}, boot {identity.BootId}", ""));
            var batch = new DecodedBatch();
            new SampleReader(parts).Next(batch);
            foreach (CollectorRunner runner in parts.Sampler.Runners)
            {
                lines.Add(Line(runner.Name, runner.Outcome, runner.DurationNs, $"{runner.Series.SlotCount} series{(runner.Source.Length > 0 ? $" from {runner.Source}," : "")}"));
            }

            if (parts.Sampler.CollectorNames.Count > parts.Sampler.Runners.Count)
            {
                lines.Add(Line(
                    parts.Sampler.CollectorNames[^1], parts.Sampler.ProcessOutcome, parts.Sampler.ProcessDurationNs, $"{batch.Processes.Count} of {batch.ProcessesTotal} processes"));
            }
        }
    }

    private static CheckLine Line(string name, CollectOutcome outcome, long durationNs, string found)
    {
        string time = string.Create(CultureInfo.InvariantCulture, $"{durationNs / 1e6:0.00} ms");
        return outcome.Status switch
        {
            CollectorStatus.Ok => new CheckLine(CheckState.Ok, name, $"{found} in {time}{(outcome.Reason is { Length: > 0 } lacks ? "; " + lacks : "")}", ""),
            CollectorStatus.Unavailable => new CheckLine(CheckState.Absent, name, outcome.Reason, $"docs/collectors/{name}.md lists what the source needs"),
            _ => new CheckLine(CheckState.Warning, name, $"{outcome.Reason} ({time})", $"see docs/collectors/{name}.md, or disable it with --disable {name}"),
        };
    }

    private async Task<CheckLine> CheckBrokerAsync(CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(DialTimeout);
        try
        {
            ITransport transport = Transports.For(options.Broker, options.ToTransportOptions());
            await using Stream stream = await transport.DialAsync(options.Broker, timeout.Token);
            return new CheckLine(CheckState.Ok, "broker", $"{options.Broker} answers", "");
        }
        catch (TransportException e)
        {
            return new CheckLine(CheckState.Unusable, "broker", $"{options.Broker}: {e.Message}", e.Remedy);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new CheckLine(CheckState.Unusable, "broker", $"{options.Broker}: no answer within {DialTimeout.TotalSeconds:0} s", "start hvi broker on the host");
        }
    }

    private void WriteLines(List<CheckLine> lines)
    {
        foreach (CheckLine line in lines)
        {
            output.WriteLine($"{Name(line.State),-8} {line.Name,-12} {line.Text}{(line.Remedy.Length > 0 ? " -> " + line.Remedy : "")}");
        }
    }

    private static string Name(CheckState state) => state switch
    {
        CheckState.Ok => "ok",
        CheckState.Absent => "absent",
        CheckState.Warning => "warning",
        _ => "unusable",
    };

    private void WriteJson(List<CheckLine> lines)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (CheckLine line in lines)
            {
                json.WriteStartObject();
                json.WriteString("state", Name(line.State));
                json.WriteString("name", line.Name);
                json.WriteString("text", line.Text);
                json.WriteString("remedy", line.Remedy);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }
}
