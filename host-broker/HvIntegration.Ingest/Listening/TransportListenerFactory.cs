using System.Net;
using HvIntegration.Transport.Abstractions;
using Microsoft.AspNetCore.Connections;

namespace HvIntegration.Ingest.Listening;

/// <summary>Kestrel's way to our transports; TCP end points beside them stay with Kestrel's own.</summary>
internal sealed class TransportListenerFactory(
    IConnectionAdmission admission, ListeningCounters counters, TransportListeningOptions options, TimeProvider time, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is TransportEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var end = endpoint as TransportEndPoint ?? throw new NotSupportedException($"{endpoint} is not a valid listen address");
        try
        {
            var listener = await end.Transport.ListenAsync(end.Address, cancellationToken);
            return new TransportConnectionListener(listener, end.Transport, admission, counters, options, time, loggers);
        }
        catch (TransportException e) when (e.Failure == TransportFailure.AddressInUse)
        {
            throw new AddressInUseException($"{e.Message}: {e.Remedy}", e);
        }
    }
}
