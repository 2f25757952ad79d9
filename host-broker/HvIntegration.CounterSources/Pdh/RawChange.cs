namespace HvIntegration.CounterSources.Pdh;

/// <summary>What became of a raw counter between two reads.</summary>
internal enum RawChange
{
    /// <summary>It rose or stayed.</summary>
    Rose,

    /// <summary>A counter of 32 bits passed its end and began at zero: its growth is known.</summary>
    Wrapped,

    /// <summary>It fell: what it counts began again, and the growth between the reads is not known.</summary>
    Reset,
}
