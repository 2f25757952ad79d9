using System.Buffers.Binary;
using System.Text;

namespace HvIntegration.HostileTests.Attacks;

/// <summary>HTTP/2 byte by byte, right and wrong.</summary>
internal static class Http2Bytes
{
    public const byte Data = 0;
    public const byte HeadersType = 1;
    public const byte Priority = 2;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte WindowUpdate = 8;
    public const byte Continuation = 9;
    public const byte EndHeaders = 4;

    /// <summary>What a client says first: the preface and empty settings.</summary>
    public static byte[] Preface { get; } = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, [])];

    /// <summary>The call of a well-behaved agent.</summary>
    public static byte[] Call { get; } =
    [
        .. Literal(":method", "POST"), .. Literal(":scheme", "http"), .. Literal(":path", "/hvintegration.v1.Telemetry/Connect"), .. Literal(":authority", "hvi"),
        .. Literal("content-type", "application/grpc"), .. Literal("te", "trailers"),
    ];

    /// <summary>One frame.</summary>
    public static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[9 + payload.Length];
        (frame[0], frame[1], frame[2]) = ((byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    /// <summary>A header field that is not indexed.</summary>
    public static byte[] Literal(string name, string value) => [0, .. Text(name), .. Text(value)];

    /// <summary>A header field that goes into the dynamic table.</summary>
    public static byte[] Indexed(string name, string value) => [0x40, .. Text(name), .. Text(value)];

    private static byte[] Text(string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        const int Prefix = 127;
        if (bytes.Length < Prefix)
        {
            return [(byte)bytes.Length, .. bytes];
        }

        var length = new List<byte> { Prefix };
        for (int left = bytes.Length - Prefix; ; left >>= 7)
        {
            if (left < 128)
            {
                length.Add((byte)left);
                return [.. length, .. bytes];
            }

            length.Add((byte)((left & 127) | 128));
        }
    }
}
