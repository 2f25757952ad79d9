namespace HvIntegration.CounterSources.Pdh;

/// <summary>A call of pdh.dll failed as a whole.</summary>
internal sealed class PdhException(uint status, string what) : IOException($"{what}: {PdhStatus.Text(status)}")
{
    /// <summary>The status that PDH returned.</summary>
    public uint Status => status;
}
