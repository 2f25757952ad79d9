using HvIntegration.GuestAgent.Collection;

namespace HvIntegration.GuestAgent.Tests.Sampling;

/// <summary>A collector whose read, and the moments it notices, are the test's.</summary>
internal sealed class ScriptedCollector(string name, CollectorSchedule schedule, Func<CollectorSeries, CollectOutcome> collect) : ICollector, IEventSource
{
    public string Name => name;

    public CollectorSchedule Schedule => schedule;

    public Queue<CollectorEvent> Moments { get; } = new();

    public bool IsDisposed { get; private set; }

    public CollectOutcome Collect(CollectorSeries series) => collect(series);

    public bool TryTakeEvent(out CollectorEvent moment) => Moments.TryDequeue(out moment);

    public void Dispose() => IsDisposed = true;
}
