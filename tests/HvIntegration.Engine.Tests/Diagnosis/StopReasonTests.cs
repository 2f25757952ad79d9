using HvIntegration.Model;

namespace HvIntegration.Engine.Tests.Diagnosis;

/// <summary>A VM that its hypervisor stopped by itself: the verdict and the advice name the reason.</summary>
public sealed class StopReasonTests
{
    [Theory]
    [InlineData("io-error", "the store is full", "Free space on the store")]
    [InlineData("guest-panicked", "the guest reported a crash", "Read the crash report")]
    [InlineData("internal-error", "cannot continue the VM", "Read the log of the hypervisor")]
    [InlineData(null, "host reports that it is not running.", "Look for a checkpoint")]
    public void Verdict_StoppedByTheHypervisor_NamesTheReasonAndWhatToDo(string? reason, string sentence, string advice)
    {
        // Arrange
        var host = new TestHost();
        var vm = host.Add("web", 2);
        host.Run(20);
        (vm.State, vm.StopReason, vm.Run, vm.GuestOn) = (PartitionState.Paused, reason, _ => 0, false);
        // Act
        host.Run(10);
        // Assert
        var verdict = host.Verdict(vm);
        Assert.Equal(HypothesisIds.VmPaused, verdict.Hypothesis);
        Assert.Contains(sentence, verdict.Sentence, StringComparison.Ordinal);
        Assert.StartsWith(advice, verdict.WhatHelps, StringComparison.Ordinal);
    }
}
