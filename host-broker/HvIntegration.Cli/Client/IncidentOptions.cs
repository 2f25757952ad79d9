using System.CommandLine;

namespace HvIntegration.Cli.Client;

/// <summary>Options of commands that write one VM and time range to a file.</summary>
internal sealed class IncidentOptions
{
    /// <summary>Adds the options to a command, before those it has of its own.</summary>
    public IncidentOptions(Command command)
    {
        Vm.CompletionSources.Add(VmNames.Complete);
        foreach (Option option in new Option[] { Vm, From, To, File })
        {
            command.Add(option);
        }
    }

    /// <summary>The VM: name or GUID.</summary>
    public Option<string> Vm { get; } = new("--vm") { Description = "VM name or GUID ('hvi vms' lists them)", HelpName = "VM", Required = true };

    /// <summary>Start of the range, as the API takes it.</summary>
    public Option<string> From { get; } = new("--from") { Description = "Start: -15m, -2h, Unix seconds or ISO 8601", DefaultValueFactory = _ => "-15m", HelpName = "TIME" };

    /// <summary>End of the range, as the API takes it.</summary>
    public Option<string> To { get; } = new("--to") { Description = "End, as --from", DefaultValueFactory = _ => "now", HelpName = "TIME" };

    /// <summary>The file to write.</summary>
    public Option<string> File { get; } = new("--output", "-o") { Description = "Output file (overwritten if it exists)", HelpName = "FILE", Required = true };
}
