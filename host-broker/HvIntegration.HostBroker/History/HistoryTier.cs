namespace HvIntegration.HostBroker.History;

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
