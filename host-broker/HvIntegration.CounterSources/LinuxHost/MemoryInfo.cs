using System.Globalization;

namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>/proc/meminfo, the two values in use.</summary>
/// <param name="TotalBytes">MemTotal; NaN when absent.</param>
/// <param name="AvailableBytes">MemAvailable; NaN on kernels before 3.14.</param>
internal readonly record struct MemoryInfo(double TotalBytes, double AvailableBytes)
{
    /// <summary>Reads the text of /proc/meminfo.</summary>
    public static MemoryInfo Parse(string text) => new(Value(text, "MemTotal:"), Value(text, "MemAvailable:"));

    private static double Value(string text, string key)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(key, StringComparison.Ordinal))
            {
                var rest = line[key.Length..].Trim();
                int blank = rest.IndexOf(' ');
                return ulong.TryParse(blank < 0 ? rest : rest[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out ulong kib)
                    ? kib * 1024.0
                    : double.NaN;
            }
        }

        return double.NaN;
    }
}
