using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;
using HvIntegration.Transport.Sockets;

namespace HvIntegration.Transport.Vsock;

/// <summary>What AF_VSOCK errors mean, in sentences.</summary>
internal static class VsockFaults
{
    private const int EafNoSupport = 97;

    /// <summary>CID 2 without a driver that leads to the host.</summary>
    public static TransportException NoGuestTransport(string sysfsRoot) => new(
        TransportFailure.ModuleMissing,
        $"this machine has no socket transport to a host: neither hv_sock nor the virtio transport is in {sysfsRoot}/bus",
        "on a Hyper-V guest, run 'modprobe hv_sock'; on a QEMU/KVM guest, run 'modprobe vmw_vsock_virtio_transport'. A machine that is not a guest has no host to connect to");

    public static TransportException Explain(SocketException error, VsockAddress address, SocketStep step)
    {
        // After our own socket() the code is the errno itself; after managed calls it is mapped.
        if (error.SocketErrorCode == SocketError.AddressFamilyNotSupported || (step == SocketStep.Create && (int)error.SocketErrorCode == EafNoSupport))
        {
            return new(
                TransportFailure.ModuleMissing,
                "this kernel has no AF_VSOCK: the vsock module is not loaded",
                "run 'modprobe vsock' (and 'modprobe hv_sock' in a Hyper-V guest), or install the extra modules of the kernel",
                error);
        }

        return (step, error.SocketErrorCode) switch
        {
            (SocketStep.BindLocal, SocketError.AccessDenied) => new(
                TransportFailure.PrivilegedPort,
                "no permission to bind a local vsock port below 1024, which identifies a privileged agent",
                "run the agent as root or with CAP_NET_BIND_SERVICE, or allow unprivileged agents on both sides",
                error),
            (SocketStep.BindLocal, SocketError.AddressAlreadyInUse) => new(
                TransportFailure.PrivilegedPort,
                "no local vsock port from 512 to 1023 was free",
                "'ss --vsock' shows the processes that use them",
                error),
            (SocketStep.Listen, SocketError.AddressAlreadyInUse) => new(
                TransportFailure.AddressInUse,
                $"{address} is in use",
                "another broker runs on this machine: see 'ss --vsock -l'",
                error),
            (SocketStep.Listen, SocketError.AccessDenied) => new(
                TransportFailure.PrivilegedPort,
                $"no permission to listen on {address}: ports below 1024 require privileges",
                "use a port of 1024 or above, or run as root",
                error),
            (SocketStep.Listen, SocketError.AddressNotAvailable) => new(
                TransportFailure.AddressNotAllowed,
                $"{address} is not an address of this machine",
                "listen on vsock://any",
                error),
            (SocketStep.Connect, SocketError.ConnectionReset or SocketError.ConnectionRefused) => new(
                TransportFailure.NobodyListens,
                $"no process listens at {address}",
                "start the broker on the host. The agent reconnects automatically",
                error),
            // Linux hv_sock ignores the host's refusal by decision, so absence looks like silence.
            (SocketStep.Connect, SocketError.TimedOut) => new(
                TransportFailure.NobodyListens,
                $"no answer from {address}: no process listens, or the service is not registered on the host",
                "start the broker on the host, and run 'hvi check' there. The agent reconnects automatically",
                error),
            (SocketStep.Connect, SocketError.NetworkUnreachable or SocketError.HostUnreachable) => new(
                TransportFailure.AddressNotAllowed,
                $"{address} cannot be reached: a guest reaches its own host only",
                "connect to vsock://2",
                error),
            // errno without a name in .NET; ENODEV is the common one here.
            (SocketStep.Connect, SocketError.SocketError) => new(
                TransportFailure.ModuleMissing,
                $"no transport for {address}: is the hv_sock module loaded?",
                "run 'modprobe hv_sock' in a Hyper-V guest, 'modprobe vmw_vsock_virtio_transport' in a QEMU/KVM guest",
                error),
            _ => new(
                TransportFailure.Other,
                $"{address}: {error.Message}",
                "check the kernel log of both sides",
                error),
        };
    }
}
