namespace HvIntegration.HostBroker.CounterSources.Pdh;

/// <summary>A call of pdh.dll failed as a whole.</summary>
internal sealed class PdhException(uint status, string what) : IOException($"{what}: {PdhStatus.Text(status)}")
{
    /// <summary>What PDH said.</summary>
    public uint Status => status;
}
