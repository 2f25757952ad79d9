using System.ComponentModel.DataAnnotations;

namespace HvIntegration.CounterSources.Simulated;

/// <summary>Settings of the simulated source.</summary>
public sealed class SimulatedOptions
{
    /// <summary>Same seed and same times of the reads: same numbers.</summary>
    /// <value>Default 1.</value>
    public int Seed { get; set; } = 1;

    /// <summary>Length of a phase of the story; the idle one lasts a quarter of it.</summary>
    /// <value>Seconds, 8 to 3,600. Default 40.</value>
    [Range(8, 3600)]
    public int PhaseSeconds { get; set; } = 40;
}
