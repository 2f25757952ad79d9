using HvIntegration.GuestAgent.Linux.Parsing;

namespace HvIntegration.GuestAgent.Linux.Cpu;

/// <summary>One read of <c>/proc/loadavg</c>: <c>0.52 0.58 0.59 1/405 12345</c>.</summary>
/// <param name="OneMinute">Hundredths.</param>
/// <param name="FiveMinutes">Hundredths.</param>
/// <param name="FifteenMinutes">Hundredths.</param>
/// <param name="LastPid">Process number given out last; 0 when the text was cut.</param>
internal readonly record struct LoadAverage(long OneMinute, long FiveMinutes, long FifteenMinutes, long LastPid)
{
    /// <summary>Reads a text; false when the three averages are not there.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out LoadAverage load)
    {
        load = default;
        var cursor = new ByteCursor(text);
        if (!TryReadHundredths(ref cursor, out var one) || !TryReadHundredths(ref cursor, out var five) || !TryReadHundredths(ref cursor, out var fifteen))
        {
            return false;
        }

        cursor.SkipFields(1);
        cursor.TryReadNumber(out var lastPid);
        load = new LoadAverage(one, five, fifteen, lastPid);
        return true;
    }

    private static bool TryReadHundredths(ref ByteCursor cursor, out long hundredths)
    {
        hundredths = 0;
        if (!cursor.TryReadField(out var field))
        {
            return false;
        }

        var point = field.IndexOf((byte)'.');
        if (point < 0 || field.Length != point + 3
            || !ByteCursor.TryParseNumber(field[..point], out var whole) || !ByteCursor.TryParseNumber(field[(point + 1)..], out var part))
        {
            return false;
        }

        hundredths = whole > (long.MaxValue - 99) / 100 ? long.MaxValue : (whole * 100) + part;
        return true;
    }
}
