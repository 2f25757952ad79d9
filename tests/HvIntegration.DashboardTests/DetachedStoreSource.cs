using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.DashboardTests;

/// <summary>A host of two VMs and two stores, one of which is detached after some seconds.</summary>
internal sealed class DetachedStoreSource(int attachedSeconds) : ICounterSource
{
    /// <summary>The one that stays.</summary>
    public const string Stays = "disk-a";

    /// <summary>The one that goes.</summary>
    public const string Goes = "disk-b";

    private readonly ManyVmsSource _host = new(2);
    private long _firstNs;

    /// <inheritdoc/>
    public string Name => _host.Name;

    /// <inheritdoc/>
    public SourceOrigin Origin => _host.Origin;

    /// <inheritdoc/>
    public async ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation)
    {
        _firstNs = _firstNs == 0 ? nowNs : _firstNs;
        double seconds = (nowNs - _firstNs) / 1e9;
        var reading = await _host.ReadAsync(nowNs, cancellation);
        string[] stores = seconds < attachedSeconds ? [Stays, Goes] : [Stays];
        return reading with { Samples = [.. reading.Samples, .. stores.Select(s => Operations(s, nowNs, seconds * 40))] };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static HostSample Operations(string store, long nowNs, double value) => new(
        Guid.Empty, new SeriesKey(HostMetrics.StoreOperations.Id, store + "|read"), SampleForm.Cumulative, nowNs, nowNs, value, SampleQuality.Measured, HostMetrics.StoreOperations.Name);
}
