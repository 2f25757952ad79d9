using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using HvIntegration.Cli.Screens;
using HvIntegration.Cli.Terminal;
using HvIntegration.Model;
using System.CommandLine;
using HvIntegration.Protocol.Text;

namespace HvIntegration.Cli.Commands;

/// <summary><c>hvi history VM</c>: one number over time and the verdicts of the same time.</summary>
internal static class HistoryCommand
{
    public static Command Create(TextWriter output)
    {
        var vm = ShowCommand.VmArgument();
        var metric = new Option<string?>("--metric") { Description = $"Metric of the catalog, such as system.cpu.time, or derived signal, such as {SignalIds.Steal} (default {SignalIds.Ready})", HelpName = "NAME" };
        var signal = new Option<string?>("--signal") { Description = "Derived signal by its id (same as --metric)", HelpName = "ID" };
        var from = new Option<string>("--from") { Description = "Start: -15m, -2h, Unix seconds or ISO 8601", DefaultValueFactory = _ => "-15m", HelpName = "TIME" };
        var to = new Option<string>("--to") { Description = "End, as --from", DefaultValueFactory = _ => "now", HelpName = "TIME" };
        var points = new Option<int>("--points") { Description = "Maximum number of points per series", DefaultValueFactory = _ => 900 };
        var broker = CommandLine.BrokerOption();
        var format = CommandLine.FormatOption(table: true);
        var command = new Command("history", "Show one metric or signal of a VM over time, and the verdicts of that time") { vm, metric, signal, from, to, points, broker, format };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(metric) is not null && parsed.GetValue(signal) is not null)
            {
                throw new CommandException(ExitStatus.Usage, "use --metric or --signal, not both");
            }

            string what = parsed.GetValue(metric) is { } m
                ? (SignalText.IsKnown(m) ? "signal=" : "metric=") + Uri.EscapeDataString(m)
                : "signal=" + Uri.EscapeDataString(parsed.GetValue(signal) ?? SignalIds.Ready);
            string path = $"api/v1/vms/{Uri.EscapeDataString(parsed.GetValue(vm)!)}/history?{what}"
                + $"&from={Uri.EscapeDataString(parsed.GetValue(from)!)}&to={Uri.EscapeDataString(parsed.GetValue(to)!)}&points={parsed.GetValue(points)}";
            using var client = new ApiClient(parsed.GetValue(broker)!);
            if (parsed.GetValue(format) == "json")
            {
                await output.WriteLineAsync(SafeText.InJson(await client.GetTextAsync(path, cancellation)));
                return ExitStatus.Ok;
            }

            var answer = await client.GetAsync<HistoryAnswer>(path, cancellation);
            if (parsed.GetValue(format) == "csv")
            {
                WriteCsv(output, answer);
            }
            else
            {
                HistoryScreen.Write(CommandLine.Console(output), answer);
            }

            return answer.Series.Count > 0 || answer.Verdicts.Count > 0 ? ExitStatus.Ok : ExitStatus.NotFound;
        });
        return CommandLine.AddExamples(
            command, "hvi history web-01", $"hvi history web-01 --metric {SignalIds.Steal} --from -2h", "hvi history web-01 --metric system.disk.io --from -1d --format json",
            "hvi history web-01 --from 2026-01-31T12:00:00Z --to 2026-01-31T12:30:00Z --format csv > ready.csv");
    }

    private static void WriteCsv(TextWriter output, HistoryAnswer answer)
    {
        var table = new CsvTable(output, "origin", "vm", "vm_name", "name", "unit", "instance", "time", "span_seconds", "value", "minimum", "maximum");
        foreach (var series in answer.Series)
        {
            foreach (var p in series.Points)
            {
                table.Row(
                    answer.Source.Origin, answer.Vm.Id, answer.Vm.Name, answer.Name, answer.Unit, series.Instance, CsvTable.Time(p.Second), series.SpanSeconds, p.Value, p.Minimum, p.Maximum);
            }
        }
    }
}
