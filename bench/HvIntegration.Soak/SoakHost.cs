using System.Globalization;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Soak;

/// <summary>The host of the run: VMs, devices and processes come and go, and its counters are read once a step.</summary>
internal sealed class SoakHost : ICounterSource
{
    private const int LogicalProcessors = 8;
    private const int HostProcesses = 20;
    private const double MemoryBytes = 512.0 * 1024 * 1024 * 1024;
    private const string Native = "soak";

    private readonly Lock _gate = new();
    private readonly SoakPlan _plan;
    private readonly Random _random;
    private readonly List<SoakVm> _vms = [];
    private readonly Dictionary<string, double> _processes = [];
    private int _vmsMade;
    private int _processesMade;
    private double _busySeconds;
    private HostSampleList? _waiting;

    public SoakHost(SoakPlan plan, long nowNs)
    {
        _plan = plan;
        _random = new Random(plan.Seed);
        for (int i = 0; i < plan.Vms; i++)
        {
            // A quarter of the VMs pass through, each for an hour at most and a quarter.
            Add(nowNs, i switch { 0 => SoakRole.NameChurner, 1 => SoakRole.Booter, _ => i % 4 == 2 ? SoakRole.Passing : SoakRole.Steady });
        }
    }

    /// <inheritdoc/>
    public string Name => "soak";

    /// <inheritdoc/>
    public SourceOrigin Origin => SourceOrigin.Simulated;

    /// <summary>VMs now.</summary>
    public IReadOnlyList<SoakVm> Vms => [.. _vms];

    /// <summary>VMs that were there in all.</summary>
    public int VmsMade => _vmsMade;

    /// <summary>True when the newest step's counters were read.</summary>
    public bool WasRead
    {
        get
        {
            lock (_gate)
            {
                return _waiting is null;
            }
        }
    }

    /// <summary>Lives through a step that ends at <paramref name="nowNs"/>.</summary>
    public void Turn(long nowNs)
    {
        lock (_gate)
        {
            foreach (var gone in _vms.Where(v => v.LeavesAtNs <= nowNs).ToList())
            {
                _vms.Remove(gone);
                Add(nowNs, SoakRole.Passing);
            }

            foreach (var vm in _vms)
            {
                vm.Turn(nowNs, _plan.StepSeconds);
            }

            _busySeconds += _plan.StepSeconds * 0.4;
            while (_processes.Count < HostProcesses || (_random.Next(6) == 0 && _processes.Remove(_processes.Keys.First())))
            {
                _processes[$"host-proc-{++_processesMade}"] = 0;
            }

            foreach (string name in _processes.Keys.ToList())
            {
                _processes[name] += _plan.StepSeconds * 0.02 * _random.NextDouble();
            }

            _waiting = Read(nowNs);
        }
    }

    /// <inheritdoc/>
    public ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation)
    {
        lock (_gate)
        {
            IReadOnlyList<HostSample> samples = _waiting?.Samples ?? [];
            _waiting = null;
            return ValueTask.FromResult(new CounterReading([.. _vms.Select(v => v.Info)], samples, [], false));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Add(long nowNs, SoakRole role)
    {
        int number = ++_vmsMade;
        long? leaves = role == SoakRole.Passing ? nowNs + (long)((0.25 + _random.NextDouble()) * 3600e9) : null;
        _vms.Add(new SoakVm(number, string.Create(CultureInfo.InvariantCulture, $"vm-{number:D4}"), role, nowNs, new Random(_plan.Seed + number), leaves));
    }

    private HostSampleList Read(long ns)
    {
        var into = new HostSampleList();
        for (int lp = 0; lp < LogicalProcessors; lp++)
        {
            into.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.LpRunTime, lp.ToString(CultureInfo.InvariantCulture)), ns, _busySeconds, Native);
        }

        into.Gauge(Guid.Empty, HostSeries.Of(HostMetrics.LpCount), ns, LogicalProcessors, Native);
        into.Gauge(Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryTotal), ns, MemoryBytes, Native);
        into.Gauge(Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryAvailable), ns, MemoryBytes / 2, Native);
        foreach (var (name, seconds) in _processes)
        {
            into.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.HostProcessTime, name), ns, seconds, Native);
        }

        foreach (var vm in _vms)
        {
            vm.Read(into, ns);
        }

        return into;
    }
}
