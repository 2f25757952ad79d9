using System.Net;
using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Ingest.Listening;

/// <summary>A transport's address in the form Kestrel takes; only <see cref="TransportListenerFactory"/> claims it.</summary>
/// <param name="transport">The transport that listens.</param>
/// <param name="address">The listen address.</param>
internal sealed class TransportEndPoint(ITransport transport, TransportAddress address) : EndPoint
{
    public ITransport Transport => transport;

    public TransportAddress Address => address;

    public override AddressFamily AddressFamily => AddressFamily.Unknown;

    public override bool Equals(object? obj) => obj is TransportEndPoint other && other.Address == address;

    public override int GetHashCode() => address.GetHashCode();

    public override string ToString() => address.ToString();
}
