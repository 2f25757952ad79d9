using System.Diagnostics;
using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;
using HvIntegration.HostBroker.Api.Contract;
using HvIntegration.HostBroker.Bundles;
using HvIntegration.HostBroker.CounterSources;
using HvIntegration.HostBroker.History;
using HvIntegration.HostBroker.Hosting;
using HvIntegration.HostBroker.Ingest;
using HvIntegration.Protocol.Metrics;
using Microsoft.Extensions.Options;

namespace HvIntegration.HostBroker.Api;

/// <summary>Answers every read of the API from the published second, the sessions and history; changes nothing.</summary>
internal sealed class BrokerReader(
    BrokerState state, Inventory inventory, AgentSessions sessions, ICounterSource source, SourcePump pump, IHistoryStore history,
    HistoryWriter writer, AgentListeners listeners, HostClock clock, LatestSamples latest, Acknowledgements acknowledgements, EventStreams streams,
    IOptions<BrokerOptions> options, TimeProvider time, BundleReplay? replay = null)
{
    private static readonly TimeSpan NoSecondFor = TimeSpan.FromSeconds(30);

    private readonly long _started = time.GetTimestamp();
    private readonly TimeSpan _processorTimeAtStart = ProcessorTime();

    /// <summary>Origin of the host numbers.</summary>
    public SourceLabel Source { get; } = Views.Of(source);

    /// <summary>Host second now.</summary>
    public long NowSecond => clock.NowSecond;

    /// <summary>VMs with this GUID or name (any case); several VMs may have one name.</summary>
    public IReadOnlyList<PartitionInfo> Find(string idOrName) => Guid.TryParse(idOrName, out var id)
        ? [.. inventory.Partitions.Where(p => p.Id == id)]
        : [.. inventory.Partitions.Where(p => p.Name.Equals(idOrName, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Every VM in one line each, by name.</summary>
    public VmsAnswer Vms()
    {
        var view = state.View;
        var all = inventory.Partitions.Select(p => Summary(p, view)).ToList();
        return new VmsAnswer(Source, view.Second, all, all.Count, null);
    }

    /// <summary>One page of the VMs that fit a filter, by name.</summary>
    /// <param name="filter">What they must fit.</param>
    /// <param name="after">Key of the last VM of the page before; null for the first page.</param>
    /// <param name="limit">Most VMs.</param>
    public VmsAnswer Vms(VmFilter filter, string? after, int limit)
    {
        var view = state.View;
        var fitting = inventory.Partitions.Select(p => Summary(p, view)).Where(filter.Fits)
            .OrderBy(Key, StringComparer.Ordinal).ToList();
        var (page, next) = Paging.Page(fitting, Key, (a, b) => string.CompareOrdinal(a, b) > 0, after, limit);
        return new VmsAnswer(Source, view.Second, page, fitting.Count, next);

        static string Key(VmSummary vm) => $"{vm.Name}\n{vm.Id}";
    }

    /// <summary>One VM in one line as of a view.</summary>
    public VmSummary Summary(PartitionInfo partition, BrokerView view)
    {
        var report = view.Reports.GetValueOrDefault(partition.Id);
        var episode = report?.Episode;
        return new VmSummary(
            partition.Id, partition.Name, Views.Word(partition.State), State(partition).State, partition.VirtualProcessors, partition.CpuLimit,
            report?.HasGuest ?? false, report?.HasHost ?? false,
            report is null ? null : Views.Brief(report.Verdict),
            [.. (report?.Signals ?? []).Where(s => Headline.SignalIds.Contains(s.Id)).Select(Views.Of)],
            episode?.OnsetSecond, report?.Rests ?? false, episode?.Severity ?? 0, episode is null ? null : new EpisodeKey(partition.Id, episode.OnsetSecond).ToString());
    }

    /// <summary>Everything about one VM.</summary>
    public VmAnswer Vm(PartitionInfo partition)
    {
        var view = state.View;
        var report = view.Reports.GetValueOrDefault(partition.Id);
        var session = sessions.Find(partition.Id);
        var ledger = sessions.Ledger(partition.Id);
        ulong? committed = session is null ? null : history.CommittedSequence(partition.Id, session.Facts.BootId);
        return new VmAnswer(
            Source, report?.Second ?? view.Second, Summary(partition, view),
            Recorded(partition, Views.Of(partition, session, ledger, State(partition), committed)),
            [.. (report?.Signals ?? []).Select(Views.Of)],
            report is null ? null : Views.Of(report.Verdict),
            report?.Episode is { } episode ? Views.Of(episode, partition.Name, acknowledgements) : null,
            Views.Of(report?.Clock),
            [.. (report?.Processes ?? []).Select(Views.Of)])
        {
            Gap = Views.Of(report?.Gap),
        };
    }

    /// <summary>Every derived signal of a VM in its newest second, with its words.</summary>
    public SignalsAnswer Signals(PartitionInfo partition)
    {
        var view = state.View;
        var report = view.Reports.GetValueOrDefault(partition.Id);
        return new SignalsAnswer(
            Source, new VmRef(partition.Id, partition.Name), report?.Second ?? view.Second,
            [.. (report?.Signals ?? []).Select(s => new NamedSignalView(SignalCatalog.Find(s.Id)?.Words ?? s.Id, Views.Of(s)))]);
    }

    /// <summary>Every raw metric of a VM, both sides, newest values.</summary>
    public MetricsAnswer Metrics(PartitionInfo partition)
    {
        var guest = (latest.Guests.GetValueOrDefault(partition.Id)?.Samples ?? []).Select(s => (s.Series, s.Value, Quality: SampleQuality.Measured));
        var host = latest.Host(partition.Id).Select(s => (s.Series, s.Value, s.Quality));
        return new MetricsAnswer(
            Source, new VmRef(partition.Id, partition.Name),
            [.. guest.Concat(host).GroupBy(s => s.Series.MetricId).OrderBy(g => g.Key)
                .Select(g => (Metric: MetricCatalog.Find(g.Key), Series: g))
                .Where(g => g.Metric is not null)
                .Select(g => new MetricView(
                    g.Metric!.Name, Views.Word(g.Metric.Side), g.Metric.Unit, Views.Word(g.Metric.Form), g.Metric.Description,
                    [.. g.Series.OrderBy(s => s.Series.Instance, StringComparer.Ordinal).Select(s => new MetricValueView(s.Series.Instance, Views.Number(s.Value), Views.Word(s.Quality)))]))]);
    }

    /// <summary>Unit of a signal, as the VM's newest report or the catalog has it; "1" when neither does.</summary>
    public string UnitOf(PartitionInfo partition, string signalId) =>
        state.View.Reports.GetValueOrDefault(partition.Id)?.Signals.FirstOrDefault(s => s.Id == signalId)?.Unit ?? SignalCatalog.Find(signalId)?.Unit ?? "1";

    /// <summary>Why the broker is not ready, one sentence each; empty when it is.</summary>
    public IReadOnlyList<string> NotReady()
    {
        var faults = new List<string>();
        if (pump.Reads == 0)
        {
            faults.Add("The counter source was not read yet.");
        }
        else if (state.View.Second == 0)
        {
            // A host without VMs has no second to close, and nothing is wrong with that.
            if (inventory.Partitions.Count > 0)
            {
                faults.Add("No second is closed yet: the broker has just started.");
            }
        }
        else if (inventory.Partitions.Count > 0 && !pump.Ended && NowSecond - state.View.Second > NoSecondFor.TotalSeconds)
        {
            faults.Add($"No second was closed for {NowSecond - state.View.Second} s.");
        }

        if ((writer.Fault ?? history.Status.Fault) is { } fault)
        {
            faults.Add(fault);
        }

        faults.AddRange(listeners.Status.Where(l => l.Fault is not null).Select(l => $"{l.Address}: {l.Fault}"));
        return faults;
    }

    /// <summary>The broker itself.</summary>
    public StatusAnswer Status()
    {
        var view = state.View;
        var notReady = NotReady();
        var store = history.Status;
        var counts = new SortedDictionary<string, long>(view.Counts.ToDictionary(c => c.Key, c => c.Value), StringComparer.Ordinal);
        foreach (var (name, value) in sessions.Strangers.Counts)
        {
            counts["strangers_" + name] = value;
        }

        return new StatusAnswer(
            Source, AgentStream.BrokerVersion, view.Second, state.StartedSecond, NowSecond - state.StartedSecond, notReady.Count == 0, notReady,
            new SourceStatusView(pump.Reads, pump.SlowReads, pump.Dropped, pump.Ended, pump.Faults),
            new HistoryStatusView(
                options.Value.History.Folder, store.SizeBytes, store.SizeBytesMax, store.OldestSecond, store.CommittedBatches,
                store.DuplicateBatches, writer.Dropped, writer.Fault ?? store.Fault),
            listeners.Status,
            [.. inventory.Partitions.Select(p => AgentStatus(p, view))],
            [.. sessions.Held.Select(h => new HeldPeerView(h.Address, h.ClaimedHostName))],
            counts, Cost(view));
    }

    /// <summary>In an opened bundle the agent as it was when the bundle was written.</summary>
    private AgentView Recorded(PartitionInfo partition, AgentView view) => replay is { } r && r.Manifest.Vm.Id == partition.Id
        ? view with { Version = r.Inventory.Agent.Version, Os = r.Inventory.Agent.Os, Kernel = r.Inventory.Agent.Kernel, HostName = r.Inventory.Agent.HostName, BootId = r.Inventory.Agent.BootId }
        : view;

    private MonitorCostView Cost(BrokerView view)
    {
        using var process = Process.GetCurrentProcess();
        var ledgers = inventory.Partitions.Select(p => sessions.Ledger(p.Id)).ToList();
        var agents = view.Reports.Values.Select(r => r.Signals.FirstOrDefault(s => s.Id == SignalIds.AgentCost)?.Value ?? double.NaN).Where(double.IsFinite).ToList();
        double up = Math.Max(1, time.GetElapsedTime(_started).TotalSeconds);
        return new MonitorCostView(
            (process.TotalProcessorTime - _processorTimeAtStart).TotalSeconds / up, process.WorkingSet64, GC.GetTotalMemory(forceFullCollection: false), process.Threads.Count,
            ledgers.Sum(l => l[LedgerEntry.Batches]), ledgers.Sum(l => l[LedgerEntry.Bytes]), agents.Count > 0 ? agents.Sum() : null, streams.Open);
    }

    private AgentStatusView AgentStatus(PartitionInfo partition, BrokerView view)
    {
        var ledger = sessions.Ledger(partition.Id);
        var (word, reason) = State(partition);
        double? error = view.Reports.GetValueOrDefault(partition.Id)?.Clock is { } c ? Views.Number(c.ErrorMs) : null;
        return new AgentStatusView(partition.Id, partition.Name, word, reason, error, ledger.Counts, ledger.LastRefusal);
    }

    private (string State, string? Reason) State(PartitionInfo partition) => replay is not null
        ? replay.Inventory.Insides.Contains(partition.Id) ? (SessionStates.Recorded, null) : (SessionStates.NoAgent, "the inside of this VM is not in the bundle")
        : SessionStates.Of(
        partition, sessions.Find(partition.Id), sessions.Ledger(partition.Id), options.Value.Agents,
        source.Origin == SourceOrigin.Simulated && (partition.AgentAddress is null || partition.AgentAddress.StartsWith("simulated:", StringComparison.Ordinal)));

    private static TimeSpan ProcessorTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}
