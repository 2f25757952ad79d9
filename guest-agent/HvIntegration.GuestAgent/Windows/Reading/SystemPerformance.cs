using System.Buffers.Binary;

namespace HvIntegration.GuestAgent.Windows.Reading;

/// <summary>SYSTEM_PERFORMANCE_INFORMATION: 312 bytes (more since Windows 8.1); counters of 32 bits since boot.</summary>
/// <param name="PageFaults">All faults, soft and hard.</param>
/// <param name="PagesRead">Pages read from disk to resolve faults, files included.</param>
/// <param name="PageReads">Read operations that did it.</param>
/// <param name="PageFilePagesWritten">Modified pages written to page files.</param>
/// <param name="MappedPagesWritten">Modified pages written to files.</param>
/// <param name="ContextSwitches">Of all processors.</param>
/// <param name="SystemCalls">Of all processors.</param>
internal readonly record struct SystemPerformance(
    uint PageFaults, uint PagesRead, uint PageReads, uint PageFilePagesWritten, uint MappedPagesWritten, uint ContextSwitches, uint SystemCalls)
{
    /// <summary>Least bytes of an answer.</summary>
    public const int Bytes = 312;

    /// <summary>Reads the structure; false when it is too short.</summary>
    public static bool TryParse(ReadOnlySpan<byte> answer, out SystemPerformance values)
    {
        if (answer.Length < Bytes)
        {
            values = default;
            return false;
        }

        values = new SystemPerformance(
            BinaryPrimitives.ReadUInt32LittleEndian(answer[60..]),
            BinaryPrimitives.ReadUInt32LittleEndian(answer[80..]),
            BinaryPrimitives.ReadUInt32LittleEndian(answer[84..]),
            BinaryPrimitives.ReadUInt32LittleEndian(answer[96..]),
            BinaryPrimitives.ReadUInt32LittleEndian(answer[104..]),
            BinaryPrimitives.ReadUInt32LittleEndian(answer[296..]),
            BinaryPrimitives.ReadUInt32LittleEndian(answer[308..]));
        return true;
    }
}
