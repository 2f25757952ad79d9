using HvIntegration.Model;

namespace HvIntegration.Engine.Tests.Diagnosis;

/// <summary>What is said when something hurts and no cause leads.</summary>
public sealed class UnclearTests
{
    [Fact]
    public void Unclear_OfAVmWithoutAgent_IsSettledByWhatAnAgentWouldMeasure()
    {
        var host = new TestHost();
        var (vm, other) = (host.Add("app", 2), host.Add("web", 2));
        (vm.GuestOn, other.GuestOn) = (false, false);
        host.Run(60);

        // Both wait, and the host's processors are neither full nor roomy: contention in bursts, or a cap that nobody tells.
        (vm.Ready, other.Ready, host.LpBusy) = (0.12, 0.12, 0.7);
        host.Run(20);

        var verdict = host.Verdict(vm);
        Assert.Equal(HypothesisIds.Unknown, verdict.Hypothesis);
        Assert.Contains("cause unclear: host CPU contention (host side, ", verdict.Sentence, StringComparison.Ordinal);
        Assert.Contains(" or CPU cap (configured limit, ", verdict.Sentence, StringComparison.Ordinal);
        Assert.EndsWith(" (no agent reports from this VM).", verdict.Sentence, StringComparison.Ordinal);
        Assert.EndsWith(" (no agent reports from this VM).", verdict.WhatHelps, StringComparison.Ordinal);
    }
}
