using System.Globalization;
using HvIntegration.History.Tables;
using HvIntegration.History.Times;
using HvIntegration.Model;

namespace HvIntegration.History.Reading;

/// <content>Gaps read back: the newest word on each, over all tiers.</content>
internal sealed partial class HistoryQueries
{
    // A gap that goes on is told again this often, and its end within this time of a range counts for the range.
    private const int GapRetoldSeconds = 60;
    private const int GapToldLaterSeconds = 86_400;

    /// <summary>Gaps that touch a range, oldest first.</summary>
    public IReadOnlyList<(Guid Partition, DataGap Gap)> Gaps(Guid? partition, long fromSecond, long toSecond)
    {
        var (first, last) = (SaturatingTime.Difference(fromSecond, GapRetoldSeconds), SaturatingTime.Sum(toSecond, GapToldLaterSeconds));
        var newest = new Dictionary<(Guid Partition, long Began), (long CommitId, GapRow Row)>();
        var withGaps = GapTable.Files(connection);
        var range = string.Create(CultureInfo.InvariantCulture, $"g.second >= {first} AND g.began < {toSecond}") + (partition is { } id ? $" AND p.guid = '{id}'" : "");
        foreach (var segment in segments.Where(s => withGaps.Contains(s.Alias) && s.Overlaps(Ns(SaturatingTime.Difference(first, s.Name.Tier.Span())), Ns(last))))
        {
            Try(segment, () =>
            {
                foreach (var word in GapTable.Newest(connection, segment.Alias, segment.Name.Tier, range))
                {
                    var key = (word.Row.Partition, word.Row.Gap.Began);
                    if (!newest.TryGetValue(key, out var known) || known.CommitId <= word.CommitId)
                    {
                        newest[key] = word;
                    }
                }
            });
        }

        return
        [
            .. newest.Values.Select(w => (w.Row.Partition, w.Row.Gap)).Where(g => !g.Gap.IsFilled && g.Gap.FromSecond < toSecond && g.Gap.ToSecond >= fromSecond)
                .OrderBy(g => g.Gap.FromSecond).ThenBy(g => g.Partition),
        ];
    }
}
