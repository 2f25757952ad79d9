using HvIntegration.Api.Contract;

namespace HvIntegration.Broker.Queries;

/// <summary>Which VMs a list shows.</summary>
/// <param name="Search">Part of the name, any case; null for any.</param>
/// <param name="State">running, paused, off, unknown; null for any.</param>
/// <param name="Agent">State of the agent; null for any.</param>
/// <param name="Hypothesis">Verdict; null for any.</param>
/// <param name="Suffering">True for those with an open episode, false for those without; null for any.</param>
internal sealed record VmFilter(string? Search, string? State, string? Agent, string? Hypothesis, bool? Suffering)
{
    /// <summary>True when the VM is to be shown.</summary>
    public bool Fits(VmSummary vm) =>
        (Search is null || vm.Name.Contains(Search, StringComparison.OrdinalIgnoreCase))
        && (State is null || vm.State.Equals(State, StringComparison.OrdinalIgnoreCase))
        && (Agent is null || vm.Agent.Equals(Agent, StringComparison.OrdinalIgnoreCase))
        && (Hypothesis is null || Hypothesis.Equals(vm.Verdict?.Hypothesis, StringComparison.OrdinalIgnoreCase))
        && (Suffering is null || Suffering == (vm.Since is not null));
}
