namespace HvIntegration.History;

/// <summary>How fine a file of history is.</summary>
internal enum HistoryTier
{
    /// <summary>Raw counters of one hour, from which 1 s windows are computed.</summary>
    Second,

    /// <summary>1 min windows of one day.</summary>
    Minute,

    /// <summary>1 h windows of one month.</summary>
    Hour,
}

/// <summary>What follows from a tier.</summary>
internal static class HistoryTiers
{
    /// <summary>Seconds of one window of a tier.</summary>
    public static int Span(this HistoryTier tier) => tier switch
    {
        HistoryTier.Second => 1,
        HistoryTier.Minute => 60,
        _ => 3600,
    };
}
