namespace HvIntegration.CounterSources.Qemu;

/// <summary>Counters of one disk since the VM started; NaN for one that the monitor does not have.</summary>
/// <param name="Name">Drive id, device id or node name.</param>
/// <param name="Reads">Read operations completed.</param>
/// <param name="ReadBytes">Bytes that were read.</param>
/// <param name="ReadSeconds">Sum of operation times.</param>
/// <param name="Writes">Write operations completed.</param>
/// <param name="WriteBytes">Bytes that were written.</param>
/// <param name="WriteSeconds">Sum of operation times.</param>
/// <param name="Errors">Failed reads, writes and flushes.</param>
internal sealed record QemuDiskStatistics(
    string Name, double Reads, double ReadBytes, double ReadSeconds, double Writes, double WriteBytes, double WriteSeconds, double Errors)
{
    /// <summary>True when something was read or written.</summary>
    public bool HasTraffic => Reads > 0 || Writes > 0;
}
