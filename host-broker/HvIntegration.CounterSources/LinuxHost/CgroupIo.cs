namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>What a control group did on one disk of the host since it was made; NaN for a number that the kernel does not have.</summary>
/// <param name="Device">Name of the disk, such as <c>sda</c>.</param>
/// <param name="Reads">Read operations.</param>
/// <param name="ReadBytes">Bytes that were read.</param>
/// <param name="Writes">Write operations.</param>
/// <param name="WriteBytes">Bytes that were written.</param>
internal readonly record struct CgroupIo(string Device, double Reads, double ReadBytes, double Writes, double WriteBytes);
