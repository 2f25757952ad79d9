using System.Text;
using HvIntegration.CounterSources.Qemu;

namespace HvIntegration.Fuzz.Targets;

/// <summary>What a QEMU process answers on its monitor, and what its manager and its command line say of it.</summary>
internal sealed class QmpTarget : IFuzzTarget
{
    private static readonly string[] Commands = ["query-uuid", "query-name", "query-status", "query-cpus-fast", "query-balloon", "query-memory-size-summary", "query-blockstats", "query-block"];

    public string Name => "qmp";

    public IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "{\"QMP\":{}}\n", "{\"return\":{},\"id\":1}\n", "\"error\":{\"desc\":\"no\"}", "\"UUID\":\"11111111-0000-4000-8000-000000000001\"", "\"name\":\"web\"", "\"status\":\"running\"",
            "\"cpu-index\":0,\"thread-id\":42", "\"actual\":1073741824", "\"base-memory\":1,\"plugged-memory\":2", "\"device\":\"disk0\",\"stats\":{\"rd_bytes\":1}", "\"inserted\":{\"file\":\"/a\",\"iops\":5}",
            "\"qdev\":\"/machine/peripheral/d\"", "\"node-name\":\"n\"", "\\ud800", "\\u0000", "[", "]", "{", "}", "\n", "\r\n", "null", "1e400", "\"id\":", "\"event\":\"STOP\"",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IEnumerable<byte[]> Seeds()
    {
        var text = new StringBuilder("{\"QMP\":{\"version\":{}}}\n{\"return\":{},\"id\":1}\n{\"event\":\"STOP\"}\n");
        string[] answers =
        [
            "{\"UUID\":\"11111111-0000-4000-8000-000000000001\"}", "{\"name\":\"web\"}", "{\"status\":\"running\"}", "[{\"cpu-index\":0,\"thread-id\":42}]", "{\"actual\":1073741824}",
            "{\"base-memory\":1073741824,\"plugged-memory\":0}", "[{\"device\":\"disk0\",\"stats\":{\"rd_operations\":1,\"rd_bytes\":512}}]", "[{\"device\":\"disk0\",\"inserted\":{\"file\":\"/a.qcow2\",\"iops\":5,\"bps_rd\":1,\"bps_wr\":2}}]",
        ];
        for (int i = 0; i < answers.Length; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{{\"return\":{answers[i]},\"id\":{i + 2}}}\n");
        }

        yield return Encoding.UTF8.GetBytes(text.ToString());
        yield return Encoding.UTF8.GetBytes("<domstatus state='paused' reason='ioerror' pid='7'><vcpus><vcpu id='0' pid='8'/></vcpus><domain><name>a</name><memory unit='KiB'>4</memory></domain></domstatus>");
        yield return Encoding.UTF8.GetBytes("qemu\0-name\0guest=a,,b,debug-threads=on\0-smbios\0type=1,uuid=11111111-0000-4000-8000-000000000001\0-m\0size=4G\0");
    }

    public async Task RunAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        string text = Encoding.UTF8.GetString(input.Span);
        _ = LibvirtDomain.Parse(text);
        _ = QemuCommandLine.Parse(text);
        try
        {
            await using var connection = new QmpConnection(new Answers(input.ToArray()), 0);
            await connection.HandshakeAsync(cancellation);
            var replies = await connection.ExecuteAsync(Commands, cancellation);
            foreach (var reply in replies)
            {
                // Any answer may stand where any other belongs.
                if (reply.Return is { } value)
                {
                    _ = QmpReplies.Uuid(value);
                    _ = QmpReplies.Name(value);
                    _ = QmpReplies.Status(value);
                    _ = QmpReplies.Activity(value);
                    _ = QmpReplies.StopReason(value);
                    _ = QmpReplies.Processors(value);
                    _ = QmpReplies.Balloon(value);
                    _ = QmpReplies.Memory(value);
                    _ = QmpReplies.DiskStatistics(value);
                    _ = QmpReplies.Disks(value);
                }
            }
        }
        catch (QmpException)
        {
            // Documented: it is not QMP.
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Gives the input and takes whatever is asked.</summary>
    private sealed class Answers(byte[] input) : MemoryStream(input, writable: false)
    {
        public override bool CanWrite => true;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
