using HvIntegration.Cli.Client;
using HvIntegration.Cli.Terminal;
using System.CommandLine;
using System.Text;

namespace HvIntegration.Cli.Report;

/// <summary><c>hvi report</c>: one self-contained page about one VM and time, to send to whoever runs the application in it.</summary>
internal static class ReportCommand
{
    public static Command Create(TextWriter output)
    {
        var allVms = new Option<bool>("--all-vms") { Description = "Include the names of processes of other VMs and of the host" };
        var broker = CommandLine.BrokerOption();
        var command = new Command("report", "Write one page about a VM and a time range: verdict, mirrored charts of both sides, evidence");
        var asked = new IncidentOptions(command);
        command.Add(allVms);
        command.Add(broker);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = new ApiClient(parsed.GetValue(broker)!);
            var incident = await IncidentReader.ReadAsync(client, parsed.GetValue(asked.Vm)!, parsed.GetValue(asked.From)!, parsed.GetValue(asked.To)!, cancellation);
            string path = parsed.GetValue(asked.File)!;
            await SaveAsync(path, ReportPage.Write(incident, TimeProvider.System.GetUtcNow(), parsed.GetValue(allVms)), cancellation);
            await output.WriteLineAsync($"{path}: {Screen.Safe(incident.Series.Vm.Name)}, {Quantity.Span(incident.Series.ToSecond - incident.Series.FromSecond)}");
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(
            command, "hvi report --vm web-01 -o report.html", "hvi report --vm web-01 --from -2h --to -1h -o report.html",
            "hvi report --vm web-01 --from 2026-01-31T12:00:00Z --to 2026-01-31T12:30:00Z -o report.html");
    }

    /// <summary>Whole or not at all: a page that is there stays until the new one is complete.</summary>
    private static async Task SaveAsync(string path, string page, CancellationToken cancellation)
    {
        string part = path + ".part";
        try
        {
            await File.WriteAllTextAsync(part, page, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellation);
            File.Move(part, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CommandException(ExitStatus.Usage, $"cannot write '{path}': {e.Message}", e);
        }
    }
}
