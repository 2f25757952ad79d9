using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary><c>iphlpapi.dll</c>: interfaces, TCP statistics, TCP connections.</summary>
internal static unsafe partial class IpHlpApi
{
    /// <summary>The address family IPv4: AF_INET of Windows.</summary>
    public const uint Ipv4 = 2;

    /// <summary>AF_INET6 of Windows (not Linux's 10).</summary>
    public const uint Ipv6 = 23;

    /// <summary>Bytes of the newer structure of counters, MIB_TCPSTATS2.</summary>
    public const int Statistics2Bytes = 72;

    /// <summary>Bytes of the older structure of counters, MIB_TCPSTATS.</summary>
    public const int StatisticsBytes = 60;

    /// <summary>Asks for all connections with their process, TCP_TABLE_OWNER_PID_ALL.</summary>
    public const int TableOwnerPidAll = 5;

    private const int ErrorInsufficientBuffer = 122;

    /// <summary>Copies the interface table (MIB_IF_TABLE2) into a buffer; the system's own memory is freed here.</summary>
    /// <returns>0 or the error number.</returns>
    public static int ReadInterfaces(NativeBuffer buffer, out int length)
    {
        length = 0;
        byte* table = null;
        uint error = GetIfTable2(&table);
        if (error != 0)
        {
            return (int)error;
        }

        try
        {
            long bytes = InterfaceRow.FirstRow + ((long)*(uint*)table * InterfaceRow.Bytes);
            if (!buffer.TryGrow(bytes))
            {
                return ErrorInsufficientBuffer;
            }

            Buffer.MemoryCopy(table, buffer.Pointer, buffer.Length, bytes);
            length = (int)bytes;
            return 0;
        }
        finally
        {
            FreeMibTable(table);
        }
    }

    /// <summary>Asks for MIB_TCPSTATS2 (64-bit counters; Windows 10 1709, Server 2019).</summary>
    /// <exception cref="EntryPointNotFoundException">An older Windows.</exception>
    public static int ReadStatistics2(uint family, Span<byte> answer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(answer.Length, Statistics2Bytes);
        fixed (byte* pointer = answer)
        {
            return (int)GetTcpStatisticsEx2(pointer, family);
        }
    }

    /// <summary>Asks for MIB_TCPSTATS (32-bit counters; every Windows).</summary>
    public static int ReadStatistics(uint family, Span<byte> answer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(answer.Length, StatisticsBytes);
        fixed (byte* pointer = answer)
        {
            return (int)GetTcpStatisticsEx(pointer, family);
        }
    }

    /// <summary>All TCP sockets of a family with their states.</summary>
    /// <returns>0 or the error number; 122 when there are more than the buffer may hold.</returns>
    public static int ReadConnections(uint family, NativeBuffer buffer, out int length)
    {
        length = 0;
        for (var attempt = 0; attempt < 4; attempt++)
        {
            uint size = (uint)buffer.Length;
            uint error = GetExtendedTcpTable(buffer.Pointer, &size, 0, family, TableOwnerPidAll, 0);
            if (error == 0)
            {
                length = (int)Math.Min(size, (uint)buffer.Length);
                return 0;
            }

            if (error != ErrorInsufficientBuffer || !buffer.TryGrow(size))
            {
                return (int)error;
            }
        }

        return ErrorInsufficientBuffer;
    }

    // The table is the system's until FreeMibTable.
    [LibraryImport("iphlpapi.dll")]
    private static partial uint GetIfTable2(byte** table);

    [LibraryImport("iphlpapi.dll")]
    private static partial void FreeMibTable(void* table);

    [LibraryImport("iphlpapi.dll")]
    private static partial uint GetTcpStatisticsEx2(byte* statistics, uint family);

    [LibraryImport("iphlpapi.dll")]
    private static partial uint GetTcpStatisticsEx(byte* statistics, uint family);

    [LibraryImport("iphlpapi.dll")]
    private static partial uint GetExtendedTcpTable(void* table, uint* size, int sorted, uint family, int tableClass, uint reserved);
}
