using System.Globalization;
using HvIntegration.Protocol.V1;

namespace HvIntegration.EndToEndTests;

/// <summary>What an agent's stream weighs, from a recording of its frames.</summary>
/// <param name="BytesPerSecond">Mean over the seconds after the first minute, the heads of gRPC and HTTP/2 included.</param>
/// <param name="BytesGreatest">The largest of those seconds.</param>
/// <param name="FirstMinuteBytes">The first minute with Hello and Snapshot.</param>
/// <param name="Seconds">Seconds of the mean.</param>
/// <param name="ProcessesGreatest">Most process rows in one of those seconds.</param>
internal sealed record WireWeight(double BytesPerSecond, int BytesGreatest, int FirstMinuteBytes, int Seconds, int ProcessesGreatest)
{
    // Length-prefixed gRPC message (5 bytes) in one HTTP/2 DATA frame (9 bytes).
    private const int HeadBytes = 5 + 9;
    private const int WarmUpSeconds = 60;

    /// <summary>Weighs a file that <c>hvi-agent record</c> wrote at one sample a second.</summary>
    public static WireWeight Of(byte[] recording)
    {
        using var stream = new MemoryStream(recording);
        var batches = new List<(int Bytes, int Processes)>();
        int first = 0;
        while (stream.Position < stream.Length)
        {
            var message = AgentMessage.Parser.ParseDelimitedFrom(stream);
            int bytes = message.CalculateSize() + HeadBytes;
            if (message.BodyCase == AgentMessage.BodyOneofCase.Samples)
            {
                batches.Add((bytes, message.Samples.ProcessRows?.State.Count ?? 0));
            }

            if (batches.Count <= WarmUpSeconds)
            {
                first += bytes;
            }
        }

        var weighed = batches.Skip(WarmUpSeconds).ToList();
        Assert.True(weighed.Count >= 20, $"{batches.Count} batches recorded");
        return new WireWeight(weighed.Average(b => b.Bytes), weighed.Max(b => b.Bytes), first, weighed.Count, weighed.Max(b => b.Processes));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{BytesPerSecond:0} bytes a second over {Seconds} s (greatest {BytesGreatest}), first minute {FirstMinuteBytes} bytes, up to {ProcessesGreatest} processes");
}
