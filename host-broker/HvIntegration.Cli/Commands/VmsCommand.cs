using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using HvIntegration.Cli.Screens;
using HvIntegration.Cli.Terminal;
using System.CommandLine;

namespace HvIntegration.Cli.Commands;

/// <summary><c>hvi vms</c>: every VM, both sides in one line.</summary>
internal static class VmsCommand
{
    public static Command Create(TextWriter output)
    {
        var broker = CommandLine.BrokerOption();
        var format = CommandLine.FormatOption(table: true);
        var command = new Command("vms", "List every VM with both sides in one line") { broker, format };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = new ApiClient(parsed.GetValue(broker)!);
            var answer = await client.GetVmsAsync(cancellation);
            CommandLine.Write(output, parsed.GetValue(format)!, answer, VmsScreen.Write, WriteCsv);
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(command, "hvi vms", "hvi vms --format json", "hvi vms --format csv > vms.csv", "hvi vms --broker unix:///run/hvintegration/api.sock");
    }

    private static void WriteCsv(TextWriter output, VmsAnswer answer)
    {
        string[] signals = [.. Headline.SignalIds.Order(StringComparer.Ordinal)];
        var table = new CsvTable(
            output, ["origin", "time", "id", "name", "state", "agent", "virtual_processors", "hypothesis", "side", "probability", "since", "severity", .. signals, "sentence"]);
        foreach (var v in answer.Vms)
        {
            var values = signals.Select(id => (object?)v.Headline.FirstOrDefault(s => s.Id == id)?.Value);
            table.Row(
            [
                answer.Source.Origin, CsvTable.Time(answer.Second > 0 ? answer.Second : null), v.Id, v.Name, v.State, v.Agent, v.VirtualProcessors, v.Verdict?.Hypothesis, v.Verdict?.Side,
                v.Verdict?.Probability, CsvTable.Time(v.Since), v.Severity, .. values, v.Verdict?.Sentence,
            ]);
        }
    }
}
