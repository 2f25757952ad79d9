using System.Net.Sockets;
using HvIntegration.Transport.Sockets;

namespace HvIntegration.Transport.UnixSocket;

/// <summary>What errors of Unix-domain sockets mean, in sentences.</summary>
internal static class UnixSocketFaults
{
    public static TransportException InUse(UnixAddress address, Exception? inner) => new(
        TransportFailure.AddressInUse,
        $"{address.Path} is in use: somebody listens on it",
        "another broker runs on this machine: stop it first, or choose another path",
        inner);

    public static TransportException Explain(SocketException error, UnixAddress address, SocketStep step) => (step, error.SocketErrorCode) switch
    {
        (SocketStep.Listen, SocketError.AddressAlreadyInUse) => InUse(address, error),
        // ENOENT
        (SocketStep.Listen, SocketError.AddressNotAvailable) => new(
            TransportFailure.AddressNotAllowed,
            $"the folder of {address.Path} does not exist",
            $"make it first: mkdir -p {Path.GetDirectoryName(address.Path)}",
            error),
        (SocketStep.Listen, SocketError.AccessDenied) => new(
            TransportFailure.AddressNotAllowed,
            $"this account may not make a socket at {address.Path}",
            "choose a folder that it may write to",
            error),
        (_, SocketError.AddressNotAvailable) => new(
            TransportFailure.NobodyListens,
            $"nobody listens: there is no socket at {address.Path}",
            "start the broker; the agent dials again by itself",
            error),
        (_, SocketError.ConnectionRefused) => new(
            TransportFailure.NobodyListens,
            $"nobody listens at {address.Path}: the socket was left behind",
            "start the broker; the agent dials again by itself",
            error),
        (_, SocketError.AccessDenied) => new(
            TransportFailure.AddressNotAllowed,
            $"this account may not open {address.Path}",
            "run the agent with the account of the broker, or as root",
            error),
        _ => new(TransportFailure.Other, $"{address.Path}: {error.Message}", "see the path and its folder", error),
    };
}
