using HvIntegration.TestKit.Wire;

namespace HvIntegration.HostileTests.Beside;

/// <summary>How long the batches of a stretch of time waited for their Ack, milliseconds; without one for ever.</summary>
/// <param name="Batches">Batches made in it.</param>
/// <param name="Missing">Of these, without an Ack.</param>
/// <param name="P50">Median.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Max">Greatest.</param>
internal sealed record Waits(int Batches, int Missing, double P50, double P99, double Max)
{
    /// <summary>Counts.</summary>
    /// <param name="agents">Whose.</param>
    /// <param name="fromNs">First moment, monotonic.</param>
    /// <param name="toNs">End, not in it.</param>
    public static Waits Of(IEnumerable<SteadyAgent> agents, long fromNs, long toNs)
    {
        var made = agents.SelectMany(a => a.Batches).Where(b => b.MadeNs >= fromNs && b.MadeNs < toNs).ToList();
        var waits = made.Select(b => b.AckMs ?? double.PositiveInfinity).Order().ToList();
        return new Waits(made.Count, waits.Count(double.IsPositiveInfinity), At(waits, 0.50), At(waits, 0.99), At(waits, 1));
    }

    private static double At(List<double> sorted, double share) =>
        sorted.Count == 0 ? double.NaN : sorted[Math.Min(sorted.Count - 1, (int)Math.Ceiling(share * sorted.Count) - 1)];
}
