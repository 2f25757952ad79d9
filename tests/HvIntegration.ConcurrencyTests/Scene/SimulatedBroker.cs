using HvIntegration.Ingest;
using HvIntegration.Engine.Options;
using HvIntegration.Broker.Live;
using HvIntegration.Broker.Pipeline;
using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Streams;
using System.Runtime.CompilerServices;
using HvIntegration.ConcurrencyTests.Exploring;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Transport.Abstractions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace HvIntegration.ConcurrencyTests.Scene;

/// <summary>The broker's own parts between the wire and the store, each an actor; only listeners and gRPC are left out.</summary>
internal sealed class SimulatedBroker : IPeerDirectory, ICounterSource
{
    private readonly Explorer _explorer;
    private readonly IReadOnlyList<SimulatedGuest> _guests;
    private readonly AgentOptions _agentOptions = new() { DeadAfterMs = 600, SilenceMs = 30_000 };
    private readonly CancellationTokenSource _streamsEnd = new();
    private readonly CancellationTokenSource _pumpEnds = new();
    private readonly CancellationTokenSource _loopEnds = new();
    private readonly CancellationTokenSource _writerEnds = new();
    private readonly List<Task> _streams = [];
    private readonly HostClock _clock;
    private readonly BrokerState _state;
    private readonly BrokerLoop _loop;
    private readonly Task _pumping;
    private readonly Task _looping;
    private readonly Task _writing;

    public SimulatedBroker(Explorer explorer, MemoryStore store, IReadOnlyList<SimulatedGuest> guests, long inFlightMax)
    {
        _explorer = explorer;
        _guests = guests;
        var time = explorer.Time;
        var budgets = Options.Create(new BudgetOptions { ProcessorPercent = 100, StreamsPerHour = 100_000, BootsPerHour = 100_000 });
        _clock = new HostClock(time);
        _state = new BrokerState(_clock);
        Accounts = new VmAccounts(budgets, new HistoryRoom(1L << 40, 24), time);
        InFlight = new InFlight(inFlightMax, inFlightMax * 3 / 2, NullLogger<InFlight>.Instance);
        Sessions = new AgentSessions(Options.Create(_agentOptions), Accounts, time);
        var pump = new SourcePump(this, _clock, time, new SourceTimeout(5_000), NullLogger<SourcePump>.Instance);
        Writer = new HistoryWriter(store, Sessions, Accounts, InFlight, time, NullLogger<HistoryWriter>.Instance);
        _loop = new BrokerLoop(
            pump, this, new Inventory(), Writer, store, _state, Accounts, InFlight, new LatestSamples(), _clock, time, Options.Create(new EngineOptions()), NullLogger<BrokerLoop>.Instance);
        _writing = explorer.NewActor("writer").Run(() => ExecuteAsync(Writer, _writerEnds.Token));
        _looping = explorer.NewActor("loop").Run(() => ExecuteAsync(_loop, _loopEnds.Token));
        _pumping = explorer.NewActor("pump").Run(() => ExecuteAsync(pump, _pumpEnds.Token));
    }

    public string Name => "none";

    public SourceOrigin Origin => SourceOrigin.Simulated;

    public VmAccounts Accounts { get; }

    public InFlight InFlight { get; }

    public AgentSessions Sessions { get; }

    public HistoryWriter Writer { get; }

    /// <summary>Arrivals that the engine has not taken, as of the newest closed second.</summary>
    public long Waiting => _state.View.Counts.GetValueOrDefault("arrivals_waiting");

    /// <summary>A part that ended although nobody told it to; null while all run.</summary>
    public string? Died =>
        _writing.IsCompleted && !_writerEnds.IsCancellationRequested ? "the writer ended: " + _writing.Exception?.Message
        : _looping.IsCompleted && !_loopEnds.IsCancellationRequested ? "the loop ended: " + _looping.Exception?.Message : null;

    /// <summary>The broker's end of a stream.</summary>
    public Task ConnectAsync(SimulatedGuest guest, Link link)
    {
        var running = _explorer.NewActor("stream of " + guest.Vm.Name).Run(() => StreamAsync(guest, link));
        _streams.Add(running);
        return running;
    }

    /// <summary>Stops in the order of the real one: streams, source, loop, and the last commit at the end.</summary>
    public async Task StopAsync()
    {
        await _streamsEnd.CancelAsync();
        await Task.WhenAll(_streams);
        await EndAsync(_pumpEnds, _pumping);
        await EndAsync(_loopEnds, _looping);
        await EndAsync(_writerEnds, _writing);
        _loop.Dispose();
    }

    public PartitionInfo? Find(PeerIdentity peer) => _guests.FirstOrDefault(g => g.Peer == peer)?.Vm;

    public ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation) => ValueTask.FromResult(new CounterReading(
        [.. _guests.Select(g => g.Vm)],
        [new HostSample(Guid.Empty, new SeriesKey(HostMetrics.LpRunTime.Id, "0"), SampleForm.Cumulative, nowNs, nowNs, nowNs / 2e9, SampleQuality.Measured, $"read at step {_explorer.Steps}")],
        [], false));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task EndAsync(CancellationTokenSource source, Task task)
    {
        await source.CancelAsync();
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    // Started by the host on the pool; here each is an actor of its own.
    [UnsafeAccessor(UnsafeAccessorKind.Method)]
    private static extern Task ExecuteAsync(HistoryWriter service, CancellationToken stopping);

    [UnsafeAccessor(UnsafeAccessorKind.Method)]
    private static extern Task ExecuteAsync(BrokerLoop service, CancellationToken stopping);

    [UnsafeAccessor(UnsafeAccessorKind.Method)]
    private static extern Task ExecuteAsync(SourcePump service, CancellationToken stopping);

    private async Task StreamAsync(SimulatedGuest guest, Link link)
    {
        using var stream = new AgentStream(
            guest.Peer, link.Up, link.Down, Sessions, Accounts, InFlight, this, _loop, _clock, _explorer.Time, _agentOptions);
        try
        {
            await stream.RunAsync(_streamsEnd.Token);
        }
        catch (RefusedException refusal)
        {
            Assert.Equal(Protocol.V1.RefuseReason.AnotherAgentConnected, refusal.Reason);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // As TelemetryService: the stream ended.
        }
        finally
        {
            link.Up.Close();
            link.Down.Close();
        }
    }
}
