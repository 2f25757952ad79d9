using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using HvIntegration.Cli.Screens;
using HvIntegration.Cli.Terminal;
using System.CommandLine;
using Spectre.Console;

namespace HvIntegration.Cli.Commands;

/// <summary><c>hvi stack [VM]</c>: what each part of the virtualization stack does, by its own name.</summary>
internal static class StackCommand
{
    private const int PartWidth = 23;
    private const int ValueWidth = 20;

    public static Command Create(TextWriter output)
    {
        var vm = new Argument<string?>("VM") { Description = "VM name or GUID ('hvi vms' lists them); default: the whole host", HelpName = "VM", Arity = ArgumentArity.ZeroOrOne };
        vm.CompletionSources.Add(VmNames.Complete);
        var broker = CommandLine.BrokerOption();
        var format = CommandLine.FormatOption(table: true);
        var command = new Command("stack", "Show the virtualization stack (hypervisor, root, VID, VMBus, VSPs, VMMS, worker process) for the host or one VM") { vm, broker, format };
        command.SetAction(async (parsed, cancellation) =>
        {
            string path = parsed.GetValue(vm) is { } name ? $"api/v1/vms/{Uri.EscapeDataString(name)}/stack" : "api/v1/host/stack";
            using var client = new ApiClient(parsed.GetValue(broker)!);
            CommandLine.Write(output, parsed.GetValue(format)!, await client.GetAsync<StackAnswer>(path, cancellation), Write, WriteCsv);
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(command, "hvi stack", "hvi stack web-01", "hvi stack web-01 --format csv > stack.csv");
    }

    private static void Write(IAnsiConsole console, StackAnswer answer)
    {
        var screen = new Screen(console);
        screen.Line(
            (Screen.Safe(answer.Vm?.Name ?? "the host", 40), Styles.Strong),
            ($"  virtualization stack, {Quantity.Clock(answer.Second)} UTC", Styles.Dim));
        SourceLine.Write(screen, answer.Source);
        foreach (var part in answer.Uses.GroupBy(u => u.Part))
        {
            string lead = part.Key;
            foreach (var use in part)
            {
                var style = use.Beyond ? Styles.Warn : (Style?)null;
                screen.Line(
                    ($"  {lead,-PartWidth}", Styles.Heading), ($"{use.Shown,ValueWidth}  ", style), (Screen.Safe(use.What), style),
                    (use.LimitShown is { } limit ? $"  (limit {limit})" : "", Styles.Dim));
                lead = "";
                if (use.Beyond)
                {
                    screen.Wrapped(use.Advice, PartWidth + ValueWidth + 4, Styles.Warn);
                }
            }
        }

        if (answer.Uses.Count == 0)
        {
            screen.Line(("  This counter source has not reported the virtualization stack yet.", Styles.Warn));
        }
        else if (answer.NotReported.Count > 0)
        {
            screen.Wrapped($"Not reported: {string.Join(", ", answer.NotReported)}.", 2, Styles.Dim);
        }
    }

    private static void WriteCsv(TextWriter output, StackAnswer answer)
    {
        var table = new CsvTable(output, "origin", "vm", "vm_name", "at", "part", "what", "value", "unit", "limit", "beyond", "counter", "advice");
        foreach (var u in answer.Uses)
        {
            table.Row(answer.Source.Origin, answer.Vm?.Id, answer.Vm?.Name, CsvTable.Time(answer.Second), u.Part, u.What, u.Value, u.Unit, u.Limit, u.Beyond, u.Counter, u.Advice);
        }
    }
}
