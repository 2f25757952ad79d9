using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.TestKit.Wire;

namespace HvIntegration.HostileTests.History;

/// <summary>Reads the raw history of a broker that does not run, as docs/history.md shows it to any user.</summary>
internal static class HistoryFiles
{
    private const int NamedMax = 5;

    /// <summary>Every boot that history has, with its sequences.</summary>
    public static IReadOnlyList<BootSequences> Boots(string folder)
    {
        var found = new Dictionary<Guid, Dictionary<ulong, int>>();
        foreach (string file in RawFiles(folder))
        {
            Read(file, "SELECT b.boot, t.sequence FROM batch t JOIN boot b ON b.id = t.boot", r =>
            {
                var boot = found.TryGetValue(r.GetGuid(0), out var known) ? known : found[r.GetGuid(0)] = [];
                ulong sequence = r.GetFieldValue<ulong>(1);
                boot[sequence] = boot.GetValueOrDefault(sequence) + 1;
            });
        }

        return [.. found.Select(b => new BootSequences(b.Key, b.Value))];
    }

    /// <summary>Names of series in all raw files.</summary>
    public static long SeriesNames(string folder)
    {
        long names = 0;
        foreach (string file in RawFiles(folder))
        {
            Read(file, "SELECT count(*) FROM series", r => names += r.GetInt64(0));
        }

        return names;
    }

    /// <summary>Compares history with what a steady agent sent.</summary>
    /// <returns>Each fault in a sentence; empty when each acknowledged batch is there once with the values that were sent.</returns>
    /// <param name="folder">History.</param>
    /// <param name="agent">Who sent.</param>
    /// <param name="acknowledgedAfterNs">What was acknowledged before this moment may be missing: somebody deleted it.</param>
    public static IReadOnlyList<string> Faults(string folder, SteadyAgent agent, long acknowledgedAfterNs = 0)
    {
        var sent = agent.Batches.ToDictionary(b => b.Sequence);
        var seen = new Dictionary<ulong, int>();
        var wrong = new List<string>();
        foreach (string file in RawFiles(folder))
        {
            var members = Members(file);
            Read(file, $"""
                SELECT t.sequence, t.start_ns, g.set_id, g.vals FROM batch t JOIN boot b ON b.id = t.boot
                LEFT JOIN guest g ON g.boot = t.boot AND g.start_ns = t.start_ns WHERE b.boot = '{agent.Plan.BootId}'
                """,
                r =>
                {
                    ulong sequence = r.GetFieldValue<ulong>(0);
                    seen[sequence] = seen.GetValueOrDefault(sequence) + 1;
                    if (!sent.TryGetValue(sequence, out var batch))
                    {
                        wrong.Add($"{sequence} was never sent");
                    }
                    else if (r.GetInt64(1) != batch.MadeNs)
                    {
                        wrong.Add($"{sequence} has another time than was sent");
                    }
                    else if (r.IsDBNull(2))
                    {
                        wrong.Add($"{sequence} has no values");
                    }
                    else if (!Same(agent.Plan.Values(batch), members[r.GetInt32(2)], r.GetFieldValue<List<double>>(3)))
                    {
                        wrong.Add($"{sequence} has other values than were sent");
                    }
                });
        }

        var faults = new List<string>();
        Add(faults, "acknowledged and not in history", sent.Values.Where(b => b.AcknowledgedNs > acknowledgedAfterNs && !seen.ContainsKey(b.Sequence)).Select(Text));
        Add(faults, "in history more than once", seen.Where(s => s.Value > 1).Select(s => Text(s.Key)));
        Add(faults, "wrong", wrong);
        return faults;
    }

    private static string Text(SteadyBatch batch) => Text(batch.Sequence);

    private static string Text(ulong sequence) => sequence.ToString(CultureInfo.InvariantCulture);

    private static void Add(List<string> faults, string what, IEnumerable<string> which)
    {
        var all = which.ToList();
        if (all.Count > 0)
        {
            faults.Add($"{all.Count} {what}: {string.Join(", ", all.Take(NamedMax))}");
        }
    }

    private static bool Same(IReadOnlyDictionary<(uint Metric, string Instance), double> expected, IReadOnlyList<(uint Metric, string Instance)> members, IReadOnlyList<double> values) =>
        members.Count == values.Count && members.Count == expected.Count
        && members.Select((member, i) => expected.TryGetValue(member, out double value) && value.Equals(values[i])).All(same => same);

    private static Dictionary<int, List<(uint Metric, string Instance)>> Members(string file)
    {
        var sets = new Dictionary<int, SortedList<int, (uint, string)>>();
        Read(file, "SELECT m.set_id, m.position, s.metric, s.instance FROM set_member m JOIN series s ON s.id = m.series", r =>
        {
            int set = r.GetInt32(0);
            (sets.TryGetValue(set, out var members) ? members : sets[set] = []).Add(r.GetInt32(1), (r.GetFieldValue<ushort>(2), r.GetString(3)));
        });
        return sets.ToDictionary(s => s.Key, s => s.Value.Values.ToList());
    }

    private static IEnumerable<string> RawFiles(string folder) => Directory.GetFiles(folder, "1s-*.duckdb").Order(StringComparer.Ordinal);

    private static void Read(string file, string query, Action<DuckDBDataReader> row)
    {
        using var connection = new DuckDBConnection($"Data Source={file};ACCESS_MODE=READ_ONLY");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            row(reader);
        }
    }
}
