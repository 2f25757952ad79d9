using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;
using HvIntegration.Transport.Sockets;

namespace HvIntegration.Transport.UnixSocket;

/// <summary>What errors of Unix-domain sockets mean, in sentences.</summary>
internal static class UnixSocketFaults
{
    public static TransportException InUse(UnixAddress address, Exception? inner) => new(
        TransportFailure.AddressInUse,
        $"{address.Path} is in use: a process listens on it",
        "another broker runs on this machine: stop it, or use another path",
        inner);

    public static TransportException Explain(SocketException error, UnixAddress address, SocketStep step) => (step, error.SocketErrorCode) switch
    {
        (SocketStep.Listen, SocketError.AddressAlreadyInUse) => InUse(address, error),
        // ENOENT
        (SocketStep.Listen, SocketError.AddressNotAvailable) => new(
            TransportFailure.AddressNotAllowed,
            $"the folder of {address.Path} does not exist",
            $"create it: mkdir -p {Path.GetDirectoryName(address.Path)}",
            error),
        (SocketStep.Listen, SocketError.AccessDenied) => new(
            TransportFailure.AddressNotAllowed,
            $"this account has no right to create a socket at {address.Path}",
            "use a folder that it can write to",
            error),
        (_, SocketError.AddressNotAvailable) => new(
            TransportFailure.NobodyListens,
            $"no process listens: the socket does not exist at {address.Path}",
            "start the broker. The agent reconnects automatically",
            error),
        (_, SocketError.ConnectionRefused) => new(
            TransportFailure.NobodyListens,
            $"no process listens at {address.Path}: the socket file is left over",
            "start the broker. The agent reconnects automatically",
            error),
        (_, SocketError.AccessDenied) => new(
            TransportFailure.AddressNotAllowed,
            $"this account has no right to open {address.Path}",
            "run the agent with the account of the broker, or as root",
            error),
        _ => new(TransportFailure.Other, $"{address.Path}: {error.Message}", "check the path and its folder", error),
    };
}
