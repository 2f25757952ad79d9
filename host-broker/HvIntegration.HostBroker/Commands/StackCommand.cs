using System.CommandLine;
using HvIntegration.HostBroker.Api.Contract;
using Spectre.Console;

namespace HvIntegration.HostBroker.Commands;

/// <summary><c>hvi stack [VM]</c>: what each part of the virtualization stack does, by its own name.</summary>
internal static class StackCommand
{
    private const int PartWidth = 23;
    private const int ValueWidth = 20;

    public static Command Create(TextWriter output)
    {
        var vm = new Argument<string?>("VM") { Description = "Name or GUID; 'hvi vms' lists them. Without it: the host as a whole", HelpName = "VM", Arity = ArgumentArity.ZeroOrOne };
        vm.CompletionSources.Add(VmNames.Complete);
        var broker = CommandLine.BrokerOption();
        var format = CommandLine.FormatOption(table: true);
        var command = new Command("stack", "Show what hypervisor, root, VID, VMBus, VSPs, VMMS and worker process do, for the host or for one VM") { vm, broker, format };
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
            ($"  stack between guest and hardware, {Quantity.Clock(answer.Second)} UTC", Styles.Dim));
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
            screen.Line(("  This counter source tells nothing of the stack yet.", Styles.Warn));
        }
        else if (answer.NotReported.Count > 0)
        {
            screen.Wrapped($"Nothing here of: {string.Join(", ", answer.NotReported)}.", 2, Styles.Dim);
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
