using System.CommandLine;
using System.Text.Json;
using HvIntegration.HostBroker.Api.Contract;
using HvIntegration.HostBroker.Hosting;

namespace HvIntegration.HostBroker.Commands;

/// <summary><c>hvi check</c>: one line per prerequisite, with the remedy; status 1 when one fails.</summary>
internal static class CheckCommand
{
    private const double ClockErrorMsMax = 5;

    public static Command Create(TextWriter output)
    {
        var broker = CommandLine.BrokerOption();
        var format = CommandLine.FormatOption();
        var config = new Option<string?>("--config") { Description = $"Settings file instead of {BrokerConfiguration.DefaultFile}, on a Hyper-V host", HelpName = "FILE" };
        var report = new Option<string?>("--report") { Description = "On a Hyper-V host: also write all that was found to this file, to send with a question", HelpName = "FILE" };
        var command = new Command("check", "Check the broker, its counter source, agents, clocks and history, one line each") { broker, format, config, report };
        command.SetAction(async (parsed, cancellation) =>
        {
            string url = parsed.GetValue(broker)!;
            var host = await HostAsync(parsed.GetValue(config), parsed.GetValue(report), cancellation);
            using var client = new ApiClient(url);
            StatusAnswer status;
            try
            {
                status = await client.GetAsync<StatusAnswer>("api/v1/status", cancellation);
            }
            catch (CommandException e) when (e.Status == ExitStatus.Unreachable)
            {
                Write(output, parsed.GetValue(format)!, null, [.. host, new CheckLine("broker", false, e.Message)]);
                return e.Status;
            }

            List<CheckLine> lines = [.. host, .. Lines(url, status)];
            Write(output, parsed.GetValue(format)!, status.Source, lines);
            return lines.All(l => l.Ok) ? ExitStatus.Ok : ExitStatus.Finding;
        });
        return CommandLine.AddExamples(command, "hvi check", "hvi check --broker http://127.0.0.1:8787 --format json", "hvi check --report hvi-report.txt");
    }

    private static async Task<IReadOnlyList<CheckLine>> HostAsync(string? config, string? report, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsWindows())
        {
            return report is null ? [] : throw new CommandException(ExitStatus.Usage, "--report is for Hyper-V hosts; here the lines of hvi check are all there is");
        }

        var host = await HostCheck.RunAsync(BrokerCommand.Load(config, []).Pdh, cancellation);
        if (report is not null)
        {
            try
            {
                await File.WriteAllTextAsync(report, host.Report, cancellation);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CommandException(ExitStatus.Usage, $"the report cannot be written: {e.Message}", e);
            }
        }

        return host.Lines;
    }

    private static IEnumerable<CheckLine> Lines(string url, StatusAnswer status)
    {
        yield return new CheckLine("broker", true, $"version {status.Version} answers at {url}, up {Quantity.Span(status.UptimeSeconds)}");
        var source = status.SourceStatus;
        bool sourceOk = source.Reads > 0 && source.Faults.Count == 0;
        string label = status.Source.Label is { } l ? $" ({l})" : "";
        yield return new CheckLine(
            "source", sourceOk,
            sourceOk
                ? $"{status.Source.Name}{label}: {source.Reads} reads, {source.SlowReads} slow, {source.DroppedReadings} dropped{(source.Ended ? ", the recording has ended" : "")}"
                : source.Faults.Count > 0 ? $"{status.Source.Name}{label}: {string.Join(" ", source.Faults)}" : $"{status.Source.Name}{label} was not read yet");
        foreach (var listener in status.Listeners)
        {
            yield return new CheckLine("listener", listener.Fault is null, listener.Fault is { } fault ? $"{listener.Address}: {fault}" : $"agents can connect at {listener.Address}");
        }

        if (status.Agents.Count == 0)
        {
            yield return new CheckLine("agents", false, "the counter source lists no VM");
        }

        foreach (var agent in status.Agents)
        {
            bool ok = agent.State is "live" or "simulated" or "vm-off";
            yield return new CheckLine("agent " + Screen.Safe(agent.Name, 40), ok, agent.State + (agent.Reason is { } reason ? ": " + reason : ""));
            if (agent is { State: "live", ClockErrorMs: { } error })
            {
                yield return new CheckLine(
                    "clock " + Screen.Safe(agent.Name, 40), error <= ClockErrorMsMax, $"sides aligned to {Quantity.Text(error, "ms")}"
                    + (error <= ClockErrorMsMax ? "" : $", more than {ClockErrorMsMax} ms: the channel is slow or the guest starves"));
            }
        }

        foreach (var held in status.Held)
        {
            yield return new CheckLine(
                "held", false, $"{held.Address} is no VM of this host; it calls itself '{Screen.Safe(held.ClaimedHostName, 40)}', which is only a claim");
        }

        var history = status.History;
        yield return new CheckLine(
            "history", history.Fault is null,
            history.Fault ?? $"{history.CommittedBatches} batches in {history.Folder}, {Quantity.Bytes(history.SizeBytes)} of {Quantity.Bytes(history.SizeBytesMax)}, {history.Dropped} dropped");
        yield return new CheckLine("ready", status.Ready, status.Ready ? "seconds are being closed and kept" : string.Join(" ", status.NotReady));
    }

    private static void Write(TextWriter output, string format, SourceLabel? source, IReadOnlyList<CheckLine> lines)
    {
        if (format == "json")
        {
            output.WriteLine(JsonSerializer.Serialize(new CheckAnswer(source, lines.All(l => l.Ok), lines), ApiClient.Json));
            return;
        }

        var screen = new Screen(CommandLine.Console(output));
        int width = Math.Min(30, lines.Max(l => l.Name.Length));
        foreach (var line in lines)
        {
            screen.Wrapped(line.Text, width + 8, line.Ok ? Styles.Plain : Styles.Bad, $"{(line.Ok ? "ok  " : "FAIL")}  {Screen.Safe(line.Name, width)}");
        }
    }

    /// <summary>All of them.</summary>
    private sealed record CheckAnswer(SourceLabel? Source, bool Ok, IReadOnlyList<CheckLine> Checks);
}
