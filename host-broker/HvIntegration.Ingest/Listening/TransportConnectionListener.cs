using System.Net;
using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace HvIntegration.Ingest.Listening;

/// <summary>Our accept loop under Kestrel: it knows the peer before HTTP does, and can hang up on it.</summary>
internal sealed class TransportConnectionListener : IConnectionListener
{
    private readonly ITransportListener _listener;
    private readonly IConnectionAdmission _admission;
    private readonly ListeningCounters _counters;
    private readonly TransportListeningOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SocketConnectionContextFactory _contexts;
    private readonly LogPause _refusals;

    public TransportConnectionListener(
        ITransportListener listener, ITransport transport, IConnectionAdmission admission, ListeningCounters counters,
        TransportListeningOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _listener = listener;
        _admission = admission;
        _counters = counters;
        _options = options;
        _time = time;
        _refusals = new LogPause(time);
        _logger = loggers.CreateLogger<TransportConnectionListener>();
        EndPoint = new TransportEndPoint(transport, listener.Address);

        // Waiting for data is a zero-byte receive, which is a peek, which hv_sock refuses: the handshake would fail.
        _contexts = new SocketConnectionContextFactory(
            new SocketConnectionFactoryOptions { WaitForDataBeforeAllocatingBuffer = false }, _logger);
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            AcceptedConnection? accepted;
            try
            {
                accepted = await _listener.AcceptAsync(cancellationToken);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // Kestrel's own loop would spin here; descriptors run out for a while, not for a moment.
                _counters.CountFailed();
                TransportListeningLog.AcceptFailed(_logger, _listener.Address, e.Message);
                await Task.Delay(_options.AcceptRetryDelay, _time, cancellationToken);
                continue;
            }

            if (accepted is null)
            {
                return null;
            }

            if (Open(accepted) is { } connection)
            {
                return connection;
            }
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default) => await _listener.UnbindAsync();

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _contexts.Dispose();
    }

    private ConnectionContext? Open(AcceptedConnection accepted)
    {
        if (_admission.TryAdmit(accepted.Peer, out string? refusal) is not { } lease)
        {
            _counters.CountRefused();
            LogRefused(accepted.Peer, refusal);
            accepted.Stream.Dispose();
            return null;
        }

        try
        {
            var connection = accepted.Socket is { } socket ? _contexts.Create(socket) : new StreamConnectionContext(accepted.Stream);
            var peer = new TransportPeerFeature(accepted.Peer);
            connection.Features.Set<ITransportPeerFeature>(peer);
            connection.ConnectionClosed.UnsafeRegister(_ => Closed(peer, lease), null);
            _counters.CountAccepted();
            return connection;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer left already.
            lease.Dispose();
            accepted.Stream.Dispose();
            return null;
        }
    }

    private void Closed(TransportPeerFeature peer, IDisposable lease)
    {
        lease.Dispose();
        if (!peer.CarriedStream)
        {
            _admission.NoteBarren(peer.Peer);
        }
    }

    private void LogRefused(PeerIdentity peer, string? refusal)
    {
        if (_refusals.TryLog())
        {
            TransportListeningLog.Refused(_logger, peer.Key, refusal, _counters.Refused);
        }
    }
}
