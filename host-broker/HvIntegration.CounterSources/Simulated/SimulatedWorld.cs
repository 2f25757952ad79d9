using System.Globalization;

namespace HvIntegration.CounterSources.Simulated;

/// <summary>A host with VMs in which causes have effects: wants meet processors, caps and stores, and both sides see their part of it.</summary>
/// <remarks>
/// The inside of a VM is made from what happens to it, never from what the outside counts: a processor that is ready but does not run
/// looks busy to its guest. No rule, limit or formula of the diagnosis is used here.
/// </remarks>
internal sealed class SimulatedWorld
{
    /// <summary>Step of the world.</summary>
    public const long StepNs = 100_000_000;

    /// <summary>Logical processors of the host.</summary>
    public const int LogicalProcessors = 8;

    private const double Step = StepNs / 1e9;
    private const double OperationBytes = 16 * 1024;
    private const double StackSeconds = 0.00008;
    private const double DriverSeconds = 0.00006;
    private const double OutstandingMax = 16;
    private const double ReadShare = 0.65;

    private readonly Random _random;
    private readonly Story _story;
    private readonly double[] _noise;

    /// <summary>Makes the world at a moment.</summary>
    /// <param name="options">Seed and phases.</param>
    /// <param name="startNs">Host time of its beginning.</param>
    public SimulatedWorld(SimulatedOptions options, long startNs)
    {
        _random = new Random(options.Seed);
        _story = new Story(options.PhaseSeconds);
        StartNs = startNs;
        NowNs = startNs;
        string scope = string.Create(CultureInfo.InvariantCulture, $"simulated {options.Seed}");
        Vms =
        [
            .. SimulatedVmPlan.All.Select(plan =>
            {
                // Every guest has its own boot time and its own pace.
                var clock = new SimulatedClock(startNs - (_random.NextInt64(600, 400_000) * 1_000_000_000), (_random.NextDouble() - 0.5) * 60);
                return new SimulatedVm(plan, PartitionGuid.FromName(scope, plan.Name), PartitionGuid.FromName(scope, plan.Name + " boot"), clock)
                {
                    Sequence = (ulong)(clock.At(startNs) / 1_000_000),
                };
            }),
        ];
        _noise = new double[Vms.Count];
    }

    /// <summary>Host time of the beginning.</summary>
    public long StartNs { get; }

    /// <summary>Host time of the newest step.</summary>
    public long NowNs { get; private set; }

    /// <summary>Phase of the newest step.</summary>
    public StoryPhase Phase { get; private set; }

    /// <summary>The virtual machines of the simulated host.</summary>
    public IReadOnlyList<SimulatedVm> Vms { get; }

    /// <summary>Stores: a small shared array, and a fast one.</summary>
    public IReadOnlyList<SimulatedStore> Stores { get; } = [new("store-a", 0.0006, 4000), new("store-b", 0.0003, 20_000)];

    /// <summary>Seconds that logical processors worked, together.</summary>
    public double BusySeconds { get; private set; }

    /// <summary>Seconds of it for the host's own work.</summary>
    public double RootSeconds { get; private set; }

    /// <summary>Randomness of this world, for delays of what is sent from it.</summary>
    public double NextRandom() => _random.NextDouble();

    /// <summary>Goes on by one step.</summary>
    public void Advance()
    {
        NowNs += StepNs;
        Phase = _story.At((NowNs - StartNs) / 1e9);
        Want();
        ServeDisks();
        ServeProcessors();
    }

    /// <summary>Lets time pass in which nothing happens.</summary>
    /// <param name="steps">Steps of simulated time to go on by.</param>
    public void Skip(long steps) => NowNs += steps * StepNs;

    private void Want()
    {
        for (int i = 0; i < Vms.Count; i++)
        {
            var vm = Vms[i];
            var (processors, operations) = vm.Plan.Wants(Phase);

            // Wants wander and do not jump within a second.
            _noise[i] = (0.9 * _noise[i]) + (0.1 * ((_random.NextDouble() * 2) - 1));
            double factor = 1 + (0.4 * _noise[i]);
            vm.Wanted += 0.3 * ((processors * factor) - vm.Wanted);
            vm.OperationsWanted += 0.3 * ((operations * factor) - vm.OperationsWanted);
        }
    }

    private void ServeDisks()
    {
        for (int s = 0; s < Stores.Count; s++)
        {
            Stores[s].Load(
                Vms.Where(v => v.Plan.Store == s).Sum(v => v.OperationsWanted), s == 0 && Phase == StoryPhase.SlowStore, 0.9 + (0.2 * _random.NextDouble()));
        }

        foreach (var vm in Vms)
        {
            var store = Stores[vm.Plan.Store];
            double lower = store.OperationSeconds;
            double device = lower + StackSeconds;

            // A program waits for its answer before it asks again: a slow disk is asked less often.
            double perSecond = Math.Min(vm.OperationsWanted, OutstandingMax / device);
            double served = perSecond * Step;
            double reads = served * ReadShare;
            double writes = served - reads;
            vm.Reads += reads;
            vm.Writes += writes;
            vm.ReadBytes += reads * OperationBytes;
            vm.WriteBytes += writes * OperationBytes;
            vm.LowerSeconds += served * lower;
            vm.DeviceReadSeconds += reads * device;
            vm.DeviceWriteSeconds += writes * device;
            vm.GuestReadSeconds += reads * (device + DriverSeconds);
            vm.GuestWriteSeconds += writes * (device + DriverSeconds);
            vm.Blocked = perSecond * device;
            store.Serve(reads, writes, OperationBytes);

            // Unserved operations are work the processors do not get to do.
            double fed = vm.OperationsWanted > 1 ? perSecond / vm.OperationsWanted : 1;
            vm.Wanted *= 0.5 + (0.5 * fed);
            vm.IoStalled += Math.Min(1, vm.Blocked) * Step;
            vm.ReceivedBytes += ((perSecond * 900) + (vm.Wanted * 20_000)) * Step;
            vm.SentBytes += ((perSecond * 2500) + (vm.Wanted * 60_000)) * Step;
        }
    }

    private void ServeProcessors()
    {
        double root = 0.15 + (0.1 * _random.NextDouble()) + (0.00005 * Vms.Sum(v => v.OperationsWanted));
        var wanted = new List<double>();
        var free = new List<double>();
        foreach (var vm in Vms)
        {
            double each = Math.Min(1, vm.Wanted / vm.Plan.Processors);
            double most = vm.Plan.Cap is { } cap ? cap / vm.Plan.Processors : 1;
            for (int i = 0; i < vm.Plan.Processors; i++)
            {
                // Work is not spread evenly over a guest's processors.
                double one = Math.Clamp(each * (0.95 + (0.1 * _random.NextDouble())), 0, 1);
                wanted.Add(one);
                free.Add(Math.Min(one, most));
            }
        }

        double[] granted = ProportionalShare.Grant(free, LogicalProcessors - root);
        double load = (granted.Sum() + root) / LogicalProcessors;
        BusySeconds += Math.Min(LogicalProcessors, granted.Sum() + root) * Step;
        RootSeconds += root * Step;
        int at = 0;
        foreach (var vm in Vms)
        {
            double waiting = 0;
            for (int i = 0; i < vm.Plan.Processors; i++, at++)
            {
                // Even with room a ready processor waits a moment now and then, the more the fuller the host.
                double wait = wanted[at] - granted[at] + (granted[at] * 0.012 * load * load);
                double run = granted[at];
                wait = Math.Min(wait, 1 - run);
                double idle = 1 - run - wait;
                double ioWait = Math.Min(idle, vm.Blocked / vm.Plan.Processors);
                vm.Run[i] += run * Step;
                vm.Wait[i] += wait * Step;
                vm.Idle[i] += (idle - ioWait) * Step;
                vm.IoWait[i] += ioWait * Step;
                vm.Dispatches[i] += ((run * 400) + (wait * 100) + 20) * Step;
                waiting = Math.Max(waiting, wait);
                vm.Throttled += Math.Max(0, wanted[at] - free[at]) * Step;
            }

            double beyond = Math.Max(0, vm.Wanted - vm.Plan.Processors);
            vm.Runnable = Math.Min(vm.Wanted, vm.Plan.Processors) + (beyond * 6);
            vm.CpuStalled += Math.Min(0.98, waiting + (beyond > 0 ? 0.5 + (0.2 * beyond) : 0)) * Step;
            double late = (0.0001 * _random.NextDouble()) + (waiting * 0.03 * _random.NextDouble());
            vm.Lateness += late;
            vm.LatenessMax = Math.Max(vm.LatenessMax, late);
            vm.Wakeups++;
        }
    }
}
