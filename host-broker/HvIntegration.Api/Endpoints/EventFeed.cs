using HvIntegration.Api.Contract;
using HvIntegration.Broker.Live;
using HvIntegration.Broker.Queries;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using HvIntegration.Model;

namespace HvIntegration.Api.Endpoints;

/// <summary>Turns published seconds into server-sent events. Nothing is queued: a slow reader misses seconds, never the newest state.</summary>
internal sealed class EventFeed(BrokerState state, BrokerReader reader, Inventory inventory, Acknowledgements acknowledgements, EpisodeQueries known, VmQueries vms)
{
    private static readonly TimeSpan AliveEvery = TimeSpan.FromSeconds(15);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>All VMs: <c>snapshot</c> first, then <c>second</c> with the VMs that changed, <c>verdict</c> and <c>episode</c>; <c>alive</c> when nothing happens.</summary>
    public async IAsyncEnumerable<SseItem<string>> FleetAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var view = state.View;
        var known = reader.Vms().Vms.ToDictionary(v => v.Id);
        var episodes = Episodes(view);
        long version = acknowledgements.Version;
        yield return Item("snapshot", view.Second, new VmsAnswer(reader.Source, view.Second, [.. known.Values], known.Count, null));
        while (true)
        {
            var next = await state.AfterAsync(view, AliveEvery, cancellation);
            if (ReferenceEquals(next, view) && acknowledgements.Version == version)
            {
                yield return Item("alive", view.Second, new { view.Second });
                continue;
            }

            view = next;
            version = acknowledgements.Version;
            var now = inventory.Partitions.Select(p => reader.Summary(p, next)).ToDictionary(v => v.Id);
            foreach (var vm in now.Values)
            {
                var before = known.GetValueOrDefault(vm.Id)?.Verdict;
                if (vm.Verdict is { } verdict && verdict.Hypothesis != before?.Hypothesis)
                {
                    yield return Item("verdict", view.Second, new VerdictEvent(view.Second, new VmRef(vm.Id, vm.Name), before, verdict));
                }
            }

            yield return Item("second", view.Second, new SecondEvent(
                view.Second, [.. now.Values.Where(v => !known.TryGetValue(v.Id, out var was) || !Same(was, v))], [.. known.Keys.Where(id => !now.ContainsKey(id))]));
            var newEpisodes = Episodes(next);
            foreach (var (id, episode) in newEpisodes)
            {
                if (!episodes.TryGetValue(id, out var was) || was.EndSecond != episode.EndSecond || was.Acknowledged != episode.Acknowledged || was.Hypothesis != episode.Hypothesis)
                {
                    yield return Item("episode", view.Second, episode);
                }
            }

            (known, episodes) = (now, newEpisodes);
        }
    }

    /// <summary>One VM: <c>vm</c> with everything of it for each closed second, <c>gone</c> when it leaves the host, <c>alive</c> when nothing happens.</summary>
    public async IAsyncEnumerable<SseItem<string>> VmAsync(PartitionInfo partition, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var view = state.View;
        yield return Item("vm", view.Second, reader.Vm(partition));
        while (true)
        {
            var next = await state.AfterAsync(view, AliveEvery, cancellation);
            if (ReferenceEquals(next, view))
            {
                yield return Item("alive", view.Second, new { view.Second });
                continue;
            }

            bool closed = next.Second != view.Second;
            view = next;
            if (vms.Here(partition.Id.ToString()) is not [var now])
            {
                yield return Item("gone", view.Second, new VmRef(partition.Id, partition.Name));
                yield break;
            }

            if (closed)
            {
                yield return Item("vm", view.Second, reader.Vm(now));
            }
        }
    }

    private static bool Same(VmSummary a, VmSummary b) =>
        a with { Headline = [] } == b with { Headline = [] } && a.Headline.SequenceEqual(b.Headline);

    private static SseItem<string> Item<T>(string type, long second, T data) =>
        new(JsonSerializer.Serialize(data, Json), type) { EventId = second.ToString(System.Globalization.CultureInfo.InvariantCulture) };

    private Dictionary<string, EpisodeView> Episodes(BrokerView view)
    {
        var names = inventory.Partitions.ToDictionary(p => p.Id, p => p.Name);
        return known.InMemory(view, names).Select(Views.Of).ToDictionary(e => e.Id);
    }
}
