using HvIntegration.ConcurrencyTests.Exploring;

namespace HvIntegration.ConcurrencyTests.Scene;

/// <summary>Two guests, a broker, a disk; things go wrong for a while, then nothing does, and then all must be in order.</summary>
internal sealed class Story : IDisposable
{
    private static readonly TimeSpan HealedWithin = TimeSpan.FromSeconds(60);

    // What one batch of these guests takes between the wire and history.
    private const long BatchBytes = 552;

    private readonly Explorer _explorer;
    private readonly Random _random;
    private readonly MemoryStore _store;
    private readonly SimulatedGuest[] _guests;
    private readonly long _inFlightMax;
    private readonly CancellationTokenSource _end = new();
    private SimulatedBroker _broker;
    private bool _making = true;
    private bool _stopping;

    /// <param name="schedule">Who runs when.</param>
    /// <param name="seed">What goes wrong when.</param>
    public Story(Schedule schedule, int seed)
    {
        _random = new Random(seed);
        _explorer = new Explorer(schedule) { Check = Check };
        _store = new MemoryStore(new Random(seed + 1));
        _guests = [.. new[] { "web", "batch" }.Select(name => new SimulatedGuest(name, _explorer, _store, _random))];
        _inFlightMax = BatchBytes * (_random.Next(2) == 0 ? 1_000 : 8 + _random.Next(12));
        _broker = NewBroker();
    }

    public long Steps => _explorer.Steps;

    public long Acknowledgements => _guests.Sum(g => g.Acknowledgements);

    public int Failures => _store.Failures;

    public void Dispose() => _end.Dispose();

    public Task RunAsync(int troubles) => _explorer.RunAsync(async () =>
    {
        var agents = _guests.Select(g => _explorer.NewActor("agent of " + g.Vm.Name).Run(() => g.RunAsync(ConnectAsync, _end.Token))).ToList();
        var making = _guests.Select(g => _explorer.NewActor("sampler of " + g.Vm.Name).Run(() => MakeAsync(g))).ToList();
        await PauseAsync(3_000);
        for (int i = 0; i < troubles; i++)
        {
            await PauseAsync(_random.Next(2_500));
            await TroubleAsync();
        }

        _store.FailureShare = 0;
        _store.Unwritable.Clear();
        await HealedAsync();
        _making = false;
        await HealedAsync();
        await _end.CancelAsync();
        await Task.WhenAll([.. agents, .. making]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.All(agents, a => Assert.True(a.IsCanceled, a.Exception?.InnerException?.Message));
        await _broker.StopAsync();
    });

    private Task PauseAsync(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), _explorer.Time, CancellationToken.None);

    private SimulatedBroker NewBroker() => new(_explorer, _store, _guests, _inFlightMax);

    private Task ConnectAsync(SimulatedGuest guest, Link link)
    {
        if (_stopping)
        {
            link.Down.Close();
            link.Up.Close();
            return Task.CompletedTask;
        }

        return _broker.ConnectAsync(guest, link);
    }

    private async Task MakeAsync(SimulatedGuest guest)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), _explorer.Time, _end.Token);
            if (_making)
            {
                guest.Make();
            }
        }
    }

    private async Task TroubleAsync()
    {
        var guest = _guests[_random.Next(_guests.Length)];
        switch (_random.Next(10))
        {
            case 0:
                _store.FailureShare = 1;
                break;
            case 1:
                _store.FailureShare = 0.3;
                break;
            case 2:
                _store.FailureShare = 0;
                break;
            case 3:
                _store.Unwritable[guest.Vm.Id] = _random.Next(2) == 0;
                await PauseAsync(_random.Next(6_000));
                for (int i = _random.Next(6); i > 0; i--)
                {
                    // Streams end while what they brought is tried in parts.
                    guest.Cut();
                    await PauseAsync(_random.Next(800));
                }

                break;
            case 4:
                _store.Unwritable.Clear();
                break;
            case 5:
                guest.Cut();
                break;
            case 6:
                guest.Leave();
                break;
            case 7:
                guest.Reboot();
                break;
            case 8:
                guest.RestartAgent();
                break;
            default:
                _stopping = true;
                await _broker.StopAsync();
                _broker = NewBroker();
                _stopping = false;
                break;
        }
    }

    private async Task HealedAsync()
    {
        var until = _explorer.Time.GetUtcNow() + HealedWithin;
        while (Unhealed() is { } what)
        {
            Assert.True(_explorer.Time.GetUtcNow() < until, $"after {HealedWithin.TotalSeconds} s without trouble: {what}; {Describe()}");
            await PauseAsync(500);
        }
    }

    // While batches are made, the newest few are on their way; afterwards nothing is.
    private string? Unhealed()
    {
        int onTheWay = _making ? 20 : 0;
        return _guests.FirstOrDefault(g => g.Kept > onTheWay) is { } guest ? $"{guest.Kept} batches of {guest.Vm.Name} are not acknowledged"
            : _broker.Sessions.All.FirstOrDefault(s => s.HistoryBroken) is { } broken ? $"the stream of {broken.Partition.Name} is kept out of history"
            : _making ? null
            : _broker.InFlight.Total != 0 ? $"{_broker.InFlight.Total} bytes are in flight"
            : _guests.FirstOrDefault(g => _broker.Accounts.Of(g.Vm.Id).InFlightBytes != 0) is { } leaking ? $"{leaking.Vm.Name} has bytes in flight"
            : _broker.Waiting != 0 ? $"{_broker.Waiting} arrivals wait" : null;
    }

    private string Describe() => string.Join("; ", _guests.Select(g =>
        $"{g.Vm.Name}: {(_broker.Sessions.Find(g.Vm.Id) is { } s ? $"stream welcomed {s.Welcomed}, last {s.LastSequence}, kept out {s.HistoryBroken}, silent {s.Silence.TotalSeconds:0} s" : "no stream")}, "
        + $"history has {_store.CommittedSequence(g.Vm.Id, g.Boot)}, {_broker.Accounts.Of(g.Vm.Id).InFlightBytes} bytes in flight, "
        + string.Join(", ", _broker.Accounts.Of(g.Vm.Id).Ledger.Counts.Select(c => $"{c.Key} {c.Value}"))))
        + $"; {_broker.Waiting} arrivals wait, {_store.Commits} commits, fault: {_broker.Writer.Fault ?? "none"}";

    private void Check()
    {
        Assert.True(_broker.InFlight.Total >= 0, "fewer than no bytes are in flight");
        Assert.All(_guests, g => Assert.True(_broker.Accounts.Of(g.Vm.Id).InFlightBytes >= 0, "a VM has fewer than no bytes in flight"));
        Assert.True(_broker.Died is null, _broker.Died);
        Assert.True(_store.Violation is null, _store.Violation);
    }
}
