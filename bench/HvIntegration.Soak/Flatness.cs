using System.Globalization;

namespace HvIntegration.Soak;

/// <summary>Judges whether what is measured over time stays as it is.</summary>
internal static class Flatness
{
    // Tables breathe with what comes and goes; one that forgets nothing grows with time and is past both.
    private const double TableGrowthMax = 0.25;
    private const int TableSlack = 24;
    private const long NoiseBytes = 2 << 20;

    // Tables that keep the newest few of something fill up to their bound before they are flat. Each bound is the code's own,
    // of all VMs or of each VM that was there.
    private static readonly (string Table, int Max, int PerVm)[] Filling =
    [
        ("EpisodeLog._ended", 500, 0), ("Episode.", 500 * 16, 0), ("Verdict.", 500 * 64, 0), ("<>z__ReadOnlyList", 500 * 128, 0), ("RawWriter._processes", 65_536, 0),
        ("BootBook", 0, 8), ("Entry.<Boots>", 0, 3 * 8), ("GapWatch._gaps", 0, 64), ("ProcessBook._entries", 0, 512), ("SeriesBudget", 0, 16_384),
    ];

    /// <summary>Every promise that the measurements break, one sentence each.</summary>
    /// <param name="all">Measurements after the warm-up, rising time.</param>
    /// <param name="growthMax">Most that memory may grow from the first third of the measurements to the last, as a share.</param>
    public static IReadOnlyList<string> Faults(IReadOnlyList<Measurement> all, double growthMax)
    {
        var faults = new List<string>();
        if (all.Count < 6)
        {
            return ["There are fewer than six measurements after the warm-up: run longer, or measure more often."];
        }

        Memory(faults, "Managed memory", all, growthMax, m => m.ManagedBytes);
        Memory(faults, "Memory of the process", all, growthMax, m => m.ResidentBytes);
        foreach (string table in all.SelectMany(m => m.Tables.Keys).Distinct().Order(StringComparer.Ordinal))
        {
            var (first, last) = Thirds(all, m => m.Tables.GetValueOrDefault(table));
            if (last > (first * (1 + TableGrowthMax)) + TableSlack && !Filling.Any(f => table.StartsWith(f.Table, StringComparison.Ordinal) && last <= f.Max + ((long)f.PerVm * all[^1].Vms)))
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{table} grew from {first:0} to {last:0} entries."));
            }
        }

        return faults;
    }

    /// <summary>Median of the first third and of the last.</summary>
    public static (double First, double Last) Thirds(IReadOnlyList<Measurement> all, Func<Measurement, double> value)
    {
        int third = all.Count / 3;
        return (Median(all.Take(third)), Median(all.Skip(all.Count - third)));

        double Median(IEnumerable<Measurement> some)
        {
            var sorted = some.Select(value).Order().ToList();
            return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
        }
    }

    private static void Memory(List<string> faults, string what, IReadOnlyList<Measurement> all, double growthMax, Func<Measurement, double> bytes)
    {
        var (first, last) = Thirds(all, bytes);
        if (last > (first * (1 + growthMax)) + NoiseBytes)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"{what} grew from {first / (1 << 20):0.0} to {last / (1 << 20):0.0} MiB, {(last / first) - 1:P1}."));
        }
    }
}
