using System.Globalization;

namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>One device of /proc/diskstats.</summary>
/// <param name="Reads">Read operations completed.</param>
/// <param name="ReadBytes">Bytes that were read.</param>
/// <param name="ReadSeconds">Sum of operation times.</param>
/// <param name="Writes">Write operations completed.</param>
/// <param name="WriteBytes">Bytes that were written.</param>
/// <param name="WriteSeconds">Sum of operation times.</param>
/// <param name="QueueSeconds">Time integral of operations in flight.</param>
internal readonly record struct DiskStatistics(
    ulong Reads, double ReadBytes, double ReadSeconds, ulong Writes, double WriteBytes, double WriteSeconds, double QueueSeconds)
{
    private const double SectorBytes = 512;

    /// <summary>Reads the file; lines of unknown shape are left out.</summary>
    public static IReadOnlyDictionary<string, DiskStatistics> Parse(string text)
    {
        var found = new Dictionary<string, DiskStatistics>(StringComparer.Ordinal);
        Span<Range> parts = stackalloc Range[24];
        Span<ulong> numbers = stackalloc ulong[11];
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.Split(parts, ' ', StringSplitOptions.RemoveEmptyEntries) < 14)
            {
                continue;
            }

            bool good = true;
            for (int i = 0; i < numbers.Length; i++)
            {
                good &= ulong.TryParse(line[parts[3 + i]], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]);
            }

            if (good)
            {
                found[line[parts[2]].ToString()] = new DiskStatistics(
                    numbers[0], numbers[2] * SectorBytes, numbers[3] / 1e3,
                    numbers[4], numbers[6] * SectorBytes, numbers[7] / 1e3, numbers[10] / 1e3);
            }
        }

        return found;
    }
}
