using HvIntegration.CounterSources;

namespace HvIntegration.DashboardTests;

/// <summary>A host of two VMs, one of which a test takes away.</summary>
internal sealed class LeavingSource : ICounterSource
{
    private readonly ManyVmsSource _host = new(2);

    /// <inheritdoc/>
    public string Name => _host.Name;

    /// <inheritdoc/>
    public SourceOrigin Origin => _host.Origin;

    /// <summary>The VM that is away; null while all are here.</summary>
    public Guid? Gone { get; set; }

    /// <inheritdoc/>
    public async ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation)
    {
        var reading = await _host.ReadAsync(nowNs, cancellation);
        return reading with { Partitions = [.. reading.Partitions.Where(p => p.Id != Gone)], Samples = [.. reading.Samples.Where(s => s.Partition != Gone)] };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
