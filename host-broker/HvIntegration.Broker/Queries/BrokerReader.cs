using HvIntegration.Engine.Options;
using HvIntegration.Api.Contract;
using HvIntegration.Broker.Live;
using HvIntegration.Broker.Pipeline;
using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Streams;
using System.Diagnostics;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.History;
using HvIntegration.Protocol.Metrics;
using Microsoft.Extensions.Options;

namespace HvIntegration.Broker.Queries;

/// <summary>Answers every read of the API from the published second, the sessions and history; changes nothing.</summary>
internal sealed class BrokerReader(
    BrokerState state, Inventory inventory, AgentSessions sessions, ICounterSource source, SourcePump pump, IHistoryReader history,
    HistoryWriter writer, VmAccounts accounts, AgentListeners listeners, HostClock clock, LatestSamples latest, EpisodeQueries episodes,
    IOptions<HistoryOptions> historyOptions, IOptions<AgentOptions> agentOptions, IOptions<EngineOptions> engineOptions, TimeProvider time, IApiLoad api, RecordedGuests? recorded = null)
{
    private static readonly TimeSpan NoSecondFor = TimeSpan.FromSeconds(30);

    private readonly long _started = time.GetTimestamp();
    private readonly TimeSpan _processorTimeAtStart = ProcessorTime();

    /// <summary>Origin of the host numbers.</summary>
    public SourceLabel Source { get; } = SourceViews.Of(source);

    /// <summary>Host time now, Unix nanoseconds.</summary>
    public long NowNs => clock.NowNs;

    /// <summary>Longest that a second waits for the side that is late before it is closed.</summary>
    /// <value>Seconds.</value>
    public int SecondWaitMaxSeconds => engineOptions.Value.Timeline.GraceSeconds + 1;

    /// <summary>The current host second, Unix.</summary>
    public long NowSecond => clock.NowSecond;

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
    /// <param name="limit">Maximum number of VMs.</param>
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
            partition.Id, partition.Name, ApiText.Word(partition.State), State(partition).State, partition.VirtualProcessors, partition.CpuLimit,
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
        var account = accounts.Of(partition.Id);
        ulong? committed = session is null ? null : history.CommittedSequence(partition.Id, session.Facts.BootId);
        return new VmAnswer(
            Source, report?.Second ?? view.Second, Summary(partition, view),
            Recorded(partition, AgentViews.Of(partition, session, account.Ledger, State(partition), committed)),
            [.. (report?.Signals ?? []).Select(Views.Of)],
            report is null ? null : Views.Of(report.Verdict),
            report?.Episode is { } episode ? Views.Of(episodes.Of(episode, partition.Name)) : null,
            Views.Of(report?.Clock),
            [.. (report?.Processes ?? []).Select(Views.Of)])
        {
            Gap = Views.Of(report?.Gap),
            Events = [.. account.Events.Newest.Select(AgentViews.Of)],
        };
    }

    /// <summary>Every derived signal of a VM in its newest second, with its words.</summary>
    public SignalsAnswer Signals(PartitionInfo partition)
    {
        var view = state.View;
        var report = view.Reports.GetValueOrDefault(partition.Id);
        return new SignalsAnswer(
            Source, new VmRef(partition.Id, partition.Name), report?.Second ?? view.Second,
            [.. (report?.Signals ?? []).Select(s => new NamedSignalView(SignalMeanings.Find(s.Id)?.Words ?? s.Id, Views.Of(s)))]);
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
                    g.Metric!.Name, ApiText.Word(g.Metric.Side), g.Metric.Unit, ApiText.Word(g.Metric.Form), g.Metric.Description,
                    [.. g.Series.OrderBy(s => s.Series.Instance, StringComparer.Ordinal).Select(s => new MetricValueView(s.Series.Instance, ApiText.Number(s.Value), ApiText.Word(s.Quality)))]))]);
    }

    /// <summary>Unit of a signal, as the VM's newest report or the catalog has it; "1" when neither does.</summary>
    public string UnitOf(PartitionInfo partition, string signalId) =>
        state.View.Reports.GetValueOrDefault(partition.Id)?.Signals.FirstOrDefault(s => s.Id == signalId)?.Unit ?? SignalMeanings.Find(signalId)?.Unit ?? "1";

    /// <summary>Why the broker is not ready, one sentence each; empty when it is.</summary>
    public IReadOnlyList<string> NotReady()
    {
        var faults = new List<string>();
        if (pump.Reads == 0)
        {
            faults.Add("The counter source has not been read yet.");
        }
        else if (state.View.Second == 0)
        {
            // A host without VMs has no second to close, and nothing is wrong with that.
            if (inventory.Partitions.Count > 0)
            {
                faults.Add("No data yet: the broker has just started.");
            }
        }
        else if (inventory.Partitions.Count > 0 && !pump.Ended && NowSecond - state.View.Second > NoSecondFor.TotalSeconds)
        {
            faults.Add($"No new data for {NowSecond - state.View.Second} s.");
        }

        if ((writer.Fault ?? history.Status.Fault) is { } fault)
        {
            faults.Add(fault);
        }

        faults.AddRange(listeners.Status.Where(l => l.Fault is not null).Select(l => $"{l.Address}: {l.Fault}"));
        return faults;
    }

    /// <summary>State of the broker: source, history, listeners, agents and cost.</summary>
    public StatusAnswer Status()
    {
        var view = state.View;
        var notReady = NotReady();
        var store = history.Status;
        var counts = new SortedDictionary<string, long>(view.Counts.ToDictionary(c => c.Key, c => c.Value), StringComparer.Ordinal);
        foreach (var (name, value) in accounts.UnknownPeers.Ledger.Counts)
        {
            counts["strangers_" + name] = value;
        }

        if (api.ConnectionsRefused is > 0 and long refused)
        {
            counts["api_connections_refused"] = refused;
        }

        if (api.WrongTokens is > 0 and long wrong)
        {
            counts["api_wrong_tokens"] = wrong;
        }

        return new StatusAnswer(
            Source, ProductVersion.Text, view.Second, state.StartedSecond, NowSecond - state.StartedSecond, notReady.Count == 0, notReady,
            new SourceStatusView(pump.Reads, pump.SlowReads, pump.Failures, pump.Dropped, pump.Ended, pump.Faults),
            new HistoryStatusView(
                historyOptions.Value.Folder, store.SizeBytes, store.SizeBytesMax, store.OldestSecond, store.CommittedBatches,
                store.DuplicateBatches, writer.Dropped, writer.Fault ?? store.Fault),
            listeners.Status,
            [.. inventory.Partitions.Select(p => AgentStatus(p, view, store))],
            [.. sessions.Held.Select(h => new HeldPeerView(h.Address, h.ClaimedHostName))],
            counts, Cost(view));
    }

    /// <summary>In an opened bundle the agent as it was when the bundle was written.</summary>
    private AgentView Recorded(PartitionInfo partition, AgentView view) => recorded is { } r && r.Vm == partition.Id
        ? view with { Version = r.Agent.Version, Os = r.Agent.Os, Kernel = r.Agent.Kernel, HostName = r.Agent.HostName, BootId = r.Agent.BootId }
        : view;

    private MonitorCostView Cost(BrokerView view)
    {
        using var process = Process.GetCurrentProcess();
        var ledgers = inventory.Partitions.Select(p => accounts.Of(p.Id).Ledger).ToList();
        var agents = view.Reports.Values.Select(r => r.Signals.FirstOrDefault(s => s.Id == SignalIds.AgentCost)?.Value ?? double.NaN).Where(double.IsFinite).ToList();
        double up = Math.Max(1, time.GetElapsedTime(_started).TotalSeconds);
        return new MonitorCostView(
            (process.TotalProcessorTime - _processorTimeAtStart).TotalSeconds / up, process.WorkingSet64, GC.GetTotalMemory(forceFullCollection: false), process.Threads.Count,
            ledgers.Sum(l => l[LedgerEntry.Batches]), ledgers.Sum(l => l[LedgerEntry.Bytes]), agents.Count > 0 ? agents.Sum() : null, api.StreamsOpen);
    }

    private AgentStatusView AgentStatus(PartitionInfo partition, BrokerView view, HistoryStatus store)
    {
        var account = accounts.Of(partition.Id);
        var ledger = account.Ledger;
        var (word, reason) = State(partition);
        double? error = view.Reports.GetValueOrDefault(partition.Id)?.Clock is { } c ? ApiText.Number(c.ErrorMs) : null;
        return new AgentStatusView(partition.Id, partition.Name, word, reason, error, ledger.Counts, ledger.LastRefusal)
        {
            Spent = account.Spent,
            HistoryLeftOut = store.LeftOut.TryGetValue(partition.Id, out var o) ? new HistoryLeftOutView(o.Values, o.Processes, o.Batches, o.Times, o.Windows, o.WindowSeries) : null,
            InFlightBytes = account.InFlightBytes,
            ProcessorSeconds = account.ProcessorSeconds,
        };
    }

    private (string State, string? Reason) State(PartitionInfo partition) => recorded is not null
        ? recorded.Guests.Contains(partition.Id) ? (SessionStates.Recorded, null) : (SessionStates.NoAgent, "the guest side of this VM is not in the bundle")
        : SessionStates.Of(
        partition, sessions.Find(partition.Id), accounts.Of(partition.Id).Ledger, agentOptions.Value,
        source.Origin == SourceOrigin.Simulated && (partition.AgentAddress is null || partition.AgentAddress.StartsWith("simulated:", StringComparison.Ordinal)));

    private static TimeSpan ProcessorTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}
