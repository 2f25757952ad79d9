using HvIntegration.GuestAgent.Linux.Parsing;

namespace HvIntegration.GuestAgent.Linux.Disk;

/// <summary>One line of <c>/proc/diskstats</c> (kernel documentation, admin-guide/iostats).</summary>
/// <remarks>Sectors are 512 bytes whatever the device says. Times are milliseconds that the kernel cuts to 32 bits.</remarks>
internal struct DiskStatsLine
{
    /// <summary>Operations completed, merged, sectors, milliseconds of reads.</summary>
    public DiskStatsDirection Read;

    /// <summary>The same of writes.</summary>
    public DiskStatsDirection Write;

    /// <summary>Operations that the device has not finished.</summary>
    public long InFlight;

    /// <summary>Milliseconds with operations in flight.</summary>
    public long BusyMs;

    /// <summary>Milliseconds weighted by operations in flight.</summary>
    public long QueueMs;

    /// <summary>The same of discards; kernel 4.18 and newer.</summary>
    public DiskStatsDirection Discard;

    /// <summary>Flushes (no sectors, no merges); kernel 5.5 and newer.</summary>
    public DiskStatsDirection Flush;

    /// <summary>Splits a line. False when it is cut before the eleventh value.</summary>
    /// <param name="line">Without line end. Any bytes are safe.</param>
    /// <param name="name">Device name as in <c>/sys/block</c>.</param>
    /// <param name="values">The counters.</param>
    public static bool TryParse(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out DiskStatsLine values)
    {
        values = default;
        var cursor = new ByteCursor(line);
        cursor.SkipFields(2);
        if (!cursor.TryReadField(out name)
            || !TryReadDirection(ref cursor, out values.Read)
            || !TryReadDirection(ref cursor, out values.Write)
            || !cursor.TryReadNumber(out values.InFlight)
            || !cursor.TryReadNumber(out values.BusyMs)
            || !cursor.TryReadNumber(out values.QueueMs))
        {
            return false;
        }

        if (TryReadDirection(ref cursor, out values.Discard) && cursor.TryReadNumber(out values.Flush.Operations))
        {
            cursor.TryReadNumber(out values.Flush.TimeMs);
        }

        return true;
    }

    private static bool TryReadDirection(ref ByteCursor cursor, out DiskStatsDirection direction)
    {
        direction = default;
        return cursor.TryReadNumber(out direction.Operations)
            & cursor.TryReadNumber(out direction.Merged)
            & cursor.TryReadNumber(out direction.Sectors)
            & cursor.TryReadNumber(out direction.TimeMs);
    }
}

/// <summary>Counters of one kind of operation.</summary>
internal struct DiskStatsDirection
{
    /// <summary>Operations completed since the device appeared.</summary>
    public long Operations;

    /// <summary>Operations merged into a neighbour before the device saw them.</summary>
    public long Merged;

    /// <summary>Sectors moved, 512 bytes each.</summary>
    public long Sectors;

    /// <summary>Time of the operations, milliseconds; wraps at 32 bits.</summary>
    public long TimeMs;
}
