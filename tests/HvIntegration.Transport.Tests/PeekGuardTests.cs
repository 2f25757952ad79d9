namespace HvIntegration.Transport.Tests;

/// <summary>Client and Kestrel in a process where MSG_PEEK fails, as it does on a Linux guest's Hyper-V socket.</summary>
public sealed class PeekGuardTests
{
    [Fact]
    public async Task ClientAndKestrel_PeekForbidden_EveryCaseHoldsAndTheGuardBites()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the guard is a Linux seccomp filter");

        var run = await ProbeProcess.RunAsync(["guard"], TimeSpan.FromMinutes(3));

        Assert.True(run.ExitCode == 0, run.Text);
        Assert.Contains("PASS guard-bites-network-stream", run.Text, StringComparison.Ordinal);
        Assert.Contains("PASS guard-bites-stock-grpc-client", run.Text, StringComparison.Ordinal);
        Assert.Contains("PASS grpc-duplex", run.Text, StringComparison.Ordinal);
    }
}
