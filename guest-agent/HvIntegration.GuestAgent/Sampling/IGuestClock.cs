namespace HvIntegration.GuestAgent.Sampling;

/// <summary>The guest's clocks, in nanoseconds. No read allocates.</summary>
internal interface IGuestClock
{
    /// <summary>Never steps; stands still while the guest is suspended. The time of every sample.</summary>
    long MonotonicNs { get; }

    /// <summary>Since boot, time suspended included.</summary>
    long SinceBootNs { get; }

    /// <summary>Unix time of the guest's wall clock: may step.</summary>
    long UnixNs { get; }
}
