namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>Whether and how the live source reads a counter.</summary>
internal enum LiveReading
{
    /// <summary>Not at all: of use in recordings that lack a better counter.</summary>
    Never,

    /// <summary>Read; its absence is a fault of the source.</summary>
    Needed,

    /// <summary>Read where the build or the host has it; its absence is shown, but is no fault.</summary>
    Optional,

    /// <summary>As <see cref="Optional"/>, and left out on hosts with very many virtual processors.</summary>
    Cost,
}
