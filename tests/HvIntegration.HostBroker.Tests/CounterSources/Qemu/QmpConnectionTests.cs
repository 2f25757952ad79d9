using System.Text;
using HvIntegration.CounterSources.Qemu;

namespace HvIntegration.HostBroker.Tests.CounterSources.Qemu;

public class QmpConnectionTests
{
    private const string Greeting = "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Execute_EventsAndStrangersBetween_GetsItsAnswersInOrder()
    {
        await using var connection = Over(
            Greeting + "{\"return\": {}, \"id\": 1}\r\n{\"event\": \"RESET\", \"timestamp\": {}}\r\n{\"return\": 5, \"id\": 3}\r\n"
            + "{\"return\": 1, \"id\": \"x\"}\r\n{\"error\": {\"class\": \"GenericError\", \"desc\": \"no balloon\"}, \"id\": 2}\r\n");
        await connection.HandshakeAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);

        var replies = await connection.ExecuteAsync(["query-balloon", "query-x"], TestContext.Current.CancellationToken);

        Assert.Equal("no balloon", replies[0].Error);
        Assert.Equal(5, replies[1].Return?.GetInt32());
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH\r\n", "not JSON")]
    [InlineData("QEMU 8.2.0 monitor - type 'help' for more information\r\n(qemu) ", "human monitor (HMP)")]
    [InlineData("(qemu) \n", "-qmp unix:")]
    [InlineData("{\"hello\": 1}\n", "no QMP greeting")]
    [InlineData("[]\n", "no QMP greeting")]
    [InlineData("", "closed")]
    [InlineData(Greeting, "closed")]
    [InlineData(Greeting + "{\"error\": {}, \"id\": 1}\n", "rejected")]
    public async Task Handshake_NotAMonitor_IsOneClearSentence(string sent, string expected)
    {
        await using var connection = Over(sent);

        var error = await Assert.ThrowsAsync<QmpException>(() => connection.HandshakeAsync(TestContext.Current.CancellationToken));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshake_EndlessLine_IsRefusedAtTheBound()
    {
        await using var connection = Over(new string('x', QmpConnection.LineBytesMax + 10));

        var error = await Assert.ThrowsAsync<QmpException>(() => connection.HandshakeAsync(TestContext.Current.CancellationToken));

        Assert.Contains("longer than", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_MutatedRealAnswers_NeverThrowsAnythingElse()
    {
        string[] commands = ["query-uuid", "query-name", "query-status", "query-cpus-fast", "query-balloon", "query-memory-size-summary", "query-blockstats", "query-block"];
        string recorded = Greeting + "{\"return\": {}, \"id\": 1}\n" + string.Concat(commands.Select(
            (c, i) => HostFixtures.Text($"linux-6.18/qmp/{c}.json").Trim().Replace("\"id\": 1}", $"\"id\": {i + 2}}}", StringComparison.Ordinal) + "\n"));
        var random = new Random(7);
        for (int round = 0; round < 300; round++)
        {
            char[] text = recorded.ToCharArray();
            for (int n = random.Next(0, 12); n > 0; n--)
            {
                text[random.Next(Greeting.Length, text.Length)] = round % 2 == 0 ? (char)random.Next(32, 127) : "\"{}[]:,0\\u-eE."[random.Next(14)];
            }

            await using var connection = Over(new string(text));
            try
            {
                await connection.HandshakeAsync(TestContext.Current.CancellationToken);
                foreach (var reply in await connection.ExecuteAsync(commands, TestContext.Current.CancellationToken))
                {
                    if (reply.Return is { } value)
                    {
                        QmpReplies.Uuid(value);
                        QmpReplies.Name(value);
                        QmpReplies.Status(value);
                        QmpReplies.Processors(value);
                        QmpReplies.Balloon(value);
                        QmpReplies.Memory(value);
                        QmpReplies.DiskStatistics(value);
                        QmpReplies.Disks(value);
                    }
                }
            }
            catch (QmpException)
            {
                // The one exception a caller expects.
            }
        }
    }

    private static QmpConnection Over(string sent) => new(new Recorded(Encoding.UTF8.GetBytes(sent)), 0);

    private sealed class Recorded(byte[] sent) : MemoryStream(sent, writable: false)
    {
        public override bool CanWrite => true;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;
    }
}
