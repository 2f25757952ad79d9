using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using static HvIntegration.HostileTests.Attacks.Http2Bytes;

namespace HvIntegration.HostileTests.Attacks;

/// <summary>Connections without sense, and floods of HTTP/2 frames.</summary>
internal static class ConnectionFloods
{
    /// <summary>Counts half-sent requests that the broker ended before the attack did.</summary>
    public const string HalfSentEnded = "of them ended by the broker";

    private const int FramesAtOnce = 64;
    private const int HalfOpenMax = 64;

    private static readonly (string Name, Func<int, byte[]> Frames)[] Floods =
    [
        ("rapid resets", stream => [.. Frame(HeadersType, EndHeaders, stream, Call), .. Frame(Reset, 0, stream, [0, 0, 0, 8])]),
        ("opens", stream => Frame(HeadersType, EndHeaders, stream, Call)),
        ("PING", _ => Frame(Ping, 0, 0, new byte[8])),
        ("SETTINGS", _ => Frame(Settings, 0, 0, [])),
        ("empty DATA", stream => stream == 1 ? Frame(HeadersType, EndHeaders, 1, Call) : Frame(Data, 0, 1, [])),
        ("PRIORITY", stream => Frame(Priority, 0, stream, [0, 0, 0, 0, 1])),
        ("WINDOW_UPDATE", _ => Frame(WindowUpdate, 0, 0, [0, 0, 0, 1])),
        ("empty CONTINUATION", stream => stream == 1 ? Frame(HeadersType, 0, 1, Call) : Frame(Continuation, 0, 1, [])),
        ("large CONTINUATION", stream => stream == 1 ? Frame(HeadersType, 0, 1, Call) : Frame(Continuation, 0, 1, Literal("x", new string('y', 8_000)))),
        ("HPACK bombs", stream => Frame(HeadersType, EndHeaders, stream, [.. Call, .. Indexed("bomb", new string('y', 4_000)), .. Enumerable.Repeat((byte)0xbe, 8_000)])),
        ("1,000 headers", stream => Frame(HeadersType, EndHeaders, stream, [.. Call, .. Enumerable.Range(0, 1_000).SelectMany(i => Literal(string.Create(CultureInfo.InvariantCulture, $"h{i}"), "1"))])),
    ];

    /// <summary>Each flood of frames for its share of the time, two at a time.</summary>
    public static Task FramesAsync(Attacker attacker) => Attacker.TogetherAsync(
        Enumerable.Range(0, 2).Select<int, Action>(lane => () => Lane(attacker, () => RawConnection.Unix(attacker.Socket), Floods.Where((_, i) => i % 2 == lane).ToList())));

    /// <summary>The same at the API, which speaks HTTP/1.1 only, and requests there whose bodies never end.</summary>
    public static Task ApiAsync(Attacker attacker) => Attacker.TogetherAsync(
        () => Lane(attacker, () => RawConnection.Loopback(attacker.ApiPort), Floods),
        () => SlowBodies(attacker));

    /// <summary>Connections that come and go, break off, say nothing, say nonsense, or never read.</summary>
    public static Task ConnectionsAsync(Attacker attacker) => Attacker.TogetherAsync(
        () => Storm(attacker, "connects", _ => []),
        () => Storm(attacker, "truncated", random => Preface.AsSpan(0, random.Next(Preface.Length)).ToArray()),
        () => Storm(attacker, "garbage", random => Garbage(random)),
        () => HoldOpen(attacker));

    /// <summary>Bytes of a call that carries this message.</summary>
    public static byte[] Message(ReadOnlySpan<byte> message)
    {
        byte[] framed = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), message.Length);
        message.CopyTo(framed.AsSpan(5));
        return framed;
    }

    private static void Lane(Attacker attacker, Func<RawConnection?> dial, IReadOnlyList<(string Name, Func<int, byte[]> Frames)> floods)
    {
        long slice = (long)(attacker.Duration.TotalSeconds / floods.Count * TimeProvider.System.TimestampFrequency);
        foreach (var (name, frames) in floods)
        {
            long end = TimeProvider.System.GetTimestamp() + slice;
            while (TimeProvider.System.GetTimestamp() < end && !attacker.Stop.IsCancellationRequested)
            {
                using var connection = dial();
                attacker.Count(connection is null ? "dials refused" : "connections");
                if (connection is null || !connection.TrySend(Preface))
                {
                    Pause(attacker);
                    continue;
                }

                for (int stream = 1; TimeProvider.System.GetTimestamp() < end && !attacker.Stop.IsCancellationRequested; stream += 2 * FramesAtOnce)
                {
                    byte[] bytes = [.. Enumerable.Range(0, FramesAtOnce).SelectMany(i => frames(stream + (2 * i)))];
                    if (!connection.Drain() || !connection.TrySend(bytes))
                    {
                        attacker.Count("connections that the broker ended");
                        break;
                    }

                    attacker.Count(name, FramesAtOnce);
                }
            }
        }
    }

    private static void Storm(Attacker attacker, string kind, Func<Random, byte[]> bytes)
    {
        var random = attacker.Random(kind.Length);
        while (!attacker.Stop.IsCancellationRequested)
        {
            using var connection = RawConnection.Unix(attacker.Socket);
            connection?.TrySend(bytes(random));
            attacker.Count(connection is null ? "dials refused" : kind);
        }
    }

    private static void HoldOpen(Attacker attacker)
    {
        // A call of which the Hello never comes, and one that says Hello and never reads what it is answered.
        byte[] call = [.. Preface, .. Frame(HeadersType, EndHeaders, 1, Call)];
        var open = new Queue<RawConnection>();
        while (!attacker.Stop.IsCancellationRequested)
        {
            if (RawConnection.Unix(attacker.Socket) is { } connection)
            {
                connection.TrySend(attacker.Counts.GetValueOrDefault("half-open") % 2 == 0 ? call : Preface);
                open.Enqueue(connection);
                attacker.Count("half-open");
            }

            if (open.Count > HalfOpenMax)
            {
                open.Dequeue().Dispose();
            }

            Pause(attacker);
        }

        foreach (var connection in open)
        {
            connection.Dispose();
        }
    }

    private static void SlowBodies(Attacker attacker)
    {
        const int ConnectionsMax = 5_000;
        byte[] half = Encoding.ASCII.GetBytes(
            "POST /api/v1/episodes/1/acknowledgement HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{");
        var open = new List<RawConnection>();
        while (open.Count < ConnectionsMax && !attacker.Stop.IsCancellationRequested && RawConnection.Loopback(attacker.ApiPort) is { } connection)
        {
            connection.TrySend(half);
            open.Add(connection);
        }

        attacker.Count("half-sent requests", open.Count);
        attacker.Stop.WaitHandle.WaitOne();
        attacker.Count(HalfSentEnded, open.Count(c => !c.Drain()));
        foreach (var connection in open)
        {
            connection.Dispose();
        }
    }

    private static byte[] Garbage(Random random)
    {
        byte[] bytes = new byte[random.Next(1, 2_000)];
        random.NextBytes(bytes);
        return random.Next(2) == 0 ? bytes : [.. Preface, .. bytes];
    }

    private static void Pause(Attacker attacker) => attacker.Stop.WaitHandle.WaitOne(20);
}
