
namespace HvIntegration.Simulation;

/// <summary>The true state of one VM in one case.</summary>
/// <param name="Hypothesis">What is really wrong, by the stable ids of docs/rules; "none" when nothing is.</param>
/// <param name="VictimId">VM it happens to.</param>
/// <param name="CulpritName">VM (or "root") that takes the shared resource; null where nobody does.</param>
/// <param name="OnsetSecond">First second of the fault; null for "none".</param>
/// <param name="EndSecond">First second after it.</param>
/// <param name="Story">Variant, for the report of failures.</param>
public sealed record Truth(string Hypothesis, Guid VictimId, string? CulpritName, long? OnsetSecond, long EndSecond, string Story)
{
    /// <summary>Second hypothesis that is true at the same time; either is right.</summary>
    public string? Also { get; init; }
}

/// <summary>One seeded case: a host, its VMs, one fault or none, and what both sides observe of it.</summary>
public sealed class Scenario
{
    private const long Start = 1_790_000_000;
    private const int LongSeconds = 4500;
    private const double LongStepSeconds = 0.5;

    // What one processor of a quiet VM has to do at most: beyond it would be a hot thread, which is a fault of its own.
    private const double QuietLevelMax = 0.8;

    private readonly World _world;
    private readonly Observer _observer;
    private readonly Plan _plan;
    private readonly int _onset;
    private readonly int _end;

    /// <summary>Makes the case that this seed means.</summary>
    /// <param name="kind">What happens.</param>
    /// <param name="seed">Everything else follows from it.</param>
    public Scenario(CaseKind kind, int seed)
    {
        ArgumentNullException.ThrowIfNull(kind);
        var noise = new Noise(HashCode(kind.SeedName, seed));
        var machine = MakeMachine(noise, kind.IsLong ? 4 : 10);
        var victim = machine.Vms[noise.Whole(0, machine.Vms.Count - 1)];
        if (victim.VirtualProcessors < kind.ProcessorsMin)
        {
            // On one processor a hot thread is the same as too much demand: that case has no right answer.
            victim = machine.Vms.MaxBy(v => v.VirtualProcessors)!;
        }

        _onset = noise.Whole(40, 70);
        _end = _onset + (kind.IsLong ? LongSeconds : noise.Whole(35, 60));
        Length = _end + 25;
        var faults = new ObservationFaults(
            noise.Chance(0.5), noise.Chance(0.3) ? 0.02 : 0, noise.Between(0.001, 0.02), 0.2,
            noise.Between(-4000, 4000), noise.Between(0, 60), noise.Between(80e-6, 600e-6))
        {
            HostLossProbability = noise.Chance(0.2) ? 0.015 : 0,
            Outage = noise.Chance(0.15) ? (noise.Whole(10, _end), noise.Whole(3, 9)) : default,
            Reset = noise.Chance(0.15) ? (noise.Whole(10, _end), noise.Whole(0, machine.Vms.Count - 1)) : default,
        };
        _plan = kind.Prepare(machine, victim, noise);
        Truth = new Truth(kind.Hypothesis, victim.Id, _plan.Culprit, kind.Hypothesis == "none" ? null : Start + _onset, Start + _end, _plan.Story) { Also = kind.Also };
        _world = new World(machine, noise, kind.IsLong ? LongStepSeconds : 0.1);
        _observer = new Observer(machine, noise, faults);
    }

    /// <summary>What is really so.</summary>
    public Truth Truth { get; }

    /// <summary>Seconds of the case.</summary>
    public int Length { get; }

    /// <summary>Plays the case, second after second. Can be enumerated once.</summary>
    /// <param name="everySeconds">Both sides are read once in so many seconds.</param>
    public IEnumerable<ObservedSecond> Play(int everySeconds = 1)
    {
        for (int s = 1; s <= Length; s++)
        {
            if (_plan.Also is { } also && s == _onset + also.Second + 1)
            {
                also.Action();
            }

            if (s == _onset + 1)
            {
                _plan.Inject();
            }

            if (s > _onset && s <= _end)
            {
                _plan.Each?.Invoke(s - _onset);
            }

            if (s == _end + 1)
            {
                _plan.Heal();
            }

            for (double at = 0; at < 0.99; at += _world.StepSeconds)
            {
                _world.Step();
            }

            if (s % everySeconds == 0)
            {
                yield return _observer.Observe(Start + s, s);
            }
        }
    }

    private static int HashCode(string text, int seed)
    {
        uint hash = 2166136261 ^ (uint)seed;
        foreach (char c in text)
        {
            hash = (hash ^ c) * 16777619;
        }

        return (int)(hash & 0x7FFFFFFF);
    }

    private static Machine MakeMachine(Noise noise, int vmsMax)
    {
        int logical = new[] { 4, 8, 16, 32 }[noise.Whole(0, 3)];
        var stores = new List<Store>
        {
            new() { Name = "csv1", Parallelism = noise.Whole(8, 64), ServiceSeconds = noise.Between(0.2e-3, 1.2e-3) },
            new() { Name = "csv2", Parallelism = noise.Whole(8, 32), ServiceSeconds = noise.Between(0.5e-3, 3e-3) },
        };
        int count = noise.Whole(3, Math.Min(vmsMax, 2 + (logical / 2)));
        var vms = new List<Vm>();
        double planned = 0;
        for (int i = 0; i < count; i++)
        {
            int vps = new[] { 1, 2, 2, 4, 4, 8 }[noise.Whole(0, 5)];
            vps = Math.Min(vps, logical / 2);
            var store = stores[noise.Whole(0, 1)];

            // Together the quiet loads stay well below the host's capacity: a healthy, sometimes busy host.
            double level = noise.Chance(0.25) ? noise.Between(0.3, 0.6) : noise.Between(0.02, 0.25);
            level = Math.Min(level, Math.Max(0.02, ((0.7 * logical) - planned) / vps));
            planned += level * vps;
            var vm = new Vm
            {
                Id = Observer.NewGuid(noise),
                Name = $"vm{i + 1:00}",
                VirtualProcessors = vps,
                IsWindows = noise.Chance(0.4),
                Demand = [.. Enumerable.Range(0, vps).Select(_ => Math.Min(QuietLevelMax, level * noise.Factor(0.2)))],
                Disks =
                [
                    new VirtualDisk
                    {
                        Store = store, GuestName = "sda", HostName = $"vm{i + 1:00}.vhdx",
                        DemandIops = noise.Between(10, 60), OutstandingMax = noise.Whole(2, 8), BusSeconds = noise.Between(40e-6, 150e-6),
                    },
                ],
                Programs =
                [
                    new Program { Pid = 100, Name = "system", CpuWeight = 0.2, DiskWeight = 0.1 },
                    new Program { Pid = 900, Name = "database", CpuWeight = 0.5, DiskWeight = 0.7 },
                    new Program { Pid = 950, Name = "web", CpuWeight = 0.3, DiskWeight = 0.2 },
                ],
                DynamicMemory = noise.Chance(0.6),
                MemoryAssignedBytes = noise.Between(2e9, 8e9),
            };
            vm.MemoryMaximumBytes = vm.DynamicMemory ? vm.MemoryAssignedBytes * noise.Between(1.5, 3) : vm.MemoryAssignedBytes;
            vm.MemoryNeededBytes = vm.MemoryAssignedBytes * noise.Between(0.3, 0.7);
            vm.MemoryCommittedBytes = vm.MemoryNeededBytes * noise.Between(1.05, 1.35);
            vm.Allocate();
            vms.Add(vm);
        }

        return new Machine
        {
            LogicalProcessors = logical,
            MemoryBytes = (vms.Sum(v => v.MemoryAssignedBytes) * noise.Between(1.3, 2)) + 4e9,
            Stores = stores,
            Vms = vms,
            RootDemand = noise.Between(0.05, 0.03 * logical),
        };
    }
}
