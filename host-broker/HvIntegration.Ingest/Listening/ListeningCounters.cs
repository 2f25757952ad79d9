namespace HvIntegration.Ingest.Listening;

/// <summary>What the listeners did since start.</summary>
internal sealed class ListeningCounters
{
    private long _accepted;
    private long _refused;
    private long _failed;

    /// <summary>Connections handed to HTTP.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Connections hung up on at once by the admission rules.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Accepts that ended in an error.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    internal void CountAccepted() => Interlocked.Increment(ref _accepted);

    internal void CountRefused() => Interlocked.Increment(ref _refused);

    internal void CountFailed() => Interlocked.Increment(ref _failed);
}
