using HvIntegration.History.Faults;
using HvIntegration.History.Files;
using HvIntegration.History.Times;

namespace HvIntegration.History.Rollups;

/// <summary>Deletes files that are older than their tier keeps, and the oldest ones while all together are too large.</summary>
/// <param name="folder">Where the files are.</param>
/// <param name="files">The attached files.</param>
/// <param name="options">How long, and how much.</param>
/// <param name="clock">Wall time.</param>
/// <param name="logger">Told of each file.</param>
internal sealed class Retention(HistoryFolder folder, SegmentFiles files, HistoryOptions options, HistoryClock clock, ILogger logger)
{
    /// <summary>Deletes what is due; only the writer calls it.</summary>
    /// <param name="current">The file that commits go to, which stays; null when there is none.</param>
    public void DeleteOld(Segment? current)
    {
        var now = clock.Now;
        foreach (var segment in files.All.Where(s => !ReferenceEquals(s, current)).ToList())
        {
            var until = segment.Name.Tier switch
            {
                HistoryTier.Second => segment.Name.End.AddHours(options.SecondHours),
                HistoryTier.Minute => segment.Name.End.AddDays(options.MinuteDays),
                _ => segment.Name.End.AddMonths(options.HourMonths),
            };
            if (until <= now)
            {
                files.Delete(segment);
                HistoryLog.Deleted(logger, segment.Path, "older than the retention of its tier");
            }
        }

        // Files that were set aside are the administrator's: they neither count here nor go.
        var sizes = files.All.ToDictionary(s => s, s => folder.SizeOf(s.Name));
        var total = sizes.Values.Sum();
        foreach (var segment in files.All.Where(s => !ReferenceEquals(s, current)).ToList())
        {
            if (total <= (long)options.SizeMaxMiB << 20)
            {
                break;
            }

            files.Delete(segment);
            total -= sizes[segment];
            HistoryLog.Deleted(logger, segment.Path, "history is larger than its limit");
        }
    }
}
