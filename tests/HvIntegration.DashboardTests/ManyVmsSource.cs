using System.Globalization;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.DashboardTests;

/// <summary>A host of many VMs, seen from outside only; every seventh waits for half of its time.</summary>
internal sealed class ManyVmsSource(int count) : ICounterSource
{
    private readonly PartitionInfo[] _vms =
    [
        .. Enumerable.Range(0, count).Select(i => new PartitionInfo(
            new Guid(i + 1, 7, 7, [1, 2, 3, 4, 5, 6, 7, 8]), string.Create(CultureInfo.InvariantCulture, $"vm-{i:0000}"), PartitionState.Running, 2, null, null, $"unix:/run/none-{i}.sock")),
    ];

    private long _firstNs;

    /// <inheritdoc/>
    public string Name => "many";

    /// <inheritdoc/>
    public SourceOrigin Origin => SourceOrigin.Replayed;

    /// <inheritdoc/>
    public ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation)
    {
        _firstNs = _firstNs == 0 ? nowNs : _firstNs;
        double seconds = (nowNs - _firstNs) / 1e9;
        var samples = new List<HostSample> { Sample(Guid.Empty, HostMetrics.LpRunTime, nowNs, seconds * 0.9) };
        for (int i = 0; i < _vms.Length; i++)
        {
            samples.Add(Sample(_vms[i].Id, HostMetrics.VpRunTime, nowNs, seconds * (0.1 + (i % 10 * 0.04))));
            samples.Add(Sample(_vms[i].Id, HostMetrics.VpWaitTime, nowNs, i % 7 == 0 ? seconds * 0.5 : 0));
        }

        return ValueTask.FromResult(new CounterReading(_vms, samples, [], false));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static HostSample Sample(Guid partition, MetricDefinition metric, long nowNs, double value) =>
        new(partition, new SeriesKey(metric.Id, "0"), SampleForm.Cumulative, nowNs, nowNs, value, SampleQuality.Measured, metric.Name);
}
