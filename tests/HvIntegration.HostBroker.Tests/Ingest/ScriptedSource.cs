using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.Ingest;

/// <summary>A host whose VMs a test names: each runs half of the time and never waits.</summary>
internal sealed class ScriptedSource(IReadOnlyList<PartitionInfo> partitions) : ICounterSource
{
    private long _firstNs;

    public string Name => "scripted";

    public SourceOrigin Origin => SourceOrigin.Simulated;

    public IReadOnlyList<PartitionInfo> Partitions { get; set; } = partitions;

    /// <summary>A VM that moves: its counters are away, and the host says why.</summary>
    public Guid? Moving { get; set; }

    public ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation)
    {
        _firstNs = _firstNs == 0 ? nowNs : _firstNs;
        double seconds = (nowNs - _firstNs) / 1e9;
        var samples = new List<HostSample>
        {
            Sample(Guid.Empty, HostMetrics.LpRunTime, "0", nowNs, seconds * 0.5),
        };
        foreach (var partition in Partitions)
        {
            if (partition.Id == Moving)
            {
                samples.Add(Sample(partition.Id, HostMetrics.VmActivity, "migration", nowNs, 1) with { Form = SampleForm.Gauge });
                continue;
            }

            samples.Add(Sample(partition.Id, HostMetrics.VpRunTime, "0", nowNs, seconds * 0.5));
            samples.Add(Sample(partition.Id, HostMetrics.VpWaitTime, "0", nowNs, 0));
        }

        return ValueTask.FromResult(new CounterReading(Partitions, samples, [], false));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static HostSample Sample(Guid partition, MetricDefinition metric, string instance, long nowNs, double value) =>
        new(partition, new SeriesKey(metric.Id, instance), SampleForm.Cumulative, nowNs, nowNs, value, SampleQuality.Measured, metric.Name);
}
