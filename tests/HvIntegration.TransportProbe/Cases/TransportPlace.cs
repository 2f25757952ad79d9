using System.Net;
using HvIntegration.Transport;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.TransportProbe.Cases;

/// <summary>Where the cases run: one transport and fresh addresses of it.</summary>
public abstract class TransportPlace : IDisposable
{
    private readonly Dictionary<TransportKind, ITransport> _transports = [];
    private int _next;

    /// <summary>Options of both sides.</summary>
    public TransportOptions Options { get; init; } = new();

    /// <summary>The key that a listener must see for its peer.</summary>
    /// <param name="bound">The listener's address.</param>
    public abstract string PeerKey(TransportAddress bound);

    /// <summary>Address to dial for a listener.</summary>
    public virtual TransportAddress DialAddress(TransportAddress bound) => bound;

    /// <summary>A listen address nobody used before.</summary>
    public TransportAddress NextAddress() => Address(Interlocked.Increment(ref _next));

    /// <summary>An address with a fixed port, for a listener that goes and comes back.</summary>
    public virtual async Task<TransportAddress> NextFixedAddressAsync()
    {
        await Task.CompletedTask;
        return NextAddress();
    }

    /// <summary>The transport, one for all cases.</summary>
    public ITransport TransportFor(TransportAddress address)
    {
        lock (_transports)
        {
            if (!_transports.TryGetValue(address.Kind, out var transport))
            {
                _transports.Add(address.Kind, transport = Transports.For(address, Options));
            }

            return transport;
        }
    }

    /// <summary>A listener at a fresh address.</summary>
    public Task<ITransportListener> ListenAsync() => ListenAsync(NextAddress());

    /// <summary>A listener.</summary>
    public Task<ITransportListener> ListenAsync(TransportAddress address) => TransportFor(address).ListenAsync(address, CancellationToken.None);

    /// <summary>A connection to a listener.</summary>
    public async Task<TransportStream> DialAsync(TransportAddress bound, CancellationToken cancellation = default) =>
        (TransportStream)await TransportFor(bound).DialAsync(DialAddress(bound), cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Address number <paramref name="number"/>.</summary>
    protected abstract TransportAddress Address(int number);

    /// <summary>Removes what the place made.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>Inside the process.</summary>
public sealed class MemoryPlace : TransportPlace
{
    private readonly string _name = Guid.NewGuid().ToString("N");

    /// <inheritdoc/>
    public override string PeerKey(TransportAddress bound) => $"memory:{((MemoryAddress)bound).Name}";

    /// <inheritdoc/>
    protected override TransportAddress Address(int number) => new MemoryAddress($"{_name}-{number}");
}

/// <summary>Sockets in a folder of their own.</summary>
public sealed class UnixPlace : TransportPlace
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-t-").FullName;

    /// <inheritdoc/>
    public override string PeerKey(TransportAddress bound) => $"unix:{((UnixAddress)bound).Path}";

    /// <inheritdoc/>
    protected override TransportAddress Address(int number) => new UnixAddress(Path.Combine(_folder, $"vm{number}.sock"));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Directory.Delete(_folder, recursive: true);
        base.Dispose(disposing);
    }
}

/// <summary>Loopback with ports the system chooses.</summary>
public sealed class TcpPlace : TransportPlace
{
    /// <inheritdoc/>
    public override string PeerKey(TransportAddress bound) => "tcp:127.0.0.1";

    /// <inheritdoc/>
    public override async Task<TransportAddress> NextFixedAddressAsync()
    {
        await using var chosen = await ListenAsync();
        return chosen.Address;
    }

    /// <inheritdoc/>
    protected override TransportAddress Address(int number) => new TcpAddress(new IPEndPoint(IPAddress.Loopback, 0));
}

/// <summary>AF_VSOCK inside a virtual machine, never on the machine that builds.</summary>
/// <param name="dialCid">CID that leads to the listener.</param>
/// <param name="peerCid">CID the listener sees.</param>
public sealed class VsockPlace(uint dialCid, uint peerCid) : TransportPlace
{
    private const int FirstPort = 5_000;

    /// <inheritdoc/>
    public override string PeerKey(TransportAddress bound) => $"cid:{peerCid}";

    /// <inheritdoc/>
    public override TransportAddress DialAddress(TransportAddress bound) => new VsockAddress(dialCid, ((VsockAddress)bound).Port);

    /// <inheritdoc/>
    protected override TransportAddress Address(int number) => new VsockAddress(TransportAddress.VsockAny, (uint)(FirstPort + number));
}
