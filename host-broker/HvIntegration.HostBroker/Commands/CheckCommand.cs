using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using HvIntegration.Cli.Terminal;
using HvIntegration.HostBroker.Settings;
using System.CommandLine;
using System.Text.Json;

namespace HvIntegration.HostBroker.Commands;

/// <summary><c>hvi check</c>: one line per prerequisite, with the remedy; status 1 when one fails.</summary>
internal static class CheckCommand
{
    private const double ClockErrorMsMax = 5;

    public static Command Create(TextWriter output)
    {
        var broker = CommandLine.BrokerOption();
        var format = CommandLine.FormatOption();
        var config = new Option<string?>("--config") { Description = $"Settings file (default {BrokerConfiguration.DefaultFile}), on a Hyper-V host", HelpName = "FILE" };
        var report = new Option<string?>("--report") { Description = "On a Hyper-V host: also write all findings to this file, for a support request", HelpName = "FILE" };
        var command = new Command("check", "Check the broker, its counter source, agents, clocks and history; one line for each") { broker, format, config, report };
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
            return report is null ? [] : throw new CommandException(ExitStatus.Usage, "--report works on Hyper-V hosts only. On this host, use the output of hvi check");
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
                ? $"{status.Source.Name}{label}: {source.Reads} reads, {source.SlowReads} slow, {source.FailedReads} failed, {source.DroppedReadings} dropped{(source.Ended ? ", the recording has ended" : "")}"
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
                    "clock " + Screen.Safe(agent.Name, 40), error <= ClockErrorMsMax, $"clock skew at most {Quantity.Text(error, "ms")}"
                    + (error <= ClockErrorMsMax ? "" : $", more than {ClockErrorMsMax} ms: the channel is slow or the guest gets too little CPU time"));
            }
        }

        foreach (var agent in status.Agents.Where(a => a.Spent.Count > 0))
        {
            yield return new CheckLine(
                "budget " + Screen.Safe(agent.Name, 40), false,
                $"this VM used up its budget of {string.Join(", ", agent.Spent)}. Data above the budget is delayed, omitted or rejected, and counted. Other VMs are not affected. See docs/budgets.md");
        }

        foreach (var held in status.Held)
        {
            yield return new CheckLine(
                "held", false, $"{held.Address} is not a VM of this host; it reports the name '{Screen.Safe(held.ClaimedHostName, 40)}', which is not verified");
        }

        var history = status.History;
        yield return new CheckLine(
            "history", history.Fault is null,
            history.Fault ?? $"{history.CommittedBatches} batches in {history.Folder}, {Quantity.Bytes(history.SizeBytes)} of {Quantity.Bytes(history.SizeBytesMax)}, {history.Dropped} dropped");
        yield return new CheckLine("ready", status.Ready, status.Ready ? "seconds are processed and stored" : string.Join(" ", status.NotReady));
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

    /// <summary>All lines of the check.</summary>
    private sealed record CheckAnswer(SourceLabel? Source, bool Ok, IReadOnlyList<CheckLine> Checks);
}
