using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using HvIntegration.Cli.Screens;
using HvIntegration.Cli.Terminal;
using System.CommandLine;

namespace HvIntegration.Cli.Commands;

/// <summary><c>hvi episodes</c>: stretches of time in which a VM suffered from one cause.</summary>
internal static class EpisodesCommand
{
    private const int LimitDefault = 100;

    public static Command Create(TextWriter output)
    {
        var vm = new Option<string?>("--vm") { Description = "Show episodes of this VM only, by name or GUID", HelpName = "VM" };
        vm.CompletionSources.Add(VmNames.Complete);
        var verdict = new Option<string?>("--verdict") { Description = "Show episodes with this cause only, by its id (docs/rules lists them)", HelpName = "ID" };
        var open = new Option<bool>("--open") { Description = "Show open episodes only" };
        var unseen = new Option<bool>("--unacknowledged") { Description = "Show episodes without acknowledgement only" };
        var from = new Option<string>("--from") { Description = "Start: -15m, -2h, -7d, Unix seconds or ISO 8601", DefaultValueFactory = _ => "-7d", HelpName = "TIME" };
        var to = new Option<string>("--to") { Description = "End, as --from", DefaultValueFactory = _ => "now", HelpName = "TIME" };
        var limit = new Option<int>("--limit") { Description = "Maximum number of episodes, newest first", DefaultValueFactory = _ => LimitDefault, HelpName = "N" };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--limit must be 1 or more");
            }
        });
        var broker = CommandLine.BrokerOption();
        var format = CommandLine.FormatOption(table: true);
        var command = new Command("episodes", "List episodes: time, VM, cause and side; newest first")
        {
            vm, verdict, open, unseen, from, to, limit, broker, format,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string query = $"from={Uri.EscapeDataString(parsed.GetValue(from)!)}&to={Uri.EscapeDataString(parsed.GetValue(to)!)}"
                + (parsed.GetValue(vm) is { } v ? "&vm=" + Uri.EscapeDataString(v) : "")
                + (parsed.GetValue(verdict) is { } h ? "&verdict=" + Uri.EscapeDataString(h) : "")
                + (parsed.GetValue(open) ? "&open=true" : "") + (parsed.GetValue(unseen) ? "&acknowledged=false" : "");
            using var client = new ApiClient(parsed.GetValue(broker)!);
            var answer = await client.GetEpisodesAsync(query, parsed.GetValue(limit), cancellation);
            CommandLine.Write(output, parsed.GetValue(format)!, answer, EpisodesScreen.Write, WriteCsv);
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(
            command, "hvi episodes", "hvi episodes --open", "hvi episodes --vm web-01 --from -1d", "hvi episodes --unacknowledged --limit 20", "hvi episodes --from -30d --format csv > episodes.csv");
    }

    private static void WriteCsv(TextWriter output, EpisodesAnswer answer)
    {
        var table = new CsvTable(
            output, "origin", "id", "vm", "vm_name", "onset", "end", "hypothesis", "side", "probability", "severity", "title", "sentence", "acknowledged_by", "note", "gaps");
        foreach (var e in answer.Episodes)
        {
            table.Row(
                answer.Source.Origin, e.Id, e.Vm, e.VmName, CsvTable.Time(e.OnsetSecond), CsvTable.Time(e.EndSecond), e.Hypothesis, e.Side, e.Probability, e.Severity,
                e.Title, e.Sentence, e.Acknowledged?.By, e.Acknowledged?.Note,
                string.Join("; ", e.Gaps.Select(GapLines.Text)));
        }
    }
}
