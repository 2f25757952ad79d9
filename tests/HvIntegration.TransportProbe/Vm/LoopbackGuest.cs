using System.Net.Sockets;
using HvIntegration.Transport;
using HvIntegration.Transport.Abstractions;
using HvIntegration.Transport.Vsock;
using HvIntegration.TransportProbe.Cases;
using static HvIntegration.TransportProbe.Cases.CaseFailedException;

namespace HvIntegration.TransportProbe.Vm;

/// <summary>A virtual machine with <c>vsock_loopback</c> and no transport to a host.</summary>
internal static class LoopbackGuest
{
    /// <summary>What only this machine can show.</summary>
    public static IReadOnlyList<TransportCase> Cases { get; } =
    [
        new("host-cid-without-a-guest-transport-is-not-dialled", NoGuestTransportAsync),
        new("unprivileged-agent-says-so-or-dials-without", UnprivilegedAsync),
        new("other-guest-cannot-be-reached", OtherGuestAsync),
    ];

    /// <summary>CID 2 leads to the machine itself here, which the product refuses; a made-up sysfs lets the cases through.</summary>
    public static TransportPlace Place(uint cid)
    {
        string root = Path.Combine(Path.GetTempPath(), "sysfs-with-hv-sock");
        Directory.CreateDirectory(Path.Combine(root, "bus/vmbus/drivers/hv_sock"));

        // The loopback's own CID is 1 whatever was dialled.
        return new VsockPlace(cid, peerCid: 1)
        {
            Options = new TransportOptions { SysfsRoot = root },
        };
    }

    private static async Task NoGuestTransportAsync(TransportPlace place)
    {
        RequireEqual(null, GuestSocketTransport.Find("/sys"), "transport found in this machine's sysfs");
        var address = new VsockAddress(TransportAddress.VsockHost, 7_000);
        var refusal = await RequireThrowsAsync<TransportException>(() => Transports.For(address).DialAsync(address, CancellationToken.None), "dial of the host");
        RequireEqual(TransportFailure.ModuleMissing, refusal.Failure, "failure");
    }

    private static async Task UnprivilegedAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        var dial = place.DialAddress(listener.Address);
        var transport = Transports.For(dial, place.Options with { PrivilegedLocalPort = false });
        await using var stream = await transport.DialAsync(dial, CancellationToken.None);
        var accepted = await listener.AcceptAsync(CancellationToken.None) ?? throw new CaseFailedException("accept gave null");
        await using var far = accepted.Stream;
        Require(accepted.Peer.Port >= 1024, $"an unprivileged peer port, found {accepted.Peer.Port}");
    }

    private static async Task OtherGuestAsync(TransportPlace place)
    {
        var address = new VsockAddress(77, 7_000);
        var refusal = await RequireThrowsAsync<TransportException>(
            () => Transports.For(address, place.Options).DialAsync(address, CancellationToken.None), "dial of another guest");
        Require(
            refusal.Failure is TransportFailure.ModuleMissing or TransportFailure.AddressNotAllowed,
            $"no way there, found {refusal.Failure}: {refusal.Message} ({(refusal.InnerException as SocketException)?.SocketErrorCode})");
    }
}
