using HvIntegration.GuestAgent.Linux.Parsing;

namespace HvIntegration.GuestAgent.Linux.Processes;

/// <summary>What <c>/proc/PID/io</c> says about the storage layer.</summary>
/// <param name="ReadBytes">Bytes fetched from block devices.</param>
/// <param name="WriteBytes">Bytes dirtied for block devices; truncated before write-back are not taken off.</param>
internal readonly record struct ProcessIo(long ReadBytes, long WriteBytes)
{
    /// <summary>Reads a text. False unless both lines are there. Any bytes are safe.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ProcessIo io)
    {
        long read = -1;
        long write = -1;
        var lines = new ByteCursor(text);
        while (lines.TryReadLine(out var line))
        {
            if (line.StartsWith("read_bytes:"u8))
            {
                read = new ByteCursor(line[11..]).TryReadNumber(out var value) ? value : -1;
            }
            else if (line.StartsWith("write_bytes:"u8))
            {
                write = new ByteCursor(line[12..]).TryReadNumber(out var value) ? value : -1;
            }
        }

        io = new ProcessIo(Math.Max(read, 0), Math.Max(write, 0));
        return read >= 0 && write >= 0;
    }
}
