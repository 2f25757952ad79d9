using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using HvIntegration.Cli.Screens;
using HvIntegration.Cli.Terminal;
using System.CommandLine;
using HvIntegration.Protocol.Text;

namespace HvIntegration.Cli.Commands;

/// <summary><c>hvi show VM</c>: both sides of one VM.</summary>
internal static class ShowCommand
{
    public static Command Create(TextWriter output)
    {
        var vm = VmArgument();
        var broker = CommandLine.BrokerOption();
        var format = CommandLine.FormatOption(table: true);
        var command = new Command("show", "Show both sides of one VM: verdict, guest and host values, evidence, processes") { vm, broker, format };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = new ApiClient(parsed.GetValue(broker)!);
            string path = "api/v1/vms/" + Uri.EscapeDataString(parsed.GetValue(vm)!);
            if (parsed.GetValue(format) == "json")
            {
                await output.WriteLineAsync(SafeText.InJson(await client.GetTextAsync(path, cancellation)));
                return ExitStatus.Ok;
            }

            CommandLine.Write(output, parsed.GetValue(format)!, await client.GetAsync<VmAnswer>(path, cancellation), VmScreen.Write, WriteCsv);
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(command, "hvi show web-01", "hvi show 1ab00000-0000-4000-8000-000000000001 --format json", "hvi show web-01 --format csv > web-01.csv");
    }

    // Both sides as one table; the verdict of every VM is in "hvi vms --format csv".
    private static void WriteCsv(TextWriter output, VmAnswer answer)
    {
        var table = new CsvTable(output, "origin", "vm", "vm_name", "time", "side", "id", "value", "unit", "error_bar", "quality", "native");
        foreach (var s in answer.Signals)
        {
            table.Row(answer.Source.Origin, answer.Vm.Id, answer.Vm.Name, CsvTable.Time(answer.Second), s.Side, s.Id, s.Value, s.Unit, s.ErrorBar, s.Quality, s.Native);
        }
    }

    /// <summary>The VM a command is about.</summary>
    public static Argument<string> VmArgument()
    {
        var argument = new Argument<string>("VM") { Description = "VM name or GUID ('hvi vms' lists them)", HelpName = "VM" };
        argument.CompletionSources.Add(VmNames.Complete);
        return argument;
    }
}
