using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.Simulated;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.DashboardTests;

/// <summary>The simulated host with three more VMs: one without an agent, one that is off, and one whose names are hostile.</summary>
internal sealed class StorySource(ICounterSource inner) : ICounterSource, ISimulatedGuests
{
    /// <summary>Seen from outside only; it moves while the story is this old.</summary>
    public const string NoAgent = "legacy-01";

    /// <summary>First second of the story in which its counters are away.</summary>
    public const int MovesFrom = 110;

    /// <summary>First second in which they are back.</summary>
    public const int MovesTo = 122;

    /// <summary>Markup, a quote, a line break, a direction override and more length than any name needs.</summary>
    public static string Hostile { get; } = "<img src=x onerror=\"alert(1)\">\u202Egnp.exe'\"\n" + new string('W', 300);

    private static readonly Guid NoAgentId = new("55555555-0000-4000-8000-000000000001");
    private static readonly Guid OffId = new("55555555-0000-4000-8000-000000000002");
    private static readonly Guid HostileId = new("55555555-0000-4000-8000-000000000003");

    private long _firstNs;
    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-story-").FullName;

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public SourceOrigin Origin => inner.Origin;

    /// <inheritdoc/>
    public async ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation)
    {
        var reading = await inner.ReadAsync(nowNs, cancellation);
        var twin = reading.Partitions.Single(p => p.Name == "file-01");
        _firstNs = _firstNs == 0 ? nowNs : _firstNs;
        long second = (nowNs - _firstNs) / 1_000_000_000;
        bool moves = second is >= MovesFrom and < MovesTo;
        return reading with
        {
            Partitions =
            [
                .. reading.Partitions,
                twin with { Id = NoAgentId, Name = NoAgent, AgentAddress = Address("nobody") },
                twin with { Id = OffId, Name = "spare-01", State = PartitionState.Off, AgentAddress = Address("nobody-2") },
                twin with { Id = HostileId, Name = Hostile, AgentAddress = Address("nobody-3") },
            ],
            Samples =
            [
                .. reading.Samples,
                .. Switch(reading.Samples, nowNs),
                .. reading.Samples.Where(s => s.Partition == twin.Id).SelectMany(s => moves ? [s with { Partition = HostileId }] : new[] { s with { Partition = NoAgentId }, s with { Partition = HostileId } }),
                new HostSample(NoAgentId, new SeriesKey(HostMetrics.VmActivity.Id, "migration"), SampleForm.Gauge, nowNs, nowNs, moves ? 1 : 0, SampleQuality.Measured, "Hyper-V VM Live Migration"),
                new HostSample(
                    NoAgentId, new SeriesKey(StackMetrics.PartitionSkippedTicks.Id, ""), SampleForm.Cumulative, nowNs, nowNs, (nowNs - _firstNs) / 1e9, SampleQuality.Measured, "Skipped Timer Ticks"),
            ],
        };
    }

    /// <inheritdoc/>
    public IReadOnlyList<GuestBatch> DrainGuests(long nowNs) => ((ISimulatedGuests)inner).DrainGuests(nowNs);

    /// <inheritdoc/>
    public IReadOnlyList<(Guid Partition, Guid BootId, ClockExchange Exchange)> DrainExchanges(long nowNs) => ((ISimulatedGuests)inner).DrainExchanges(nowNs);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // All adapters hang on one switch; it drops a packet in ten seconds.
    private IEnumerable<HostSample> Switch(IReadOnlyList<HostSample> samples, long nowNs)
    {
        foreach (string direction in (string[])["receive", "transmit"])
        {
            double bytes = samples.Where(s => s.Series.MetricId == HostMetrics.NicIo.Id && s.Series.Instance.EndsWith(direction, StringComparison.Ordinal)).Sum(s => s.Value);
            yield return new HostSample(
                Guid.Empty, new SeriesKey(StackMetrics.SwitchIo.Id, "LAN|" + direction), SampleForm.Cumulative, nowNs, nowNs, bytes, SampleQuality.Measured, StackMetrics.SwitchIo.Name);
            yield return new HostSample(
                Guid.Empty, new SeriesKey(HostMetrics.SwitchDropped.Id, "LAN|" + direction), SampleForm.Cumulative, nowNs, nowNs, (nowNs - _firstNs) / 2e10, SampleQuality.Measured, HostMetrics.SwitchDropped.Name);
        }
    }

    // The broker listens there for agents that never come.
    private string Address(string name) => "unix:" + Path.Combine(_folder, name + ".sock");
}
