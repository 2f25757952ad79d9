using HvIntegration.Api.OpenMetrics;
using HvIntegration.Api.Contract;
using HvIntegration.Broker.Live;
using HvIntegration.Ingest.Streams;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.Simulated;

namespace HvIntegration.Api.Endpoints;

/// <summary>Gathers what one scrape of <c>/metrics</c> shows; changes nothing.</summary>
internal sealed class MetricsReader(BrokerState state, Inventory inventory, AgentSessions sessions, ICounterSource source, LatestSamples latest)
{
    /// <summary>The newest of everything.</summary>
    public MetricsSnapshot Snapshot()
    {
        var view = state.View;
        return new MetricsSnapshot(
            source.Name, ApiText.Word(source.Origin), ProductVersion.Text, Fresh(view.HostSamples, view.Second), [.. inventory.Partitions.Select(p => Partition(p, view))]);
    }

    private MetricsPartition Partition(PartitionInfo info, BrokerView view)
    {
        // A batch without a session is a guest that left, unless the source makes its guests up with its host.
        var connected = sessions.Find(info.Id) is not null;
        var madeUp = !connected && source is ISimulatedGuests;
        var guest = connected || madeUp ? latest.Guests.GetValueOrDefault(info.Id) : null;
        return new MetricsPartition(
            info, connected, view.Reports.GetValueOrDefault(info.Id), guest, ApiText.Word(madeUp ? source.Origin : SourceOrigin.Live), Fresh(latest.Host(info.Id), view.Second));
    }

    private static IReadOnlyList<HostSample> Fresh(IReadOnlyList<HostSample> samples, long second) =>
        [.. samples.Where(s => LatestSamples.IsFresh(s.EndNs, second))];
}
