using System.Buffers.Binary;

namespace HvIntegration.GuestAgent.Windows.Paging;

/// <summary>Chain of SYSTEM_PAGEFILE_INFORMATION: next offset, total, in use, peak, each 32 bits (pages), then the name.</summary>
internal static class PageFiles
{
    /// <summary>Bytes of a structure without the text of its name, on 64-bit Windows.</summary>
    public const int Bytes = 32;

    private const int FilesMax = 64;

    /// <summary>Adds up all page files; any bytes are safe.</summary>
    /// <param name="answer">Whole answer.</param>
    /// <returns>Pages in all, and in use.</returns>
    public static (long Total, long InUse) Sum(ReadOnlySpan<byte> answer)
    {
        long total = 0;
        long used = 0;
        var at = 0;
        for (var file = 0; file < FilesMax && answer.Length - at >= 16; file++)
        {
            total += BinaryPrimitives.ReadUInt32LittleEndian(answer[(at + 4)..]);
            used += BinaryPrimitives.ReadUInt32LittleEndian(answer[(at + 8)..]);
            uint next = BinaryPrimitives.ReadUInt32LittleEndian(answer[at..]);
            if (next < 16 || next > answer.Length - at)
            {
                break;
            }

            at += (int)next;
        }

        return (total, used);
    }
}
