namespace HvIntegration.Ingest.Listening;

/// <summary>Lets one line into the log and then none for ten seconds: who dials or guesses in a loop must not fill it. Thread-safe.</summary>
/// <remarks>What is left out is for the caller to count and to tell with the next line.</remarks>
internal sealed class LogPause(TimeProvider time)
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private long? _logged;

    /// <summary>True when a line is due; it then counts as written.</summary>
    public bool TryLog()
    {
        lock (_lock)
        {
            if (_logged is { } last && time.GetElapsedTime(last) < Length)
            {
                return false;
            }

            _logged = time.GetTimestamp();
            return true;
        }
    }
}
