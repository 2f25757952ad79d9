using HvIntegration.HostBroker.Composition;
using HvIntegration.HostBroker.Settings;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.History.Store;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.Fuzz.Targets;

/// <summary>
/// Bytes on a VM's own socket against the whole broker in this process: preface, frames, headers, messages. Nothing a peer sends may end the broker,
/// nor keep its API from answering.
/// </summary>
internal sealed class Http2Target : IFuzzTarget
{
    private const int AskEvery = 64;
    private static readonly TimeSpan Silent = TimeSpan.FromMilliseconds(250);
    private static readonly Guid Vm = new("11111111-0000-4000-8000-000000000001");

    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-fuzz-h2-").FullName;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(4) };
    private WebApplication? _app;
    private HistoryStore? _store;
    private string _url = "";
    private long _runs;

    public string Name => "http2";

    public IReadOnlyList<byte[]> Words { get; } =
    [
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), Frame(4, 0, 0, []), Frame(4, 1, 0, []), Frame(6, 0, 0, new byte[8]), Frame(8, 0, 0, [0, 1, 0, 0]), Frame(3, 0, 1, [0, 0, 0, 8]),
        Frame(7, 0, 0, new byte[8]), Frame(2, 0, 3, new byte[5]), Frame(9, 4, 1, []), Headers(), Message(new AgentMessage { Hello = Hello() }),
        Message(new AgentMessage { Samples = new SampleBatch { Sequence = 7, MonotonicStartNs = 5 } }), Message(new AgentMessage { Snapshot = new Snapshot { Sequence = 6 } }), [0xff, 0xff, 0xff], [0, 0, 0, 1],
    ];

    private string SocketPath => Path.Combine(_folder, "web.sock");

    public IEnumerable<byte[]> Seeds()
    {
        yield return [.. Words[0], .. Words[1], .. Words[9], .. Words[10], .. Words[12], .. Words[11]];
        yield return [.. Words[0], .. Words[1], .. Words[3], .. Words[4], .. Words[9], .. Words[5]];
        yield return Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    public async Task StartAsync(CancellationToken cancellation) => _app = await HostAsync(cancellation);

    public async Task RunAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellation);
            await socket.SendAsync(input, cancellation);
            socket.Shutdown(SocketShutdown.Send);
            using var silent = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            silent.CancelAfter(Silent);
            byte[] answer = new byte[4096];
            while (await socket.ReceiveAsync(answer, silent.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // The broker hung up: its right.
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It waits for more, within its own limits.
        }

        if (++_runs % AskEvery == 0)
        {
            using var answer = await _http.GetAsync(new Uri(_url + "/healthz"), cancellation);
            answer.EnsureSuccessStatusCode();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<WebApplication> HostAsync(CancellationToken cancellation)
    {
        var options = new BrokerOptions { LogLevel = LogLevel.None };
        options.Api.Url = "http://127.0.0.1:0";
        options.History.Folder = Path.Combine(_folder, "history");
        options.History.BackgroundUpkeep = false;
        options.Agents.HoldMs = 400;
        options.Agents.HandshakeMs = 1_000;
        _store = await HistoryStore.OpenAsync(options.History, options.Engine, TimeProvider.System, NullLogger.Instance, cancellation);
        var app = BrokerHost.Build(options, new OneVm("unix:" + SocketPath), _store, _store, TimeProvider.System, console: false);
        await app.StartAsync(cancellation);
        _url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(a => a.Contains("//127.", StringComparison.Ordinal));
        while (!File.Exists(SocketPath))
        {
            await Task.Delay(20, cancellation);
        }

        return app;
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload) =>
    [
        (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, (byte)(stream >> 24), (byte)(stream >> 16), (byte)(stream >> 8), (byte)stream, .. payload,
    ];

    // Each field as a literal that enters no table.
    private static byte[] Headers()
    {
        var block = new List<byte>();
        foreach (var (name, value) in new[]
        {
            (":method", "POST"), (":scheme", "http"), (":path", "/hvintegration.v1.Telemetry/Connect"), (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers"),
        })
        {
            block.Add(0);
            block.Add((byte)name.Length);
            block.AddRange(Encoding.ASCII.GetBytes(name));
            block.Add((byte)value.Length);
            block.AddRange(Encoding.ASCII.GetBytes(value));
        }

        return Frame(1, 4, 1, [.. block]);
    }

    private static byte[] Message(AgentMessage message)
    {
        byte[] bytes = message.ToByteArray();
        return Frame(0, 0, 1, [0, (byte)(bytes.Length >> 24), (byte)(bytes.Length >> 16), (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes]);
    }

    private static Hello Hello() => new()
    {
        ProtocolMajor = ProtocolVersion.Major, AgentVersion = "0.1.0", HostName = "guest", BootId = ByteString.CopyFrom(new byte[16]), Collectors = { "cpu" }, LogicalProcessors = 1, MonotonicNs = 5,
    };

    /// <summary>A host of one VM that tells nothing.</summary>
    private sealed class OneVm(string address) : ICounterSource
    {
        private readonly PartitionInfo[] _partitions = [new(Vm, "web-01", PartitionState.Running, 1, null, null, address)];

        public string Name => "fuzz";

        public SourceOrigin Origin => SourceOrigin.Simulated;

        public ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation) => ValueTask.FromResult(new CounterReading(_partitions, [], [], false));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
