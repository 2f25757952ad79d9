using System.Text;
using HvIntegration.CounterSources;
using HvIntegration.Protocol.Text;

namespace HvIntegration.Broker.Bundles;

/// <summary>The counter source of an opened bundle: its inventory, and the words that say on every page what is looked at.</summary>
internal sealed class BundleSource(BundleManifest manifest, BundleInventory inventory) : ICounterSource
{
    private const int NameMax = 60;

    /// <inheritdoc/>
    public string Name => "bundle";

    /// <inheritdoc/>
    public SourceOrigin Origin => SourceOrigin.Replayed;

    /// <inheritdoc/>
    public string Words { get; } =
        $"REPLAYED: recorded bundle of {SafeText.Shortened(string.Concat(manifest.Vm.Name.Take(NameMax)), NameMax, new Rune('?'))}, {Quantity.Clock(manifest.FromSecond, date: true)} to {Quantity.Clock(manifest.ToSecond)} UTC"
        + (manifest.Source.Origin == "simulated" ? ", of a SIMULATED host" : ", not this host now");

    /// <inheritdoc/>
    public ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation) => ValueTask.FromResult(new CounterReading(inventory.Partitions, [], [], Ended: true));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
