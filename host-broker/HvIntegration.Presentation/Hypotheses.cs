using HvIntegration.Model;

namespace HvIntegration.Presentation;

/// <summary>Which verdicts are findings.</summary>
public static class Hypotheses
{
    /// <summary>True when the verdict is that the VM is healthy.</summary>
    public static bool IsHealthy(string hypothesis) => hypothesis == HypothesisIds.None;

    /// <summary>True when the verdict names no cause.</summary>
    public static bool IsUnknown(string hypothesis) => hypothesis == HypothesisIds.Unknown;
}
