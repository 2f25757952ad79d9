using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>One QMP conversation: greeting, capabilities, then commands by id. Not for use by two callers at once.</summary>
/// <remarks>Source: the QMP specification in QEMU's docs/interop. Events between answers are skipped.</remarks>
internal sealed class QmpConnection : IAsyncDisposable
{
    /// <summary>Longest line: query-block of a VM with hundreds of disks stays far below.</summary>
    public const int LineBytesMax = 4 * 1024 * 1024;

    // A monitor that sends events without end must not keep a command waiting for ever.
    private const int SkippedMax = 10_000;

    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 64 };

    private readonly Stream _stream;
    private readonly QmpLineReader _lines;
    private long _id;

    /// <summary>Takes a connected stream; <see cref="HandshakeAsync"/> comes next.</summary>
    /// <param name="stream">Owned by the connection.</param>
    /// <param name="peerProcess">Process at the other end by the kernel's word; 0 when not known.</param>
    public QmpConnection(Stream stream, int peerProcess)
    {
        _stream = stream;
        _lines = new QmpLineReader(stream, LineBytesMax);
        PeerProcess = peerProcess;
    }

    /// <summary>Process that made the monitor's socket (SO_PEERCRED); 0 when not known.</summary>
    public int PeerProcess { get; }

    /// <summary>Connects to a monitor socket and shakes hands.</summary>
    /// <exception cref="QmpException">It is not a QMP monitor.</exception>
    /// <exception cref="SocketException">Nobody listens.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task<QmpConnection> OpenAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        QmpConnection connection;
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            connection = new QmpConnection(new NetworkStream(socket, ownsSocket: true), PeerOf(socket));
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        try
        {
            await connection.HandshakeAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads the greeting and leaves the negotiation mode.</summary>
    /// <exception cref="QmpException">The peer does not speak QMP.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task HandshakeAsync(CancellationToken cancellation)
    {
        var greeting = await ReadAsync(cancellation);
        if (QmpReplies.Member(greeting, "QMP").ValueKind == JsonValueKind.Undefined)
        {
            throw new QmpException("the socket sent no QMP greeting: it is not a QMP monitor");
        }

        var replies = await ExecuteAsync(["qmp_capabilities"], cancellation);
        if (replies[0].Error is { } error)
        {
            throw new QmpException($"QEMU rejected qmp_capabilities: {error}");
        }
    }

    /// <summary>Sends the commands at once and gathers their answers.</summary>
    /// <param name="commands">Names of commands without arguments.</param>
    /// <param name="cancellation">Ends the wait; the connection is of no use afterwards.</param>
    /// <returns>One answer per command, in their order.</returns>
    /// <exception cref="QmpException">What came back is not QMP.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<QmpReply[]> ExecuteAsync(IReadOnlyList<string> commands, CancellationToken cancellation)
    {
        long first = _id + 1;
        _id += commands.Count;
        await _stream.WriteAsync(Requests(commands, first), cancellation);
        var replies = new QmpReply[commands.Count];
        int open = commands.Count;
        for (int skipped = 0; open > 0; skipped++)
        {
            if (skipped > SkippedMax)
            {
                throw new QmpException($"the monitor sent more than {SkippedMax} messages that answer no command");
            }

            var message = await ReadAsync(cancellation);
            var id = QmpReplies.Member(message, "id");
            if (id.ValueKind != JsonValueKind.Number || !id.TryGetInt64(out long number)
                || number < first || number >= first + commands.Count)
            {
                continue;
            }

            ref var reply = ref replies[number - first];
            if (reply.Return is not null || reply.Error is not null)
            {
                throw new QmpException("the monitor answered one command twice");
            }

            reply = QmpReplies.Member(message, "return") is { ValueKind: not JsonValueKind.Undefined } value
                ? new QmpReply(value, null)
                : new QmpReply(null, QmpReplies.ErrorText(message));
            open--;
        }

        return replies;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static ReadOnlyMemory<byte> Requests(IReadOnlyList<string> commands, long first)
    {
        var text = new ArrayBufferWriter<byte>();
        for (int i = 0; i < commands.Count; i++)
        {
            using (var writer = new Utf8JsonWriter(text))
            {
                writer.WriteStartObject();
                writer.WriteString("execute", commands[i]);
                writer.WriteNumber("id", first + i);
                writer.WriteEndObject();
            }

            text.Write("\n"u8);
        }

        return text.WrittenMemory;
    }

    private static int PeerOf(Socket socket)
    {
        // Linux: SOL_SOCKET 1, SO_PEERCRED 17, struct ucred { pid, uid, gid } of 32 bits each.
        Span<byte> credentials = stackalloc byte[12];
        try
        {
            return socket.GetRawSocketOption(1, 17, credentials) == 12 ? BitConverter.ToInt32(credentials) : 0;
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    // "QEMU 8.2.0 monitor - type 'help' for more information", then "(qemu) ".
    private static bool IsHuman(ReadOnlySpan<byte> line) =>
        (line.StartsWith("QEMU "u8) && line.IndexOf(" monitor"u8) > 0) || line.StartsWith("(qemu)"u8);

    private async Task<JsonElement> ReadAsync(CancellationToken cancellation)
    {
        var line = await _lines.ReadLineAsync(cancellation)
            ?? throw new QmpException("the monitor closed the connection");
        try
        {
            using var document = JsonDocument.Parse(line, Json);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            if (IsHuman(line.Span))
            {
                throw new QmpException("the socket is a human monitor (HMP), not QMP: start the VM with -qmp unix:... in place of -monitor unix:...", e);
            }

            throw new QmpException(
                string.Create(CultureInfo.InvariantCulture, $"the monitor sent a line of {line.Length} bytes that is not JSON"), e);
        }
    }
}
