namespace HvIntegration.ConcurrencyTests.Exploring;

/// <summary>Decides which actor runs next, and when the clock turns although somebody could run.</summary>
internal abstract class Schedule
{
    /// <summary>Names the schedule, so that it can be run again.</summary>
    public abstract string Name { get; }

    /// <summary>Chooses one of those that can run, in the order in which they became able to.</summary>
    public abstract int Choose(IReadOnlyList<Actor> ready, long step);

    /// <summary>True when the clock turns before anybody runs: threads are slow.</summary>
    public abstract bool TurnsClock(long step);

    /// <summary>A new actor.</summary>
    public virtual void Enter(Actor actor)
    {
    }
}

/// <summary>Each choice by chance.</summary>
internal sealed class RandomWalk(int seed) : Schedule
{
    private readonly Random _random = new(seed);

    public override string Name => $"random walk, seed {seed}";

    public override int Choose(IReadOnlyList<Actor> ready, long step) => _random.Next(ready.Count);

    public override bool TurnsClock(long step) => _random.Next(50) == 0;
}

/// <summary>
/// Priorities by chance, the highest runs; at a few steps by chance the one that would run falls behind all others
/// (PCT: "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010).
/// </summary>
internal sealed class PriorityChanges(int seed, int changes, int within) : Schedule
{
    private readonly Random _random = new(seed);
    private HashSet<long>? _at;
    private double _lowest;

    public override string Name => $"priorities with {changes} changes, seed {seed}";

    public override int Choose(IReadOnlyList<Actor> ready, long step)
    {
        _at ??= [.. Enumerable.Range(0, changes).Select(_ => (long)_random.Next(within))];
        int best = Best(ready);
        if (_at.Contains(step))
        {
            ready[best].Priority = --_lowest;
            best = Best(ready);
        }

        return best;
    }

    // The clock is one of those that have a priority: it falls behind or overtakes as they do.
    public override bool TurnsClock(long step) => _random.Next(200) == 0;

    public override void Enter(Actor actor) => actor.Priority = _random.NextDouble();

    private static int Best(IReadOnlyList<Actor> ready)
    {
        int best = 0;
        for (int i = 1; i < ready.Count; i++)
        {
            best = ready[i].Priority > ready[best].Priority ? i : best;
        }

        return best;
    }
}

/// <summary>Whoever waits longest runs, except that at the given steps the one that would run goes behind all others: all sets of steps are all schedules within so many delays.</summary>
internal sealed class Delays(params IReadOnlyList<long> at) : Schedule
{
    public override string Name => $"in turn, delayed at steps {string.Join(", ", at)}";

    public override int Choose(IReadOnlyList<Actor> ready, long step) => at.Contains(step) ? ready.Count - 1 : 0;

    public override bool TurnsClock(long step) => false;
}
