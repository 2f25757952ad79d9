using HvIntegration.Engine.Model;

namespace HvIntegration.HostBroker.Hosting;

/// <summary>The newest closed second of everything, replaced as a whole: readers take one and keep it.</summary>
internal sealed class BrokerState(HostClock clock)
{
    private volatile BrokerView _view = BrokerView.Empty;
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What readers see now.</summary>
    public BrokerView View => _view;

    /// <summary>Host second in which the broker started.</summary>
    public long StartedSecond { get; } = clock.NowSecond;

    /// <summary>Publishes a new view.</summary>
    public void Publish(BrokerView view)
    {
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

/// <summary>One published second.</summary>
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
    /// <summary>Before the first second.</summary>
    public static BrokerView Empty { get; } = new(
        0, new Dictionary<Guid, PartitionReport>(), [], [], new Dictionary<string, long>());
}
