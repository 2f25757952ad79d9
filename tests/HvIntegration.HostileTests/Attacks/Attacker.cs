using System.Collections.Concurrent;

namespace HvIntegration.HostileTests.Attacks;

/// <summary>Where an attack runs, until when, and what it did.</summary>
/// <param name="socket">Agent socket of the hostile VM.</param>
/// <param name="apiPort">Port of the API on loopback.</param>
/// <param name="seed">Of its randomness.</param>
/// <param name="duration">Its time.</param>
/// <param name="stop">Told when its time is over.</param>
internal sealed class Attacker(string socket, int apiPort, int seed, TimeSpan duration, CancellationToken stop)
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>Agent socket of the hostile VM.</summary>
    public string Socket => socket;

    /// <summary>Port of the API on loopback.</summary>
    public int ApiPort => apiPort;

    /// <summary>Its time.</summary>
    public TimeSpan Duration => duration;

    /// <summary>Told when its time is over.</summary>
    public CancellationToken Stop => stop;

    /// <summary>What it did, by kind.</summary>
    public IReadOnlyDictionary<string, long> Counts => new SortedDictionary<string, long>(_counts, StringComparer.Ordinal);

    /// <summary>Randomness of one part of the attack.</summary>
    public Random Random(int part) => new(HashCode(seed, part));

    /// <summary>Notes what it did.</summary>
    public void Count(string kind, long by = 1) => _counts.AddOrUpdate(kind, by, (_, was) => was + by);

    /// <summary>Runs parts side by side, each on a thread of its own, so that the good agents of this process are not held up by blocked ones.</summary>
    public static Task TogetherAsync(params IEnumerable<Action> parts) =>
        Task.WhenAll(parts.Select(part => Task.Factory.StartNew(part, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

    // The runtime's own hash differs from run to run.
    private static int HashCode(int first, int second) => unchecked((first * 397) ^ second);
}
