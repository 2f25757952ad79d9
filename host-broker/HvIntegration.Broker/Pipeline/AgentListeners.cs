using HvIntegration.Api.Contract;
using HvIntegration.Broker.Live;
using HvIntegration.Ingest.Listening;
using HvIntegration.Ingest.Streams;
using System.Collections.Concurrent;
using System.Threading.Channels;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Transport;
using HvIntegration.Transport.Abstractions;
using Microsoft.Extensions.Options;

namespace HvIntegration.Broker.Pipeline;

/// <summary>
/// Everything agents can dial, as one listener: the addresses of the settings, and one Unix socket per VM that comes and
/// goes with the inventory. Kestrel takes its end points once at start; this lets them change under it.
/// </summary>
internal sealed partial class AgentListeners(
    Inventory inventory, IOptions<AgentOptions> options, TimeProvider time, ILogger<AgentListeners> logger)
    : BackgroundService, ITransport, ITransportListener
{
    private const int ListenersMax = 1024;
    private const int AcceptedMax = 128;
    private const string UnixScheme = "unix:";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly Channel<AcceptedConnection> _accepted = Channel.CreateBounded<AcceptedConnection>(AcceptedMax);
    private readonly ConcurrentDictionary<TransportAddress, Entry> _entries = new();
    private volatile bool _unbound;

    /// <inheritdoc/>
    public TransportKind Kind => TransportKind.Memory;

    /// <inheritdoc/>
    public TransportAddress Address { get; } = new MemoryAddress("agents");

    /// <summary>Addresses and what is wrong with them.</summary>
    public IReadOnlyList<ListenerView> Status =>
        [.. _entries.OrderBy(e => e.Key.ToString(), StringComparer.Ordinal).Select(e => new ListenerView((e.Value.Listener?.Address ?? e.Key).ToString(), e.Value.Fault))];

    /// <inheritdoc/>
    public Task<Stream> DialAsync(TransportAddress address, CancellationToken cancellation) => Transports.For(address).DialAsync(address, cancellation);

    /// <inheritdoc/>
    public Task<ITransportListener> ListenAsync(TransportAddress address, CancellationToken cancellation) => Task.FromResult<ITransportListener>(this);

    /// <inheritdoc/>
    public async ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellation)
    {
        try
        {
            return await _accepted.Reader.ReadAsync(cancellation);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask UnbindAsync()
    {
        _unbound = true;
        _accepted.Writer.TryComplete();
        foreach (var (address, _) in _entries)
        {
            await CloseAsync(address);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        Dispose();
    }

    /// <summary>Opens what is to be open and closes what is not, once.</summary>
    public async Task UpdateAsync(CancellationToken cancellation)
    {
        var wanted = _unbound ? [] : Wanted();
        foreach (var address in _entries.Keys.Where(a => !wanted.Contains(a)))
        {
            await CloseAsync(address);
            LogClosed(logger, address);
        }

        foreach (var address in wanted)
        {
            var entry = _entries.GetOrAdd(address, _ => new Entry());
            if (entry.Listener is null && (entry.TriedAt is not { } tried || time.GetElapsedTime(tried) >= RetryAfter))
            {
                await OpenAsync(address, entry, cancellation);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Poll, time);
        try
        {
            do
            {
                await UpdateAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The broker stops; UnbindAsync closes what is open.
        }
    }

    private HashSet<TransportAddress> Wanted()
    {
        var wanted = new HashSet<TransportAddress>();
        foreach (string text in options.Value.Listen)
        {
            wanted.Add(TransportAddress.Parse(text, ProtocolLimits.VsockPort));
        }

        foreach (var partition in inventory.Partitions)
        {
            if (wanted.Count < ListenersMax && partition.AgentAddress is { } address && address.StartsWith(UnixScheme, StringComparison.Ordinal))
            {
                string path = address[UnixScheme.Length..];
                wanted.Add(new UnixAddress(path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path));
            }
        }

        return wanted;
    }

    private async Task OpenAsync(TransportAddress address, Entry entry, CancellationToken cancellation)
    {
        entry.TriedAt = time.GetTimestamp();
        try
        {
            entry.Listener = await Transports.For(address).ListenAsync(address, cancellation);
            entry.Fault = null;
            entry.Accepting = AcceptLoopAsync(address, entry.Listener);
            LogOpened(logger, entry.Listener.Address);
            if (address.Kind == TransportKind.Tcp)
            {
                TransportListeningLog.Tcp(logger, entry.Listener.Address);
            }
        }
        catch (TransportException e)
        {
            string fault = $"{e.Message}; {e.Remedy}";
            if (fault != entry.Fault)
            {
                LogFault(logger, address, fault);
            }

            entry.Fault = fault;
        }
    }

    private async Task AcceptLoopAsync(TransportAddress address, ITransportListener listener)
    {
        try
        {
            while (await listener.AcceptAsync(CancellationToken.None) is { } connection)
            {
                await _accepted.Writer.WriteAsync(connection);
            }
        }
        catch (ChannelClosedException)
        {
            // The broker stops: nobody takes connections any more.
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            if (_entries.TryGetValue(address, out var entry) && entry.Listener == listener)
            {
                // Opened anew at the next round.
                entry.Fault = e.Message;
                entry.Listener = null;
                LogFault(logger, address, e.Message);
                await listener.DisposeAsync();
            }
        }
    }

    private async Task CloseAsync(TransportAddress address)
    {
        if (_entries.TryRemove(address, out var entry) && entry.Listener is { } listener)
        {
            await listener.UnbindAsync();
            await listener.DisposeAsync();
        }
    }

    private sealed class Entry
    {
        public ITransportListener? Listener { get; set; }

        public Task? Accepting { get; set; }

        public string? Fault { get; set; }

        public long? TriedAt { get; set; }
    }

    [LoggerMessage(EventId = 2301, Level = LogLevel.Information, Message = "Agents can connect at {Address}")]
    private static partial void LogOpened(ILogger logger, TransportAddress address);

    [LoggerMessage(EventId = 2302, Level = LogLevel.Information, Message = "Stopped listening at {Address}: its VM is no longer on this host")]
    private static partial void LogClosed(ILogger logger, TransportAddress address);

    [LoggerMessage(EventId = 2303, Level = LogLevel.Error, Message = "Agents cannot connect at {Address}: {Fault}")]
    private static partial void LogFault(ILogger logger, TransportAddress address, string fault);
}
