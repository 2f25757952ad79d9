using HvIntegration.Ingest.Listening;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Transport.Tests;

public sealed class ConnectionAdmissionTests
{
    private static readonly PeerIdentity Agent = new(TransportKind.Vsock, "cid:3", 700);
    private static readonly PeerIdentity User = new(TransportKind.Vsock, "cid:3", 40_000);

    [Fact]
    public void TryAdmit_UserOfTheGuestTakesAllHeCan_TheAgentStillGetsIn()
    {
        var admission = new ConnectionAdmission(new TransportListeningOptions { ConnectionsPerPeerMax = 2 });

        Assert.NotNull(admission.TryAdmit(User, out _));
        Assert.NotNull(admission.TryAdmit(User, out _));
        Assert.Null(admission.TryAdmit(User, out string? refusal));
        Assert.Contains("2 connections", refusal, StringComparison.Ordinal);
        Assert.NotNull(admission.TryAdmit(Agent, out _));
    }

    [Fact]
    public void TryAdmit_LeaseGivenBackTwice_FreesOnePlace()
    {
        var admission = new ConnectionAdmission(new TransportListeningOptions { ConnectionsPerPeerMax = 2 });
        admission.TryAdmit(Agent, out _);
        var lease = admission.TryAdmit(Agent, out _)!;
        lease.Dispose();
        lease.Dispose();

        Assert.NotNull(admission.TryAdmit(Agent, out _));
        Assert.Null(admission.TryAdmit(Agent, out _));
    }

    [Fact]
    public void TryAdmit_UnprivilegedRefusedBySetting_SaysThePort()
    {
        var admission = new ConnectionAdmission(new TransportListeningOptions { RefuseUnprivilegedPorts = true });

        Assert.Null(admission.TryAdmit(User, out string? refusal));
        Assert.Contains("40000", refusal, StringComparison.Ordinal);
        Assert.NotNull(admission.TryAdmit(Agent, out _));
        Assert.NotNull(admission.TryAdmit(new PeerIdentity(TransportKind.Unix, "unix:/run/a", null), out _));
    }

    [Fact]
    public void TryAdmit_TotalReached_IsRefusedForEverybody()
    {
        var admission = new ConnectionAdmission(new TransportListeningOptions { ConnectionsMax = 1 });
        admission.TryAdmit(Agent, out _);

        Assert.Null(admission.TryAdmit(new PeerIdentity(TransportKind.Vsock, "cid:4", 700), out string? refusal));
        Assert.Contains("limit", refusal, StringComparison.Ordinal);
    }
}
