namespace HvIntegration.Dashboard.Models;

/// <summary>Who takes a shared resource, as the pages show it.</summary>
/// <param name="Words">Name and busiest process inside, on one line: text of somebody else.</param>
/// <param name="Share">Of the resource, 0 to 1.</param>
/// <param name="Vm">The VM, to go to; null for the host itself and for a VM that is gone.</param>
public sealed record Suspect(string Words, double Share, Guid? Vm);
