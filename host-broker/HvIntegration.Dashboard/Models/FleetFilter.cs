namespace HvIntegration.Dashboard.Models;

/// <summary>A filter of the fleet page.</summary>
/// <param name="Id">As the address has it.</param>
/// <param name="Words">As the page has it.</param>
/// <param name="Takes">Which VMs it leaves.</param>
public sealed record FleetFilter(string Id, string Words, Func<FleetRow, bool> Takes);
