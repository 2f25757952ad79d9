using System.Globalization;

namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>Reads the files of pressure stall information, /proc/pressure/{cpu,memory,io}.</summary>
internal static class PressureFile
{
    /// <summary>Totals by kind of stall ("some", "full") in seconds since boot.</summary>
    public static IReadOnlyList<(string Stall, double Seconds)> Parse(string text)
    {
        var found = new List<(string, double)>(2);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            int blank = line.IndexOf(' ');
            int total = line.IndexOf("total=", StringComparison.Ordinal);
            if (blank > 0 && total > 0
                && ulong.TryParse(line[(total + 6)..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong micro))
            {
                found.Add((line[..blank].ToString(), micro / 1e6));
            }
        }

        return found;
    }
}
