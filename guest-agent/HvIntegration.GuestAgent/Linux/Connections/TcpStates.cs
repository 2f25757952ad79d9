using System.Buffers.Text;
using HvIntegration.GuestAgent.Linux.Parsing;

namespace HvIntegration.GuestAgent.Linux.Connections;

/// <summary>Counts the sockets of <c>/proc/net/tcp</c> and <c>tcp6</c> by state (include/net/tcp_states.h).</summary>
internal static class TcpStates
{
    /// <summary>Names by number; empty where a number is not used.</summary>
    public static readonly string[] Names =
    [
        "", "established", "syn_sent", "syn_received", "fin_wait_1", "fin_wait_2", "time_wait", "closed", "close_wait", "last_ack",
        "listen", "closing", "syn_received",
    ];

    /// <summary>Adds the sockets of one text to <paramref name="counts"/>, one number per state. Any bytes are safe.</summary>
    public static void Count(ReadOnlySpan<byte> text, Span<long> counts)
    {
        var lines = new ByteCursor(text);
        while (lines.TryReadLine(out var line))
        {
            var cursor = new ByteCursor(line);
            cursor.SkipFields(3);
            if (cursor.TryReadField(out var field) && field.Length == 2 && Utf8Parser.TryParse(field, out byte state, out var used, 'x')
                && used == 2 && state > 0 && state < Names.Length)
            {
                // NEW_SYN_RECV (12) is a request that is not a full socket yet: to an administrator the same as SYN_RECV (3).
                counts[state == 12 ? 3 : state]++;
            }
        }
    }

    /// <summary>Sockets in use and in time-wait from <c>/proc/net/sockstat</c> or <c>sockstat6</c>.</summary>
    public static SocketTotals Totals(ReadOnlySpan<byte> text)
    {
        long inUse = 0;
        long timeWait = 0;
        var lines = new ByteCursor(text);
        while (lines.TryReadLine(out var line))
        {
            if (!line.StartsWith("TCP: "u8) && !line.StartsWith("TCP6: "u8))
            {
                continue;
            }

            var cursor = new ByteCursor(line);
            cursor.SkipFields(1);
            while (cursor.TryReadField(out var key) && cursor.TryReadNumber(out var value))
            {
                inUse += key.SequenceEqual("inuse"u8) ? Math.Min(value, int.MaxValue) : 0;
                timeWait += key.SequenceEqual("tw"u8) ? Math.Min(value, int.MaxValue) : 0;
            }
        }

        return new SocketTotals(inUse, timeWait);
    }
}

/// <summary>Totals that the kernel keeps itself.</summary>
/// <param name="InUse">Sockets with a port, listening ones included, time-wait excluded.</param>
/// <param name="TimeWait">Closed connections that wait.</param>
internal readonly record struct SocketTotals(long InUse, long TimeWait);
