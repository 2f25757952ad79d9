using System.Globalization;

namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>Busy time of each logical processor from /proc/stat.</summary>
internal static class ProcessorTimes
{
    /// <summary>Reads the <c>cpuN</c> lines.</summary>
    /// <returns>Logical processor number and seconds that were neither idle nor waiting for I/O.</returns>
    /// <remarks>
    /// user + nice + system + irq + softirq + steal. Guest time is part of user already. Steal counts as busy: where the host is
    /// itself a VM that time was not to be had for its guests.
    /// </remarks>
    public static IReadOnlyList<(int Number, double BusySeconds)> Parse(string text)
    {
        var found = new List<(int, double)>();
        Span<Range> parts = stackalloc Range[12];
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (!line.StartsWith("cpu", StringComparison.Ordinal) || line.Length < 4 || !char.IsAsciiDigit(line[3]))
            {
                continue;
            }

            int count = line.Split(parts, ' ', StringSplitOptions.RemoveEmptyEntries);
            if (count < 8 || !int.TryParse(line[parts[0]][3..], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                continue;
            }

            ulong busy = 0;
            for (int i = 1; i < Math.Min(count, 9); i++)
            {
                if (i is 4 or 5 || !ulong.TryParse(line[parts[i]], NumberStyles.None, CultureInfo.InvariantCulture, out ulong ticks))
                {
                    continue;
                }

                busy += ticks;
            }

            found.Add((number, busy / TaskStat.TicksPerSecond));
        }

        return found;
    }
}
