using HvIntegration.GuestAgent.Linux.Parsing;

namespace HvIntegration.GuestAgent.Linux.Pressure;

/// <summary>One read of a file of <c>/proc/pressure</c>.</summary>
/// <param name="SomeMicroseconds">Time at least one task waited, since boot; -1 when the line is absent.</param>
/// <param name="FullMicroseconds">Time all non-idle tasks waited; -1 when absent (cpu before kernel 5.13).</param>
internal readonly record struct PressureFile(long SomeMicroseconds, long FullMicroseconds)
{
    /// <summary>Reads a text such as <c>some avg10=0.00 avg60=0.00 avg300=0.00 total=123</c>. Any bytes are safe.</summary>
    public static PressureFile Parse(ReadOnlySpan<byte> text)
    {
        long some = -1;
        long full = -1;
        var lines = new ByteCursor(text);
        while (lines.TryReadLine(out var line))
        {
            if (line.StartsWith("some "u8))
            {
                some = Total(line);
            }
            else if (line.StartsWith("full "u8))
            {
                full = Total(line);
            }
        }

        return new PressureFile(some, full);
    }

    private static long Total(ReadOnlySpan<byte> line)
    {
        var start = line.IndexOf(" total="u8);
        return start >= 0 && new ByteCursor(line[(start + 7)..]).TryReadNumber(out var value) ? value : -1;
    }
}
