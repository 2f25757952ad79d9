using HvIntegration.Cli.Client;
using System.CommandLine;
using System.Text.Json;
using HvIntegration.CounterSources.HyperV;
using HvIntegration.CounterSources.HyperV.Windows;

namespace HvIntegration.HostBroker.Commands;

/// <summary><c>hvi inventory export</c>: the VMs of this host as Hyper-V's management tells them, for a report or beside a recording.</summary>
internal static class InventoryCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Command Create(TextWriter output)
    {
        var export = new Command("export", "Write the inventory as JSON: names, GUIDs, settings, disks, adapters, integration services");
        export.SetAction(_ =>
        {
            if (!OperatingSystem.IsWindows())
            {
                throw new CommandException(ExitStatus.Usage, "the inventory is available on Hyper-V hosts only; run the command there");
            }

            using var inventory = new WmiInventory(Patience, TimeProvider.System);
            bool asked = inventory.WaitForFirst(Patience);
            if (!asked || inventory is { Directory.Vms.Count: 0, Fault: not null })
            {
                throw new CommandException(ExitStatus.BrokerError, asked ? inventory.Fault! : $"WMI did not answer within {Patience.TotalSeconds} s");
            }

            output.WriteLine(JsonSerializer.Serialize(new Export(Environment.MachineName, inventory.ServiceState, inventory.Fault, inventory.Directory.Vms), ApiClient.Json));
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(
            new Command("inventory", "The VMs of this Hyper-V host as its management service reports them") { CommandLine.AddExamples(export, "hvi inventory export > inventory.json") },
            "hvi inventory export > inventory.json");
    }

    /// <summary>The JSON document that the command writes.</summary>
    private sealed record Export(string Host, string? ManagementState, string? Fault, IReadOnlyList<HyperVVm> Vms);
}
