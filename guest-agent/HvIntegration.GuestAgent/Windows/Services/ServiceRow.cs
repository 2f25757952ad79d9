using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Windows.Services;

/// <summary>One row of ENUM_SERVICE_STATUS_PROCESSW (winsvc.h): 56 bytes; name pointer at 0, state at 20. Pure.</summary>
internal static class ServiceRow
{
    /// <summary>Bytes of a row on 64-bit Windows.</summary>
    public const int Bytes = 56;

    /// <summary>Offset of the state: SERVICE_STATUS_PROCESS begins at 16.</summary>
    public const int StateOffset = 20;

    /// <summary>State of a service that runs, SERVICE_RUNNING.</summary>
    public const uint Running = 4;

    private const int NameUnitsMax = 256;

    /// <summary>Reads a row; false when it is not there or its name lies outside the buffer.</summary>
    /// <param name="buffer">Whole buffer, names included.</param>
    /// <param name="address">Where it lay when the system filled it.</param>
    /// <param name="index">Row.</param>
    /// <param name="name">Key name of the service.</param>
    /// <param name="state">SERVICE_… state.</param>
    public static bool TryParse(ReadOnlySpan<byte> buffer, ulong address, int index, out ReadOnlySpan<char> name, out uint state)
    {
        name = default;
        state = 0;
        if (index < 0 || buffer.Length / Bytes <= index)
        {
            return false;
        }

        ReadOnlySpan<byte> row = buffer.Slice(index * Bytes, Bytes);
        state = BinaryPrimitives.ReadUInt32LittleEndian(row[StateOffset..]);
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(row) - address;
        if (offset >= (ulong)buffer.Length)
        {
            return false;
        }

        ReadOnlySpan<char> text = MemoryMarshal.Cast<byte, char>(buffer[(int)offset..]);
        int end = text[..Math.Min(text.Length, NameUnitsMax + 1)].IndexOf('\0');
        if (end < 0)
        {
            return false;
        }

        name = text[..end];
        return true;
    }
}
