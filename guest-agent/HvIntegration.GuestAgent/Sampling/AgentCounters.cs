namespace HvIntegration.GuestAgent.Sampling;

/// <summary>What the agent counts about itself; written by one thread each, read by the agent collector.</summary>
internal sealed class AgentCounters
{
    private long _late;
    private long _missed;
    private long _reconnects;

    /// <summary>Samples taken more than half an interval late.</summary>
    public long Late => Interlocked.Read(ref _late);

    /// <summary>Intervals without a sample.</summary>
    public long Missed => Interlocked.Read(ref _missed);

    /// <summary>Connections to the broker after the first.</summary>
    public long Reconnects => Interlocked.Read(ref _reconnects);

    /// <summary>Counts one late sample.</summary>
    public void AddLate() => Interlocked.Increment(ref _late);

    /// <summary>Counts intervals without a sample.</summary>
    public void AddMissed(long count) => Interlocked.Add(ref _missed, count);

    /// <summary>Counts one more connection.</summary>
    public void AddReconnect() => Interlocked.Increment(ref _reconnects);
}
