using HvIntegration.Api.Access;
using HvIntegration.Api.Endpoints;
using HvIntegration.Broker.Live;
using HvIntegration.Broker.Pipeline;
using HvIntegration.Broker.Queries;
using HvIntegration.HostBroker.Composition;
using HvIntegration.HostBroker.Settings;
using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Streams;
using HvIntegration.Model;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using HvIntegration.History;
using HvIntegration.History.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace HvIntegration.Soak;

/// <summary>Runs a whole broker under a turned clock, and looks for what grows and what does not hold.</summary>
internal sealed class SoakRun
{
    private const int PendingMax = 12;
    private const int FaultsMax = 60;
    private const long SecondNs = 1_000_000_000;
    private static readonly TimeSpan SettleMax = TimeSpan.FromSeconds(180);

    private static readonly TimeSpan StalledFor = TimeSpan.FromSeconds(2);

    // Usually a batch is acknowledged in the step in which it is sent; what is not is acknowledged in the next.
    private static readonly TimeSpan TakenMax = TimeSpan.FromMilliseconds(200);

    // What a guest over its budget is answered with; docs/budgets.md and docs/history.md announce it.
    private static readonly int[] AnnouncedLines = [2001, 2003, 2004, 2406];

    private readonly SoakPlan _plan;
    private readonly FakeTimeProvider _time = new(SoakPlan.Start);
    private readonly LogBook _log;
    private readonly List<Measurement> _measured = [];
    private readonly Dictionary<Guid, SoakAgent> _agents = [];
    private readonly SortedSet<string> _faults = new(StringComparer.Ordinal);
    private readonly Random _random;
    private long _batches;
    private int _streams;
    private int _vmsMade;
    private double _hours;
    private TimeSpan _took;

    public SoakRun(SoakPlan plan, LogBook log)
    {
        _plan = plan;
        _log = log;
        _random = new Random(plan.Seed);
        _time.SetLocalTimeZone(CentralEurope());
    }

    /// <summary>What is broken, one sentence each; empty when everything holds.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>Measurements after the warm-up.</summary>
    public IReadOnlyList<Measurement> Measured => [.. _measured.Where(m => m.Hours >= _plan.WarmUpHours)];

    /// <summary>Lines of the log that are no faults, with their number.</summary>
    public IReadOnlyList<string> Lines => [.. _log.Entries.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Count} x {e.Level} {e.Id}: {e.First}"))];

    /// <summary>Sums of the run, one sentence.</summary>
    public string Sums => string.Create(
        CultureInfo.InvariantCulture,
        $"{_hours:0.0} h of {_plan.Vms} VMs at {_plan.StepSeconds} s in {_took.TotalSeconds:0} s: {_batches} batches sent over {_streams} streams, {_vmsMade} VMs in all");

    /// <summary>Runs to the end.</summary>
    /// <param name="tell">Takes one line per measurement.</param>
    public async Task RunAsync(Action<string> tell)
    {
        Directory.CreateDirectory(_plan.Folder);
        var options = new BrokerOptions { LogLevel = LogLevel.Warning };
        options.Api.Url = "http://127.0.0.1:0";
        options.History.Folder = Path.Combine(_plan.Folder, "history");
        options.History.SecondHours = _plan.SecondHours;
        options.History.MinuteDays = 2;
        options.History.SizeMaxMiB = _plan.SizeMaxMiB;
        options.History.MemoryMaxMiB = _plan.MemoryMaxMiB;

        // Work that is under way while the clock is turned seems to take the whole step.
        options.Budgets.ProcessorPercent = 100;
        options.Agents.DeadAfterMs = 60_000;
        options.Agents.SilenceMs = 600_000;
        var history = await HistoryStore.OpenAsync(options.History, options.Engine, _time, _log, CancellationToken.None);
        await using var host = new SoakHost(_plan, UnixNs(_time.GetUtcNow()));
        await using var app = BrokerHost.Build(options, host, history, history, _time, console: false);
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(_log);
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(ApiAddress.Bound(app.Services.GetRequiredService<IServer>(), options.Api.Url)) };
        try
        {
            await LiveAsync(app, host, history, options.History, http, tell);
        }
        finally
        {
            foreach (var agent in _agents.Values)
            {
                await agent.CloseAsync();
            }

            await app.StopAsync();
            await history.DisposeAsync();
        }

        Judge();
    }

    private static long UnixNs(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>Middle Europe's rule, whatever this machine knows of time zones.</summary>
    private static TimeZoneInfo CentralEurope() => TimeZoneInfo.CreateCustomTimeZone(
        "soak", TimeSpan.FromHours(1), "soak", "soak", "soak summer",
        [
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday)),
        ]);

    private async Task LiveAsync(WebApplication app, SoakHost host, HistoryStore history, HistoryOptions options, HttpClient http, Action<string> tell)
    {
        long started = Stopwatch.GetTimestamp();
        int steps = (int)(_plan.Hours * 3600 / _plan.StepSeconds);
        int every = Math.Max(1, _plan.MeasureMinutes * 60 / _plan.StepSeconds);
        for (int step = 1; step <= steps && Stopwatch.GetElapsedTime(started) < _plan.RealMax; step++)
        {
            await StepAsync(app.Services, host, history);
            if (step % every == 0)
            {
                // Upkeep may still be at it: it ends on its own.
                await SettleAsync(() => !FolderCheck.Faults(options, _time.GetUtcNow()).Any(), "the files of history are as promised", () => FolderCheck.Faults(options, _time.GetUtcNow()).First());

                // A turn of the clock is at once, the seconds that it closes are not: the broker is ready when it has closed them.
                var state = app.Services.GetRequiredService<BrokerState>();
                await SettleAsync(() => _time.GetUtcNow().ToUnixTimeSeconds() - state.View.Second <= _plan.StepSeconds, "the seconds of a turn were closed", turns: true);

                double hours = (double)step * _plan.StepSeconds / 3600;
                await AskAsync(host, http);
                _measured.Add(Measure(app, history, options, hours, host.VmsMade, Stopwatch.GetElapsedTime(started)));
                tell(Line(_measured[^1]));
            }
        }

        await CaughtUpAsync(host, history);
        _hours = (_time.GetUtcNow() - SoakPlan.Start).TotalHours;
        (_took, _vmsMade) = (Stopwatch.GetElapsedTime(started), host.VmsMade);
    }

    /// <summary>One turn of the clock: the host is read and the guests send, then the second closes in which all of it is committed.</summary>
    private async Task StepAsync(IServiceProvider services, SoakHost host, HistoryStore history)
    {
        var next = _time.GetUtcNow().AddSeconds(_plan.StepSeconds - 1);
        host.Turn(UnixNs(next));
        _time.Advance(TimeSpan.FromSeconds(_plan.StepSeconds - 1));
        await SettleAsync(() => host.WasRead, "the counters of the host were read");

        var live = host.Vms.ToDictionary(v => v.Id);
        foreach (var gone in _agents.Where(a => !live.ContainsKey(a.Key)).ToList())
        {
            // A stream may outlive its VM in the inventory for a moment: what still comes by it must be forgotten too.
            if (_random.Next(2) == 0)
            {
                await gone.Value.SendAsync(UnixNs(next), reconnect: false);
            }

            await gone.Value.CloseAsync();
            Account(gone.Value);
            _agents.Remove(gone.Key);
        }

        foreach (var vm in live.Values)
        {
            if (!_agents.TryGetValue(vm.Id, out var agent))
            {
                _agents.Add(vm.Id, agent = new SoakAgent(vm, services, () => _time.Advance(TimeSpan.FromSeconds(1))));
            }

            await agent.SendAsync(UnixNs(next) - (_random.Next(500) * 1_000_000L), reconnect: _random.Next(3000) == 0);
        }

        var good = _agents.Values.Where(a => a.Vm.Role is SoakRole.Steady or SoakRole.Passing).ToList();
        long began = Stopwatch.GetTimestamp();
        while (!good.TrueForAll(a => a.IsTaken) && Stopwatch.GetElapsedTime(began) < TakenMax)
        {
            await Task.Delay(1);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        await SettleAsync(() => good.TrueForAll(a => a.IsAcknowledged), turns: true, what: "every batch of the good guests was acknowledged", which: () => good.Find(a => !a.IsAcknowledged));
        await SettleAsync(() => history.PendingWindows <= PendingMax, "windows are made as fast as they become due");
        foreach (var agent in good)
        {
            if (agent.Fault is { } fault)
            {
                Fault($"The stream of a good guest ended: {fault}");
            }
        }
    }

    private void Account(SoakAgent agent)
    {
        _batches += agent.Batches;
        _streams += agent.Streams;
    }

    private async Task SettleAsync(Func<bool> holds, string what, Func<object?>? which = null, bool turns = false)
    {
        long began = Stopwatch.GetTimestamp();
        long turned = began;
        for (int tries = 0; !holds(); tries++)
        {
            if (turns && Stopwatch.GetElapsedTime(turned) > StalledFor)
            {
                // What a stream waits for may be the clock.
                turned = Stopwatch.GetTimestamp();
                _time.Advance(TimeSpan.FromSeconds(1));
            }

            if (Stopwatch.GetElapsedTime(began) > SettleMax)
            {
                Fault(string.Create(CultureInfo.InvariantCulture, $"Not within {SettleMax.TotalSeconds} s: {what}{(which?.Invoke() is { } one ? $": {one}" : "")}."));
                return;
            }

            await (tries < 20 ? Task.Delay(0) : Task.Delay(2));
        }
    }

    /// <summary>Asks what people and programs ask: each question has an answer, and is not refused.</summary>
    private async Task AskAsync(SoakHost host, HttpClient http)
    {
        var steady = host.Vms.Where(v => v.Role == SoakRole.Steady).ToList();
        string vm = "api/v1/vms/" + steady[_random.Next(steady.Count)].Info.Name;
        string Range(double hours) => string.Create(
            CultureInfo.InvariantCulture, $"from={_time.GetUtcNow().AddHours(-hours):yyyy-MM-dd'T'HH:mm:ss'Z'}&to={_time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}");
        foreach (string question in new[]
        {
            "healthz", "readyz", "metrics", "api/v1/status", "api/v1/host", "api/v1/host/stack", "api/v1/vms", "api/v1/episodes",
            vm, vm + "/signals", vm + "/stack", vm + "/metrics", vm + "/moment?at=-3m", vm + "/processes/top", vm + "/verdicts?" + Range(1),
            vm + "/history?metric=system.cpu.time&" + Range(0.25), $"{vm}/history?signal={SignalIds.HostRun}&points=500&" + Range(_plan.Hours),
        })
        {
            using var answer = await http.GetAsync(new Uri(question, UriKind.Relative));
            string text = await answer.Content.ReadAsStringAsync();
            if (answer.StatusCode != HttpStatusCode.OK || text.Length == 0)
            {
                Fault($"GET {question.Split('?')[0].Replace(vm, "api/v1/vms/VM", StringComparison.Ordinal)}: {(int)answer.StatusCode} {text.ReplaceLineEndings(" ")}");
            }
        }
    }

    private static Measurement Measure(WebApplication app, HistoryStore history, HistoryOptions options, double hours, int vms, TimeSpan took)
    {
        object[] roots =
        [
            history, .. new[]
            {
                typeof(BrokerLoop), typeof(HistoryWriter), typeof(SourcePump), typeof(LatestSamples), typeof(VmAccounts), typeof(InFlight), typeof(AgentSessions), typeof(BrokerState), typeof(Inventory),
                typeof(Acknowledgements), typeof(EventFeed), typeof(EventStreams), typeof(PastReader), typeof(HostReader), typeof(StackReader),
                typeof(BrokerReader), typeof(MetricsReader),
            }.Select(app.Services.GetRequiredService),
        ];
        var tables = TableWalk.Count(roots);
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return new Measurement(
            hours, GC.GetTotalMemory(false), process.WorkingSet64, tables, vms, FolderCheck.Count(options.Folder), history.Status.SizeBytes, history.PendingWindows, took.TotalSeconds);
    }

    private string Line(Measurement m) => string.Create(
        CultureInfo.InvariantCulture,
        $"{m.Hours,6:0.00} h  managed {m.ManagedBytes / 1048576.0,7:0.0} MiB  rss {m.ResidentBytes / 1048576.0,7:0.0} MiB  VMs {m.Vms,4}  entries {m.Tables.Values.Sum(),8}  files {m.Files.Second,3} {m.Files.Minute,2} {m.Files.Hour,2}  history {m.HistoryBytes >> 20,5} MiB  windows due {m.PendingWindows,3}  faults {_faults.Count}  {m.RealSeconds,6:0} s");

    /// <summary>Every hour of the run that is kept has its window, across day, month and the end of daylight saving.</summary>
    private async Task CaughtUpAsync(SoakHost host, HistoryStore history)
    {
        var vm = host.Vms.First(v => v.Role == SoakRole.Steady);
        long from = SoakPlan.Start.ToUnixTimeSeconds();
        long to = _time.GetUtcNow().ToUnixTimeSeconds();
        var answer = await history.QuerySignalAsync(vm.Id, SignalIds.HostRun, from, to, Math.Max(2, (int)(_plan.Hours * 4)), CancellationToken.None);
        var seconds = answer.Points.Select(p => p.Second).ToList();
        double widest = seconds.Zip(seconds.Skip(1), (a, b) => (b - a) / 3600.0).DefaultIfEmpty(_plan.Hours).Max();
        if (seconds.Count == 0 || widest > 1.01 || to - seconds[^1] > 2 * 3600 || seconds[0] - from > 3600)
        {
            Fault(string.Create(CultureInfo.InvariantCulture, $"History of {vm.Info.Name} over the whole run has {seconds.Count} points with {widest:0.0} h between two of them."));
        }
    }

    private void Judge()
    {
        foreach (var agent in _agents.Values)
        {
            Account(agent);
        }

        foreach (string fault in Flatness.Faults(Measured, _plan.GrowthMax))
        {
            Fault(fault);
        }

        foreach (var (level, id, count, first) in _log.Entries)
        {
            if (!AnnouncedLines.Contains(id))
            {
                Fault(string.Create(CultureInfo.InvariantCulture, $"The log has {count} x {level} {id} that was not announced: {first}"));
            }
        }
    }

    private void Fault(string sentence)
    {
        if (_faults.Count < FaultsMax)
        {
            if (_faults.Add(sentence))
            {
                Console.Error.WriteLine(sentence);
            }
        }
    }
}
