namespace HvIntegration.Recordings;

/// <summary>How far one series has been given to the engine: recordings that overlap must not give it twice.</summary>
internal sealed class Slot
{
    /// <summary>End of the newest sample.</summary>
    public long CoveredToNs { get; set; } = long.MinValue;
}
