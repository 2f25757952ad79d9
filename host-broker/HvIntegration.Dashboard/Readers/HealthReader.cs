using HvIntegration.Api.Contract;
using HvIntegration.Broker.Live;
using HvIntegration.Broker.Queries;
using HvIntegration.Dashboard.Models;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Dashboard.Readers;

/// <summary>Reads the monitor's own state: what it takes in, what it drops and what it costs.</summary>
internal sealed class HealthReader(BrokerReader reader, BrokerState state, LatestSamples latest, TimeProvider time)
{
    private static readonly string[] Harmless = ["batches", "bytes", "connections"];

    /// <summary>Reads the current state of the broker.</summary>
    /// <param name="before">An earlier reading, from which rates are made.</param>
    public HealthView Read(HealthView before)
    {
        var status = reader.Status();
        double second = time.GetTimestamp() / (double)time.TimestampFrequency;
        long batches = status.Agents.Sum(a => a.Counts.GetValueOrDefault("batches"));
        long bytes = status.Agents.Sum(a => a.Counts.GetValueOrDefault("bytes"));
        double cpu = Environment.CpuUsage.TotalTime.TotalSeconds;
        double passed = second - before.Second;
        bool rated = before.Second > 0 && passed > 0.2;
        var agents = status.Agents.Select(Agent).ToList();
        var store = status.History;
        return new HealthView(second, batches, bytes, cpu, status.Ready, status.NotReady,
        [
            new("Agents live", $"{agents.Count(a => a.State == "live")}", $"of {agents.Count} VMs"),
            new("Ingest", rated ? $"{Quantity.Number((batches - before.Batches) / passed)} /s" : "–", rated ? $"batches, {Quantity.Bytes((bytes - before.Bytes) / passed)}/s from agents" : "batches per second"),
            new("Store", Quantity.Bytes(store.SizeBytes), $"of at most {Quantity.Bytes(store.SizeBytesMax)}", store.SizeBytesMax > 0 ? (double)store.SizeBytes / store.SizeBytesMax : null),
            new("Stored since", store.OldestSecond > 0 ? Quantity.Span(Math.Max(0, reader.NowSecond - store.OldestSecond)) : "–", store.OldestSecond > 0 ? Quantity.Clock(store.OldestSecond, date: true) + " UTC" : "no data stored yet"),
            new("Broker CPU", rated ? Quantity.Percent((cpu - before.CpuSeconds) / passed) : "–", "of one processor"),
            new("Broker memory", Quantity.Bytes(Environment.WorkingSet), $"{Quantity.Bytes(GC.GetTotalMemory(false))} managed"),
            new("Behind", status.Second > 0 ? $"{Math.Max(0, reader.NowSecond - status.Second)} s" : "–", "newest closed second"),
            new("Up", Quantity.Span(status.UptimeSeconds), $"version {status.Version}"),
        ],
            Drops(status), Facts(status), Summary(agents), agents);
    }

    private static string Summary(List<AgentHealth> agents) =>
        string.Join(", ", agents.GroupBy(a => a.State).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} {SessionStates.Word(g.Key)}"));

    private static List<DropCount> Drops(StatusAnswer status)
    {
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        void Add(string reason, long count)
        {
            if (count > 0)
            {
                found[reason] = found.GetValueOrDefault(reason) + count;
            }
        }

        foreach (var (name, count) in status.Counts)
        {
            Add("engine or listener: " + name.Replace('_', ' '), count);
        }

        foreach (var (name, count) in status.Agents.SelectMany(a => a.Counts).Where(c => !Harmless.Contains(c.Key)))
        {
            Add("agents: " + name.Replace('_', ' '), count);
        }

        Add("history: samples above the limit", status.History.Dropped);
        Add("history: batches already stored", status.History.DuplicateBatches);
        Add("counter source: readings dropped because the broker was busy", status.SourceStatus.DroppedReadings);
        Add("counter source: reads slower than their interval", status.SourceStatus.SlowReads);
        Add("counter source: reads that failed", status.SourceStatus.FailedReads);
        return [.. found.Select(f => new DropCount(Shown.Name(f.Key), f.Value)).OrderByDescending(d => d.Count).ThenBy(d => d.Reason, StringComparer.Ordinal)];
    }

    private static List<(string, string)> Facts(StatusAnswer status) =>
    [
        ("Counter source", status.Source.Name == status.Source.Origin ? status.Source.Name : $"{status.Source.Name}, {status.Source.Origin}"),
        ("Reads", Quantity.Number(status.SourceStatus.Reads) + (status.SourceStatus.Ended ? ", the recording has ended" : "")),
        .. status.SourceStatus.Faults.Take(5).Select(f => ("Error", Shown.Name(f))),
        ("History folder", status.History.Folder),
        ("Batches stored", Quantity.Number(status.History.CommittedBatches)),
        .. status.Listeners.Select(l => ("Listen addresses", l.Address + (l.Fault is null ? "" : ": " + Shown.Name(l.Fault)))),
        .. status.Held.Take(5).Select(h => ("Waiting, address not known", $"{Shown.Name(h.Address)}, reports the name {Shown.Name(h.ClaimedHostName)}")),
    ];

    private AgentHealth Agent(AgentStatusView agent)
    {
        var report = state.View.Reports.GetValueOrDefault(agent.Id);
        double? memory = agent.State is "live" or "late" ? latest.AgentResident(agent.Id) : null;
        return new AgentHealth(
            agent.Id, Shown.Name(agent.Name), agent.State,
            new Figure(agent.ClockErrorMs, "ms", "measured", "maximum clock error"),
            DashboardReader.Find(report, SignalIds.AgentCost), new Figure(memory, "By", "measured", GuestMetrics.AgentResident.Name),
            agent.Counts.GetValueOrDefault("batches"), agent.Counts.GetValueOrDefault("bytes"),
            agent.Counts.GetValueOrDefault("agent_dropped") + agent.Counts.GetValueOrDefault("over_limit") + agent.Counts.GetValueOrDefault("outbox_dropped"),
            Shown.Name(agent.Spent.Count > 0 ? $"over its budget of {string.Join(", ", agent.Spent)}" : agent.Reason ?? agent.LastRefusal ?? ""));
    }
}
