using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;
using HvIntegration.Transport.Sockets;

namespace HvIntegration.Transport.HvSocket;

/// <summary>What AF_HYPERV errors mean, in sentences. Source: docs/transport.md, table of refusals.</summary>
internal static class HvSocketFaults
{
    /// <param name="error">What Windows said.</param>
    /// <param name="address">Dialled or bound.</param>
    /// <param name="step">Where.</param>
    /// <param name="isRegistered">Asks the host's registry; null when it cannot be asked.</param>
    public static TransportException Explain(SocketException error, HvSocketAddress address, SocketStep step, Func<Guid, bool?> isRegistered)
    {
        if (error.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.ProtocolNotSupported or SocketError.ProtocolFamilyNotSupported)
        {
            return new(
                TransportFailure.ModuleMissing,
                "not supported on this Windows version: Hyper-V sockets",
                "Hyper-V sockets require Windows 10 or Windows Server 2016 or later, as a guest of Hyper-V or with the Hyper-V role",
                error);
        }

        return step switch
        {
            SocketStep.Listen or SocketStep.BindLocal => ExplainListen(error, address, isRegistered),
            _ => ExplainConnect(error, address),
        };
    }

    private static TransportException ExplainListen(SocketException error, HvSocketAddress address, Func<Guid, bool?> isRegistered) =>
        error.SocketErrorCode switch
        {
            SocketError.AccessDenied when IsWildcard(address) && isRegistered(address.ServiceId) == true => new(
                TransportFailure.WildcardNotAllowed,
                $"service {address.ServiceId} is registered, but this host does not allow listening for every VM at once",
                "listen per VM with hvsock://<VM GUID>, or run the broker as SYSTEM or an administrator",
                error),
            SocketError.AccessDenied => new(
                TransportFailure.ServiceNotRegistered,
                $"service {address.ServiceId} is not registered on this host, or this account has no right to listen on it",
                $"as administrator, create the key HKLM\\{HvSocketRegistration.KeyPath}\\{address.ServiceId:D} with the string ElementName, and run the broker as SYSTEM or an administrator",
                error),
            SocketError.InvalidArgument => new(
                TransportFailure.ServiceNotRegistered,
                $"Windows rejected {address}: the service is disabled for that VM, or this machine cannot listen for it",
                "on the host, listen on hvsock://children or a VM GUID; a guest does not need to listen",
                error),
            SocketError.AddressAlreadyInUse => new(
                TransportFailure.AddressInUse,
                $"{address} is in use",
                "another broker runs on this host: stop it",
                error),
            _ => Other(error, address),
        };

    private static TransportException ExplainConnect(SocketException error, HvSocketAddress address) =>
        error.SocketErrorCode switch
        {
            // The guest is told the same when the host's listener is a wildcard that this VM does not allow.
            SocketError.ConnectionRefused or SocketError.ConnectionReset => new(
                TransportFailure.NobodyListens,
                $"no process listens at {address}, or this VM does not allow the wildcard listener of the host",
                "start the broker on the host. If it runs, let it listen for the GUID of this VM. The agent reconnects automatically",
                error),
            SocketError.AccessDenied => new(
                TransportFailure.ServiceNotRegistered,
                $"Windows refused account '{Account}' the connection to service {address.ServiceId} (WSAEACCES)",
                "register the service on the host ('hvi check' there shows how). If it is registered, run the agent as LocalSystem: msiexec /i hvi-agent-VERSION-x64.msi SERVICEACCOUNT=LocalSystem",
                error),
            SocketError.TimedOut => new(
                TransportFailure.TimedOut,
                $"{address} did not answer in time",
                "check whether the host is overloaded. The agent reconnects automatically",
                error),
            SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown => new(
                TransportFailure.NobodyListens,
                $"the partition of {address} does not exist",
                "check that the VM runs and that this machine is a Hyper-V guest",
                error),
            SocketError.AddressNotAvailable => new(
                TransportFailure.AddressNotAllowed,
                $"{address} is not an address to connect to",
                "in a guest, connect to hvsock://parent",
                error),
            _ => Other(error, address),
        };

    private static string Account => OperatingSystem.IsWindows() ? $@"{Environment.UserDomainName}\{Environment.UserName}" : Environment.UserName;

    private static bool IsWildcard(HvSocketAddress address) =>
        address.VmId == HvSocketAddress.Wildcard || address.VmId == HvSocketAddress.Children;

    private static TransportException Other(SocketException error, HvSocketAddress address) =>
        new(TransportFailure.Other, $"{address}: {error.Message}", "check the Hyper-V event logs of the host", error);
}
