namespace HvIntegration.Recordings;

/// <summary>How much of all recordings was read, over all times they are read; the place where reading is cancelled.</summary>
/// <param name="cancellation">Ends the reading at its next piece.</param>
internal sealed class ReadShare(CancellationToken cancellation)
{
    private long _expected;
    private long _read;

    /// <summary>0 to 1; 0 before it is known how much there is.</summary>
    public double Value => Interlocked.Read(ref _expected) is > 0 and var all ? Math.Clamp((double)Interlocked.Read(ref _read) / all, 0, 1) : 0;

    /// <summary>Says how many bytes will be read in all.</summary>
    public void Expect(long bytes) => Interlocked.Exchange(ref _expected, bytes);

    /// <summary>Counts bytes that were read, or that need not be.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Add(long bytes)
    {
        cancellation.ThrowIfCancellationRequested();
        Interlocked.Add(ref _read, bytes);
    }
}
