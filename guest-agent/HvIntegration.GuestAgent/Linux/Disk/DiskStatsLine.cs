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

    /// <summary>Operations of all kinds since the device appeared.</summary>
    public readonly long Operations => unchecked(Read.Operations + Write.Operations + Discard.Operations + Flush.Operations);

    /// <summary>Each counter plus that of another device; differences of sums stay right where single counters wrap.</summary>
    public readonly DiskStatsLine Plus(in DiskStatsLine other) => new()
    {
        Read = Read.Plus(other.Read, 1),
        Write = Write.Plus(other.Write, 1),
        InFlight = unchecked(InFlight + other.InFlight),
        BusyMs = unchecked(BusyMs + other.BusyMs),
        QueueMs = unchecked(QueueMs + other.QueueMs),
        Discard = Discard.Plus(other.Discard, 1),
        Flush = Flush.Plus(other.Flush, 1),
    };

    /// <summary>Each counter less an earlier one; the number in flight, which is no counter, as 0.</summary>
    public readonly DiskStatsLine Since(in DiskStatsLine earlier) => new()
    {
        Read = Read.Plus(earlier.Read, -1),
        Write = Write.Plus(earlier.Write, -1),
        BusyMs = unchecked(BusyMs - earlier.BusyMs),
        QueueMs = unchecked(QueueMs - earlier.QueueMs),
        Discard = Discard.Plus(earlier.Discard, -1),
        Flush = Flush.Plus(earlier.Flush, -1),
    };

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

    /// <summary>Each counter plus or minus that of another.</summary>
    public readonly DiskStatsDirection Plus(in DiskStatsDirection other, int sign) => new()
    {
        Operations = unchecked(Operations + (sign * other.Operations)),
        Merged = unchecked(Merged + (sign * other.Merged)),
        Sectors = unchecked(Sectors + (sign * other.Sectors)),
        TimeMs = unchecked(TimeMs + (sign * other.TimeMs)),
    };
}
