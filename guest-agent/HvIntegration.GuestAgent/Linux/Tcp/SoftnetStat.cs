using System.Buffers.Text;
using HvIntegration.GuestAgent.Linux.Parsing;

namespace HvIntegration.GuestAgent.Linux.Tcp;

/// <summary>Sums of <c>/proc/net/softnet_stat</c> over processors: one line each, hexadecimal columns.</summary>
/// <param name="Dropped">Packets dropped because the backlog queue was full (second column).</param>
/// <param name="Squeezed">Times the receive soft interrupt ran out of budget with work left (third column).</param>
/// <remarks>The kernel's counters have 32 bits per processor: their sum can fall when one wraps, which reads as a reset.</remarks>
internal readonly record struct SoftnetStat(long Dropped, long Squeezed)
{
    /// <summary>Reads a text. False when no line has three columns. Any bytes are safe.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out SoftnetStat sums)
    {
        long dropped = 0;
        long squeezed = 0;
        var any = false;
        var lines = new ByteCursor(text);
        while (lines.TryReadLine(out var line))
        {
            var cursor = new ByteCursor(line);
            cursor.SkipFields(1);
            if (TryReadHexadecimal(ref cursor, out var drop) && TryReadHexadecimal(ref cursor, out var squeeze))
            {
                dropped += drop;
                squeezed += squeeze;
                any = true;
            }
        }

        sums = new SoftnetStat(dropped, squeezed);
        return any;
    }

    private static bool TryReadHexadecimal(ref ByteCursor cursor, out uint value)
    {
        value = 0;
        return cursor.TryReadField(out var field) && Utf8Parser.TryParse(field, out value, out var used, 'x') && used == field.Length;
    }
}
