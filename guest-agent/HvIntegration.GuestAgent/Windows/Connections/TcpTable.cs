using System.Buffers.Binary;

namespace HvIntegration.GuestAgent.Windows.Connections;

/// <summary>Counts the rows of MIB_TCPTABLE_OWNER_PID and MIB_TCP6TABLE_OWNER_PID by state (tcpmib.h).</summary>
internal static class TcpTable
{
    /// <summary>Bytes of MIB_TCPROW_OWNER_PID; the state comes first.</summary>
    public const int RowBytes = 24;

    /// <summary>Bytes of a row for IPv6, MIB_TCP6ROW_OWNER_PID.</summary>
    public const int Row6Bytes = 56;

    /// <summary>Offset of the state in MIB_TCP6ROW_OWNER_PID.</summary>
    public const int State6Offset = 48;

    private const int FirstRow = 4;

    /// <summary>Names by number of MIB_TCP_STATE, the names of the Linux collector.</summary>
    public static readonly string[] Names =
    [
        "", "closed", "listen", "syn_sent", "syn_received", "established", "fin_wait_1", "fin_wait_2", "close_wait", "closing",
        "last_ack", "time_wait", "closed",
    ];

    /// <summary>Adds the rows of a table to <paramref name="counts"/>, one number per state. Any bytes are safe.</summary>
    /// <param name="table">Whole answer.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <param name="stateOffset">Offset of the state in a row.</param>
    /// <param name="counts">As long as <see cref="Names"/>.</param>
    public static void Count(ReadOnlySpan<byte> table, int rowBytes, int stateOffset, Span<long> counts)
    {
        if (table.Length < FirstRow)
        {
            return;
        }

        uint rows = Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(table), (uint)((table.Length - FirstRow) / rowBytes));
        for (var row = 0; row < rows; row++)
        {
            uint state = BinaryPrimitives.ReadUInt32LittleEndian(table[(FirstRow + (row * rowBytes) + stateOffset)..]);
            if (state > 0 && state < Names.Length)
            {
                // DELETE_TCB (12) is closed to everyone but the stack.
                counts[state == 12 ? 1 : (int)state]++;
            }
        }
    }
}
