using System.Buffers.Binary;

namespace HvIntegration.GuestAgent.Windows.Tcp;

/// <summary>What TCP counted since boot, one address family.</summary>
/// <param name="Received">Segments received.</param>
/// <param name="Sent">Segments sent, those sent again aside.</param>
/// <param name="SentAgain">Segments sent again.</param>
internal readonly record struct TcpStatistics(ulong Received, ulong Sent, uint SentAgain)
{
    /// <summary>Reads MIB_TCPSTATS2 (72 bytes; the two segment counters have 64 bits).</summary>
    public static TcpStatistics Parse2(ReadOnlySpan<byte> answer) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(answer[40..]),
        BinaryPrimitives.ReadUInt64LittleEndian(answer[48..]),
        BinaryPrimitives.ReadUInt32LittleEndian(answer[56..]));

    /// <summary>Reads MIB_TCPSTATS (60 bytes, counters of 32 bits).</summary>
    public static TcpStatistics Parse1(ReadOnlySpan<byte> answer) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(answer[36..]),
        BinaryPrimitives.ReadUInt32LittleEndian(answer[40..]),
        BinaryPrimitives.ReadUInt32LittleEndian(answer[44..]));
}
