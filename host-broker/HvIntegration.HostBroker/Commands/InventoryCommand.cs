using System.CommandLine;
using System.Text.Json;
using HvIntegration.HostBroker.CounterSources.HyperV;
using HvIntegration.HostBroker.CounterSources.HyperV.Windows;

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
                throw new CommandException(ExitStatus.Usage, "the inventory is that of a Hyper-V host: run it there");
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
            new Command("inventory", "The VMs of this Hyper-V host as its management tells them") { CommandLine.AddExamples(export, "hvi inventory export > inventory.json") },
            "hvi inventory export > inventory.json");
    }

    /// <summary>What is written.</summary>
    private sealed record Export(string Host, string? ManagementState, string? Fault, IReadOnlyList<HyperVVm> Vms);
}
