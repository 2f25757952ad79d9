using HvIntegration.Ingest.Listening;
using System.Net;
using System.Net.Sockets;
using HvIntegration.Transport.Files;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace HvIntegration.Api.Access;

/// <summary>Bounds the connections to the API of each account of this machine, and of each other machine.</summary>
/// <remarks>The last of them are kept for root and the account of the broker: many accounts together cannot shut the administrator out either.</remarks>
internal sealed partial class ConnectionBudget(ApiOptions options, TimeProvider time)
{
    /// <summary>Connections to the API in all.</summary>
    public const int ConnectionsMax = 4_096;

    private const int ReservedForPrivileged = 128;
    private const int NetworkBytes = 8;

    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly LogPause _refusals = new(time);
    private ILogger? _logger;
    private int _total;
    private long _refused;

    /// <summary>Connections that were hung up on since the start.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Takes the log once there is one.</summary>
    public void LogTo(ILogger logger) => _logger = logger;

    /// <summary>Lets a connection in, with its peer in its features, or hangs up on it.</summary>
    /// <param name="connection">The connection, before a byte of it is read.</param>
    /// <param name="isConsole">It came in where only those with the right to can connect.</param>
    /// <param name="next">Serves the admitted connection.</param>
    public async Task ServeAsync(ConnectionContext connection, bool isConsole, ConnectionDelegate next)
    {
        var peer = PeerOf(connection, isConsole);
        if (Enter(peer) is { } refusal)
        {
            Interlocked.Increment(ref _refused);
            LogRefusal(peer, refusal);
            connection.Abort();
            return;
        }

        try
        {
            connection.Features.Set<IApiPeerFeature>(new ApiPeerFeature(peer));
            await next(connection);
        }
        finally
        {
            Leave(peer);
        }
    }

    private static ApiPeer PeerOf(ConnectionContext connection, bool isConsole)
    {
        uint? account;
        if (connection is { LocalEndPoint: IPEndPoint local, RemoteEndPoint: IPEndPoint remote })
        {
            // The machine's own other addresses are within it too; those of other machines are nobody's here.
            account = PeerAccounts.OfTcp(local, remote);
            if (account is null && !IPAddress.IsLoopback(remote.Address))
            {
                return new ApiPeer("addr:" + Network(remote.Address), remote.Address.ToString(), false, isConsole);
            }
        }
        else
        {
            account = connection.Features.Get<IConnectionSocketFeature>()?.Socket is { AddressFamily: AddressFamily.Unix } socket ? PeerAccounts.OfUnix(socket) : null;
        }

        // Who may open the console's place shares no budget with those who may not.
        return account is { } uid ? new ApiPeer($"uid:{uid}", $"user {uid} of this machine", uid == 0 || uid == UnixUser.Own, isConsole, uid)
            : isConsole ? new ApiPeer("console", "the console of this machine", true, true)
            : new ApiPeer("local", "a user of this machine", false, false);
    }

    // Who has one IPv6 address has a whole network of them.
    private static string Network(IPAddress address) =>
        address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } ? Convert.ToHexString(address.GetAddressBytes(), 0, NetworkBytes) : address.ToString();

    private string? Enter(ApiPeer peer)
    {
        lock (_lock)
        {
            int open = _open.GetValueOrDefault(peer.Key);
            if (open >= options.ConnectionsPerAccountMax)
            {
                return $"it has {open} connections, which is Api:ConnectionsPerAccountMax";
            }

            if (_total >= ConnectionsMax || (!peer.IsPrivileged && _total >= ConnectionsMax - ReservedForPrivileged))
            {
                return $"the API has {_total} connections, which is its limit";
            }

            _open[peer.Key] = open + 1;
            _total++;
            return null;
        }
    }

    private void Leave(ApiPeer peer)
    {
        lock (_lock)
        {
            _total--;
            int left = _open[peer.Key] - 1;
            if (left == 0)
            {
                _open.Remove(peer.Key);
            }
            else
            {
                _open[peer.Key] = left;
            }
        }
    }

    private void LogRefusal(ApiPeer peer, string refusal)
    {
        if (_refusals.TryLog() && _logger is { } logger)
        {
            LogRefused(logger, peer.Words, refusal, Refused);
        }
    }

    [LoggerMessage(EventId = 2901, Level = LogLevel.Warning, Message = "Rejected API connection from {Peer}: {Refusal}; {Total} rejected since start")]
    private static partial void LogRefused(ILogger logger, string peer, string refusal, long total);
}
