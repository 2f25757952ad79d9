using HvIntegration.Broker.Live;
using HvIntegration.History;
using HvIntegration.Model;

namespace HvIntegration.Broker.Queries;

/// <summary>What was measured and said of a VM in kept time. The newest second or two may not be kept yet.</summary>
internal sealed class PastQueries(IHistoryReader history, BrokerState state)
{
    /// <summary>Most gaps of one answer.</summary>
    public const int GapsMax = 256;

    // Five seconds, the one that is asked about in their middle.
    private const int ProcessesBefore = 2;
    private const int ProcessesAfter = 2;

    // An agent that reads its processes more slowly than that has no two reads in five seconds.
    private const int ProcessesWide = 10;

    /// <summary>What was kept of one second, or of the newest second before it within 5 s; null when nothing was.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public Task<RecordedSecond?> SecondAsync(Guid partition, long second, CancellationToken cancellation) => history.QuerySecondAsync(partition, second, cancellation);

    /// <summary>Verdict that held at a second: of the second itself where single seconds are kept, else of the span that has it. Null when none is kept.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<VerdictSpan?> VerdictAtAsync(Guid partition, long second, CancellationToken cancellation) =>
        await SecondAsync(partition, second, cancellation) is { } kept
            ? new VerdictSpan(partition, kept.Second, kept.Second, kept.Hypothesis, kept.Probability, kept.Sentence)
            : await VerdictsAsync(partition, second, second + 1, cancellation) is [.., var span] ? span : null;

    /// <summary>Verdicts over a range, joined into spans.</summary>
    /// <param name="partition">GUID of the VM.</param>
    /// <param name="fromSecond">First second of the range, Unix.</param>
    /// <param name="toSecond">End, not in it.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public Task<IReadOnlyList<VerdictSpan>> VerdictsAsync(Guid partition, long fromSecond, long toSecond, CancellationToken cancellation) =>
        history.QueryVerdictsAsync(partition, fromSecond, toSecond, cancellation);

    /// <summary>Busiest processes of a guest around a second: the mean of the 5 s with it in their middle, of an agent that reads them more slowly of 21 s.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<ProcessesOfTime> ProcessesAroundAsync(Guid partition, long second, int rows, CancellationToken cancellation)
    {
        var near = await ProcessesAsync(partition, second - ProcessesBefore, second + ProcessesAfter + 1, rows, cancellation);
        return near.Processes.Count > 0 ? near : await ProcessesAsync(partition, second - ProcessesWide, second + ProcessesWide + 1, rows, cancellation);
    }

    /// <summary>Busiest processes of a guest over a range, busiest first.</summary>
    /// <param name="partition">GUID of the VM.</param>
    /// <param name="fromSecond">First second of the range, Unix.</param>
    /// <param name="toSecond">End, not in it.</param>
    /// <param name="rows">Maximum number of processes.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<ProcessesOfTime> ProcessesAsync(Guid partition, long fromSecond, long toSecond, int rows, CancellationToken cancellation) =>
        new(fromSecond, toSecond, await history.QueryProcessesAsync(partition, fromSecond, toSecond, rows, cancellation));

    /// <summary>Gaps that touch a range, by VM, oldest first: as history has them, and as they are now where they go on.</summary>
    /// <param name="partition">Of one VM; null for all.</param>
    /// <param name="fromSecond">First second of the range, Unix.</param>
    /// <param name="toSecond">End, not in it.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<ILookup<Guid, DataGap>> GapsAsync(Guid? partition, long fromSecond, long toSecond, CancellationToken cancellation)
    {
        var gaps = (await history.QueryGapsAsync(partition, fromSecond, toSecond, cancellation)).ToDictionary(g => (g.Partition, g.Gap.Began), g => g.Gap);
        foreach (var (id, report) in state.View.Reports)
        {
            if (report.Gap is { } now && (partition ?? id) == id && now.FromSecond < toSecond && now.ToSecond >= fromSecond)
            {
                gaps[(id, now.Began)] = now;
            }
        }

        return gaps.OrderBy(g => g.Value.FromSecond).ToLookup(g => g.Key.Partition, g => g.Value);
    }

    /// <summary>Gaps of one VM that touch a range, cut to it, oldest first.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<IReadOnlyList<EpisodeGap>> GapsOfAsync(Guid partition, long fromSecond, long toSecond, CancellationToken cancellation) =>
        Within((await GapsAsync(partition, fromSecond, toSecond, cancellation))[partition], fromSecond, toSecond - 1, GapsMax);

    /// <summary>Gaps that touch a stretch, cut to it.</summary>
    /// <param name="gaps">Gaps, oldest first.</param>
    /// <param name="fromSecond">First second of the stretch.</param>
    /// <param name="lastSecond">Last second of it.</param>
    /// <param name="max">Maximum number of gaps.</param>
    public static IReadOnlyList<EpisodeGap> Within(IEnumerable<DataGap> gaps, long fromSecond, long lastSecond, int max) =>
    [
        .. gaps.Where(g => g.FromSecond <= lastSecond && g.ToSecond >= fromSecond).Take(max)
            .Select(g => new EpisodeGap(Math.Max(g.FromSecond, fromSecond), Math.Min(g.ToSecond, lastSecond), g.Cause)),
    ];
}
