namespace HvIntegration.HostBroker.Commands;

/// <summary>Which verdicts are findings.</summary>
internal static class Hypotheses
{
    /// <summary>True when the verdict says that the VM suffers from nothing.</summary>
    public static bool IsHealthy(string hypothesis) => hypothesis is "none" or "idle" or "healthy";

    /// <summary>True when the verdict is that nothing can be said.</summary>
    public static bool IsUnknown(string hypothesis) => hypothesis is "unknown" or "unclear" or "no-data";
}
