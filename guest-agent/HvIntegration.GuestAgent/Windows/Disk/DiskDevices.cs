using System.Globalization;
using HvIntegration.GuestAgent.Windows.Native;

namespace HvIntegration.GuestAgent.Windows.Disk;

/// <summary><c>\\.\PhysicalDriveN</c>, opened without an access right: no privilege is needed.</summary>
internal sealed class DiskDevices : IDiskDevices
{
    /// <inheritdoc/>
    public int Open(int number, out nint handle) => Kernel32.OpenDevice(string.Create(CultureInfo.InvariantCulture, $@"\\.\PhysicalDrive{number}"), out handle);

    /// <inheritdoc/>
    public int Read(nint handle, out DiskPerformance values) => Kernel32.ReadDisk(handle, out values);

    /// <inheritdoc/>
    public long Size(nint handle) => Kernel32.ReadDiskSize(handle);

    /// <inheritdoc/>
    public void Close(nint handle) => _ = Kernel32.CloseHandle(handle);
}
