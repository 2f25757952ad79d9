using HvIntegration.GuestAgent.Linux.Parsing;

namespace HvIntegration.GuestAgent.Linux.Network;

/// <summary>One interface of <c>/proc/net/dev</c>.</summary>
internal struct NetDevLine
{
    /// <summary>Bytes, packets, errors, drops received.</summary>
    public NetDevDirection Receive;

    /// <summary>What the interface sent since it appeared.</summary>
    public NetDevDirection Transmit;

    /// <summary>Splits a line; false for the two header lines and for a line that was cut. Any bytes are safe.</summary>
    /// <remarks>Old kernels print no blank between the colon and the first number.</remarks>
    public static bool TryParse(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out NetDevLine values)
    {
        values = default;
        name = default;
        var colon = line.LastIndexOf((byte)':');
        if (colon <= 0)
        {
            return false;
        }

        name = ByteCursor.Trim(line[..colon]);
        var cursor = new ByteCursor(line[(colon + 1)..]);
        if (name.IsEmpty || !TryReadDirection(ref cursor, out values.Receive))
        {
            return false;
        }

        // fifo, frame, compressed, multicast.
        cursor.SkipFields(4);
        return TryReadDirection(ref cursor, out values.Transmit);
    }

    private static bool TryReadDirection(ref ByteCursor cursor, out NetDevDirection direction)
    {
        direction = default;
        return cursor.TryReadNumber(out direction.Bytes)
            & cursor.TryReadNumber(out direction.Packets)
            & cursor.TryReadNumber(out direction.Errors)
            & cursor.TryReadNumber(out direction.Dropped);
    }
}

/// <summary>Counters of one direction.</summary>
internal struct NetDevDirection
{
    /// <summary>Bytes in this direction since the interface appeared.</summary>
    public long Bytes;

    /// <summary>Packets in this direction since the interface appeared.</summary>
    public long Packets;

    /// <summary>Packets with an error in this direction.</summary>
    public long Errors;

    /// <summary>Packets dropped in this direction for want of room.</summary>
    public long Dropped;
}
