namespace HvIntegration.CounterSources.HyperV;

/// <summary>What limits and guarantees the processor time of a VM.</summary>
/// <param name="LimitPercent">Cap, per cent of the VM's own virtual processors; 100 is none.</param>
/// <param name="ReservePercent">Reserve, the same unit.</param>
/// <param name="Weight">Relative; 100 is usual.</param>
public sealed record HyperVProcessor(double LimitPercent, double ReservePercent, double Weight);
