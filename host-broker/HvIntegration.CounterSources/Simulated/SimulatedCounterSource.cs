using System.Globalization;
using HvIntegration.Model;

namespace HvIntegration.CounterSources.Simulated;

/// <summary>A seeded world in place of a host, for demonstrations and tests: both sides of every VM.</summary>
/// <remarks>The story and its numbers: docs/counter-sources/simulated.md.</remarks>
/// <param name="options">Seed and length of phases.</param>
internal sealed class SimulatedCounterSource(SimulatedOptions options) : ICounterSource, ISimulatedGuests
{
    private const long HostIntervalNs = 1_000_000_000;
    private const long ExchangeIntervalNs = 2_000_000_000;
    private const int StepsAtOnceMax = 3000;
    private const int StepsPerSecond = (int)(HostIntervalNs / SimulatedWorld.StepNs);
    private const int PendingMax = 4096;

    private readonly Lock _gate = new();
    private readonly Queue<GuestBatch> _batches = new();
    private readonly Queue<(Guid, Guid, ClockExchange)> _exchanges = new();
    private HostSampleList _samples = new();
    private SimulatedWorld? _world;
    private long _dropped;
    private long _jumpedSeconds;

    /// <inheritdoc/>
    public string Name => "simulated";

    /// <inheritdoc/>
    public SourceOrigin Origin => SourceOrigin.Simulated;

    /// <inheritdoc/>
    public ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation)
    {
        lock (_gate)
        {
            var world = AdvanceTo(nowNs);
            var taken = _samples;
            _samples = new HostSampleList();
            var faults = new List<string>();
            if (_dropped > 0)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{_dropped} batches of simulated guests were dropped because they were not read"));
                _dropped = 0;
            }

            if (_jumpedSeconds > 0)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{_jumpedSeconds} s were omitted: the simulated source was not read for longer than its catch-up limit"));
                _jumpedSeconds = 0;
            }

            return ValueTask.FromResult(new CounterReading(
                [.. world.Vms.Select(v => new PartitionInfo(
                    v.Id, v.Plan.Name, PartitionState.Running, v.Plan.Processors, v.Plan.Cap, v.Plan.MemoryBytes * 2, "simulated:" + v.Plan.Name))],
                taken.Samples, faults, Ended: false));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<GuestBatch> DrainGuests(long nowNs)
    {
        lock (_gate)
        {
            AdvanceTo(nowNs);
            GuestBatch[] taken = [.. _batches];
            _batches.Clear();
            return taken;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<(Guid Partition, Guid BootId, ClockExchange Exchange)> DrainExchanges(long nowNs)
    {
        lock (_gate)
        {
            AdvanceTo(nowNs);
            (Guid, Guid, ClockExchange)[] taken = [.. _exchanges];
            _exchanges.Clear();
            return taken;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;

    private SimulatedWorld AdvanceTo(long nowNs)
    {
        if (_world is not { } world)
        {
            _world = world = new SimulatedWorld(options, nowNs);
            for (int i = 0; i < 4; i++)
            {
                Exchange(world, nowNs);
            }
        }

        long behind = (nowNs - world.NowNs) / SimulatedWorld.StepNs;
        if (behind > StepsAtOnceMax)
        {
            // The broker was held up for longer than is worth living through again; whole seconds keep every guest's rhythm.
            long skipped = (behind - StepsAtOnceMax) / StepsPerSecond * StepsPerSecond;
            world.Skip(skipped);
            _jumpedSeconds += skipped / StepsPerSecond;
        }

        while (world.NowNs + SimulatedWorld.StepNs <= nowNs)
        {
            world.Advance();
            Tell(world);
        }

        return world;
    }

    private void Tell(SimulatedWorld world)
    {
        long age = world.NowNs - world.StartNs;
        if (age % HostIntervalNs == 0)
        {
            SimulatedHostSampler.Read(world, _samples);
        }

        if (age % ExchangeIntervalNs == 0)
        {
            Exchange(world, world.NowNs);
        }

        for (int i = 0; i < world.Vms.Count; i++)
        {
            // Agents wake at moments of their own.
            if ((age + ((i + 1) * SimulatedWorld.StepNs)) % HostIntervalNs == 0)
            {
                Push(_batches, SimulatedGuestSampler.Read(world, world.Vms[i]));
            }
        }
    }

    private void Exchange(SimulatedWorld world, long ns)
    {
        foreach (var vm in world.Vms)
        {
            long there = (long)(80_000 + (400_000 * world.NextRandom() * world.NextRandom()));
            long back = (long)(80_000 + (400_000 * world.NextRandom() * world.NextRandom()));
            const long inside = 40_000;
            Push(_exchanges, (vm.Id, vm.BootId, new ClockExchange(
                ns, vm.Clock.At(ns + there), vm.Clock.At(ns + there + inside), ns + there + inside + back)));
        }
    }

    private void Push<T>(Queue<T> queue, T item)
    {
        if (queue.Count == PendingMax)
        {
            queue.Dequeue();
            _dropped++;
        }

        queue.Enqueue(item);
    }
}
