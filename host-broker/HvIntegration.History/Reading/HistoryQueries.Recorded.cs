using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.History.Files;
using HvIntegration.History.Times;
using HvIntegration.Model;

namespace HvIntegration.History.Reading;

/// <content>What the engine said, read back: episodes and whole seconds.</content>
internal sealed partial class HistoryQueries
{
    private const int SecondBackMax = 5;

    private const string SecondColumns = """
        r.second, r.has_guest, r.has_host, r.vals, r.errors, r.qualities, r.hypothesis, r.side, r.probability, r.title, r.sentence, r.what_helps,
        max(r.episode_onset) OVER same, max(r.severity) OVER same, r.set_id
        """;

    /// <summary>Episodes that touch a range, newest onset first.</summary>
    public IReadOnlyList<EpisodeRecord> Episodes(Guid? partition, long? onset, long fromSecond, long toSecond, int rowsMax)
    {
        var pieces = new List<EpisodePiece>();
        var rawOldest = Oldest(HistoryTier.Second);
        var minuteOldest = Oldest(HistoryTier.Minute);
        foreach (var segment in segments)
        {
            var to = segment.Name.Tier switch
            {
                HistoryTier.Second => toSecond,
                HistoryTier.Minute => Math.Min(toSecond, rawOldest),
                _ => Math.Min(toSecond, Math.Min(minuteOldest, rawOldest)),
            };
            if (fromSecond < to && segment.Overlaps(Ns(SaturatingTime.Difference(fromSecond, segment.Name.Tier.Span())), Ns(to)))
            {
                Try(segment, () => ReadEpisodes(segment, partition, onset, fromSecond, to, pieces));
            }
        }

        return [.. pieces.GroupBy(p => (p.Partition, p.Onset)).Select(Joined).OrderByDescending(e => e.OnsetSecond).ThenBy(e => e.Partition).Take(rowsMax)];
    }

    /// <summary>A kept second, or the newest one shortly before it; null when there is none.</summary>
    public RecordedSecond? Second(Guid partition, long second)
    {
        RecordedSecond? newest = null;
        if (second is < 0 or > long.MaxValue / SecondNs)
        {
            return newest;
        }

        foreach (var segment in RawSegments(second - SecondBackMax, second + 1))
        {
            Try(segment, () => newest = ReadSecond(segment, partition, second) is { } found && (newest is null || found.Second >= newest.Second) ? found : newest);
        }

        return newest;
    }

    private static long Ns(long second) => SaturatingTime.Ns(second);

    private static EpisodeRecord Joined(IGrouping<(Guid Partition, long Onset), EpisodePiece> pieces)
    {
        // Weak seconds of an episode say "unknown"; its cause is what most of the others say.
        var named = pieces.Where(p => p.Hypothesis is not (HypothesisIds.None or HypothesisIds.Unknown)).ToList();
        var cause = (named.Count > 0 ? named : [.. pieces]).GroupBy(p => p.Hypothesis).MaxBy(g => g.Sum(p => p.Seconds))!;
        var best = cause.MaxBy(p => p.Probability)!;
        return new EpisodeRecord(
            pieces.Key.Partition, pieces.Key.Onset, pieces.Max(p => p.Last), cause.Key, best.Side, pieces.Max(p => p.Severity), best.Probability, best.Title, best.Sentence);
    }

    private void ReadEpisodes(Segment segment, Guid? partition, long? onset, long from, long to, List<EpisodePiece> pieces)
    {
        bool raw = segment.Name.Tier == HistoryTier.Second;
        var (table, first, last, seconds) = raw ? ("report", "second", "second", "1") : ("window_verdict", "first_second", "last_second", "seconds");
        var where = partition is { } id ? $" AND p.guid = '{id}'" : "";
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT p.guid, r.episode_onset, r.hypothesis, sum({seconds})::BIGINT, max(r.{last}), max(r.severity), max(r.probability),
              arg_max(r.side, r.probability), arg_max(r.title, r.probability), arg_max(r.sentence, r.probability)
            FROM {segment.Alias}.main.{table} r JOIN {segment.Alias}.main.partition p ON p.id = r.partition
            WHERE r.episode_onset IS NOT NULL AND r.{last} >= {from} AND r.{first} < {to}{where}{(onset is { } at ? $" AND r.episode_onset = {at}" : "")}
            GROUP BY p.guid, r.episode_onset, r.hypothesis
            """);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            pieces.Add(new EpisodePiece(
                reader.GetGuid(0), reader.GetInt64(1), reader.GetString(2), reader.GetInt64(3), reader.GetInt64(4), reader.IsDBNull(5) ? 0 : reader.GetDouble(5),
                reader.GetDouble(6), (Side)reader.GetFieldValue<sbyte>(7), reader.GetString(8), reader.GetString(9)));
        }
    }

    private RecordedSecond? ReadSecond(Segment segment, Guid partition, long second)
    {
        // A second that was made again for late data has newer signals; the episode is told by its first row only.
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT {SecondColumns}
            FROM {segment.Alias}.main.report r JOIN {segment.Alias}.main.partition p ON p.id = r.partition
            WHERE p.guid = '{partition}' AND r.second > {second - SecondBackMax} AND r.second <= {second}
            WINDOW same AS (PARTITION BY r.second)
            ORDER BY r.second DESC, r.commit_id DESC LIMIT 1
            """);
        using var reader = command.ExecuteReader();
        if (!reader.Read())
        {
            return null;
        }

        return SecondOf(reader, SignalIdsOf(segment, reader.GetInt32(14)));
    }

    /// <summary>A row of <see cref="SecondColumns"/>; without ids each signal has an empty one.</summary>
    private static RecordedSecond SecondOf(DuckDBDataReader reader, List<string> ids)
    {
        var values = reader.GetFieldValue<List<float>>(3);
        var errors = reader.GetFieldValue<List<float>>(4);
        var qualities = reader.GetFieldValue<List<sbyte>>(5);
        return new RecordedSecond(
            reader.GetInt64(0), reader.GetBoolean(1), reader.GetBoolean(2),
            [.. values.Select((value, i) => new RecordedSignal(i < ids.Count ? ids[i] : "", value, errors[i], (SampleQuality)qualities[i]))],
            reader.GetString(6), (Side)reader.GetFieldValue<sbyte>(7), reader.GetDouble(8), reader.GetString(9), reader.GetString(10), reader.GetString(11),
            reader.IsDBNull(12) ? null : reader.GetInt64(12), reader.IsDBNull(13) ? null : reader.GetDouble(13));
    }

    private List<string> SignalIdsOf(Segment segment, int set)
    {
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT s.instance FROM {segment.Alias}.main.set_member m JOIN {segment.Alias}.main.series s ON s.id = m.series WHERE m.set_id = {set} ORDER BY m.position
            """);
        using var reader = command.ExecuteReader();
        var ids = new List<string>();
        while (reader.Read())
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    private sealed record EpisodePiece(
        Guid Partition, long Onset, string Hypothesis, long Seconds, long Last, double Severity, double Probability, Side Side, string Title, string Sentence);
}
