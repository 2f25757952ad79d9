using Microsoft.Extensions.Time.Testing;

namespace HvIntegration.ConcurrencyTests.Exploring;

/// <summary>
/// Runs tasks of several actors on one thread, one piece between two awaits at a time, in the order that a
/// <see cref="Schedule"/> chooses, under a clock that turns when nobody can run.
/// </summary>
/// <remarks>Not seen: what happens between two statements without an await in between. Locks are there for that.</remarks>
internal sealed class Explorer
{
    private const long StepsMax = 2_000_000;
    private static readonly TimeSpan Quantum = TimeSpan.FromMilliseconds(50);

    private readonly Schedule _schedule;
    private readonly List<Actor> _ready = [];
    private readonly Actor _clock;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _script;

    public Explorer(Schedule schedule)
    {
        _schedule = schedule;
        _clock = new Actor(this, "clock");
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2025, 11, 24, 12, 0, 0, TimeSpan.Zero));

    /// <summary>Choices made until now.</summary>
    public long Steps { get; private set; }

    /// <summary>Asked after each step; throws when something does not hold.</summary>
    public Action? Check { get; set; }

    public Actor NewActor(string name)
    {
        var actor = new Actor(this, name);
        _schedule.Enter(actor);
        return actor;
    }

    public void Ready(Actor actor) => _ready.Add(actor);

    /// <summary>Runs until the script has ended.</summary>
    public async Task RunAsync(Func<Task> script)
    {
        _script = NewActor("script").Run(script);
        ThreadPool.UnsafeQueueUserWorkItem(_ => Hop(2), null);
        try
        {
            await _done.Task;
            await _script;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new ExplorationException($"{_schedule.Name}, step {Steps}, {Time.GetUtcNow():mm:ss.fff}: {e.Message}", e);
        }
    }

    // Behind what the step before handed to the pool, and behind what that handed on.
    private void Hop(int left)
    {
        if (left > 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => Hop(left - 1), null);
            return;
        }

        try
        {
            if (_script!.IsCompleted)
            {
                _done.SetResult();
                return;
            }

            Step();
            Check?.Invoke();
        }
        catch (Exception e)
        {
            _done.SetException(e);
            return;
        }

        ThreadPool.UnsafeQueueUserWorkItem(_ => Hop(1), null);
    }

    private void Step()
    {
        if (++Steps > StepsMax)
        {
            throw new InvalidOperationException("the script does not end");
        }

        if (_ready.Count == 0 || _schedule.TurnsClock(Steps))
        {
            _clock.Under(() => Time.Advance(Quantum));
            return;
        }

        var chosen = _ready[_schedule.Choose(_ready, Steps)];
        _ready.Remove(chosen);
        chosen.RunOne();
    }
}

/// <summary>A schedule under which something does not hold; the message names it.</summary>
internal sealed class ExplorationException(string message, Exception inner) : Exception(message, inner);
