namespace HvIntegration.Simulation;

/// <summary>Seeded randomness of one case. Not thread-safe.</summary>
internal sealed class Noise(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>Uniform in [low, high).</summary>
    public double Between(double low, double high) => low + (_random.NextDouble() * (high - low));

    /// <summary>Uniform integer in [low, high].</summary>
    public int Whole(int low, int high) => _random.Next(low, high + 1);

    /// <summary>True with this probability.</summary>
    public bool Chance(double probability) => _random.NextDouble() < probability;

    /// <summary>Around 1 with this relative spread, never below a tenth.</summary>
    public double Factor(double spread) => Math.Max(0.1, 1 + (Normal() * spread));

    /// <summary>Standard normal (Box and Muller).</summary>
    public double Normal() =>
        Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    /// <summary>Exponential with this mean.</summary>
    public double Exponential(double mean) => -mean * Math.Log(1 - _random.NextDouble());
}
