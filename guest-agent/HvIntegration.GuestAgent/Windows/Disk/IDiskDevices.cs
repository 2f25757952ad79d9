using HvIntegration.GuestAgent.Windows.Native;

namespace HvIntegration.GuestAgent.Windows.Disk;

/// <summary>The physical disks of Windows as devices, by their number. Errors are Win32 numbers, 0 is success.</summary>
internal interface IDiskDevices
{
    /// <summary>Opens a disk without any access right.</summary>
    int Open(int number, out nint handle);

    /// <summary>Reads what the partition manager counted.</summary>
    int Read(nint handle, out DiskPerformance values);

    /// <summary>Size in bytes; 0 when the device does not report it.</summary>
    long Size(nint handle);

    /// <summary>Closes the handle of a disk.</summary>
    void Close(nint handle);
}
