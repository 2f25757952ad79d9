using HvIntegration.Ingest.Streams;
using HvIntegration.Model;

namespace HvIntegration.Broker.Live;

/// <summary>The newest closed second of everything, replaced as a whole: readers take one and keep it.</summary>
internal sealed class BrokerState(HostClock clock)
{
    private const int EverySecondsMax = 300;

    private readonly UsualGap _usual = new();
    private volatile BrokerView _view = BrokerView.Empty;
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What readers see now.</summary>
    public BrokerView View => _view;

    /// <summary>Host second in which the broker started.</summary>
    public long StartedSecond { get; } = clock.NowSecond;

    /// <summary>Publishes a new view. It has one publisher.</summary>
    public void Publish(BrokerView view)
    {
        var before = _view;
        if (view.Second == before.Second)
        {
            view = view with { ClosedNs = before.ClosedNs, EverySeconds = before.EverySeconds };
        }
        else
        {
            long now = clock.NowNs;
            if (before.ClosedNs > 0)
            {
                _usual.Note((now - before.ClosedNs) * 1e-9);
            }

            view = view with { ClosedNs = now, EverySeconds = (int)Math.Min(Math.Ceiling(_usual.Seconds), EverySecondsMax) };
        }

        _view = view;
        Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>Waits for a view other than the one known. Who is slow misses views and never holds anybody up.</summary>
    /// <returns>The newest view, which is the known one when none came within the time.</returns>
    public async Task<BrokerView> AfterAsync(BrokerView known, TimeSpan within, CancellationToken cancellation)
    {
        var next = Volatile.Read(ref _next).Task;
        if (!ReferenceEquals(_view, known))
        {
            return _view;
        }

        try
        {
            await next.WaitAsync(within, cancellation);
        }
        catch (TimeoutException)
        {
            // The caller sees that nothing changed.
        }

        return _view;
    }
}

/// <summary>One second that the broker published.</summary>
/// <param name="Second">Newest closed host second; 0 before the first.</param>
/// <param name="Reports">Newest report of each VM.</param>
/// <param name="HostSamples">Newest value of each of the host's own series.</param>
/// <param name="Episodes">Open episodes and those that ended lately, newest first, bounded.</param>
/// <param name="Counts">What the engine refused or dropped, by name.</param>
internal sealed record BrokerView(
    long Second,
    IReadOnlyDictionary<Guid, PartitionReport> Reports,
    IReadOnlyList<HostSample> HostSamples,
    IReadOnlyList<Episode> Episodes,
    IReadOnlyDictionary<string, long> Counts)
{
    /// <summary>Host time at which <see cref="Second"/> was first published, Unix nanoseconds; 0 before the first second.</summary>
    public long ClosedNs { get; init; }

    /// <summary>Seconds that usually pass until a newer second is published: 1, or more for a counter source that is slower.</summary>
    public int EverySeconds { get; init; } = 1;

    /// <summary>Before the first second.</summary>
    public static BrokerView Empty { get; } = new(
        0, new Dictionary<Guid, PartitionReport>(), [], [], new Dictionary<string, long>());
}
