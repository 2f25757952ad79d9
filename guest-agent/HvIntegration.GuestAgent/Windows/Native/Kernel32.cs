using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary><c>kernel32.dll</c>: memory, devices, volumes, timers. Every structure is the caller's and blittable.</summary>
internal static unsafe partial class Kernel32
{
    /// <summary>CTL_CODE(IOCTL_DISK_BASE, 8, METHOD_BUFFERED, FILE_ANY_ACCESS): answers DISK_PERFORMANCE.</summary>
    public const uint IoctlDiskPerformance = 0x70020;

    /// <summary>CTL_CODE(IOCTL_DISK_BASE, 0x28, METHOD_BUFFERED, FILE_ANY_ACCESS): answers DISK_GEOMETRY_EX; the size at offset 24.</summary>
    public const uint IoctlDiskGetDriveGeometryEx = 0x700A0;

    /// <summary>GetDriveType: a disk that is not removed.</summary>
    public const uint DriveFixed = 3;

    /// <summary>Error of CreateFile: no such device.</summary>
    public const int ErrorFileNotFound = 2;

    /// <summary>Error of an IOCTL that the device does not take (ERROR_INVALID_FUNCTION): of a disk, counting is switched off.</summary>
    public const int ErrorInvalidFunction = 1;

    /// <summary>Bytes of DISK_GEOMETRY_EX with its partition and detection parts.</summary>
    public const int DiskGeometryBytes = 256;

    private const uint ShareReadWrite = 3;
    private const uint OpenExisting = 3;
    private const uint TimerHighResolution = 2;
    private const uint TimerAllAccess = 0x1F0003;
    private const uint WaitForever = 0xFFFFFFFF;
    private const ushort AllGroups = 0xFFFF;

    private static readonly nint InvalidHandle = -1;

    /// <summary>Physical memory and commit limit.</summary>
    /// <returns>0 or the error number.</returns>
    public static int ReadMemory(out MemoryStatus status)
    {
        MemoryStatus answer = default;
        answer.Length = (uint)sizeof(MemoryStatus);
        int error = GlobalMemoryStatusEx(&answer) != 0 ? 0 : Marshal.GetLastPInvokeError();
        status = answer;
        return error;
    }

    /// <summary>Commit, cache, pools, handles.</summary>
    /// <returns>0 or the error number.</returns>
    public static int ReadPerformance(out PerformanceInfo info)
    {
        PerformanceInfo answer = default;
        int error = K32GetPerformanceInfo(&answer, (uint)sizeof(PerformanceInfo)) != 0 ? 0 : Marshal.GetLastPInvokeError();
        info = answer;
        return error;
    }

    /// <summary>Opens a device for questions only: no access right to its content is asked for, so no privilege is needed.</summary>
    /// <param name="path">As <c>\\.\PhysicalDrive0</c>.</param>
    /// <param name="handle">For <see cref="CloseHandle"/>; 0 when the result is not 0.</param>
    /// <returns>0 or the error number.</returns>
    public static int OpenDevice(string path, out nint handle)
    {
        fixed (char* pointer = path)
        {
            handle = CreateFileW(pointer, 0, ShareReadWrite, null, OpenExisting, 0, 0);
        }

        if (handle != InvalidHandle)
        {
            return 0;
        }

        handle = 0;
        return Marshal.GetLastPInvokeError();
    }

    /// <summary>Counters of a disk.</summary>
    /// <returns>0 or the error number.</returns>
    public static int ReadDisk(nint handle, out DiskPerformance performance)
    {
        DiskPerformance answer = default;
        uint returned = 0;
        int error = DeviceIoControl(handle, IoctlDiskPerformance, null, 0, &answer, (uint)sizeof(DiskPerformance), &returned, null) != 0
            ? 0
            : Marshal.GetLastPInvokeError();
        performance = answer;
        return error == 0 && returned < 56 ? ErrorFileNotFound : error;
    }

    /// <summary>Size of a disk in bytes; 0 when it does not tell.</summary>
    public static long ReadDiskSize(nint handle)
    {
        byte* answer = stackalloc byte[DiskGeometryBytes];
        uint returned = 0;
        return DeviceIoControl(handle, IoctlDiskGetDriveGeometryEx, null, 0, answer, DiskGeometryBytes, &returned, null) != 0 && returned >= 32
            ? Math.Max(0, *(long*)(answer + 24))
            : 0;
    }

    /// <summary>Space of the volume at a root path; asks the file system, which can be slow.</summary>
    /// <param name="root">As <c>C:\</c>.</param>
    /// <param name="available">Free for this account, bytes.</param>
    /// <param name="total">All, bytes.</param>
    /// <param name="free">Free, bytes.</param>
    /// <returns>0 or the error number.</returns>
    public static int ReadVolume(string root, out ulong available, out ulong total, out ulong free)
    {
        ulong a = 0;
        ulong t = 0;
        ulong f = 0;
        int error;
        fixed (char* pointer = root)
        {
            error = GetDiskFreeSpaceExW(pointer, &a, &t, &f) != 0 ? 0 : Marshal.GetLastPInvokeError();
        }

        available = a;
        total = t;
        free = f;
        return error;
    }

    /// <summary>Kind of the drive at a root path: <see cref="DriveFixed"/> and others.</summary>
    public static uint ReadDriveType(string root)
    {
        fixed (char* pointer = root)
        {
            return GetDriveTypeW(pointer);
        }
    }

    /// <summary>Processors of all groups that are in use.</summary>
    public static int ReadProcessorCount() => (int)GetActiveProcessorCount(AllGroups);

    /// <summary>Wall clock in units of 100 ns since 1601, finer than the timer's tick.</summary>
    public static long ReadWallClock()
    {
        long now;
        GetSystemTimePreciseAsFileTime(&now);
        return now;
    }

    /// <summary>Time since boot without the time suspended, units of 100 ns; 0 when the system does not tell.</summary>
    public static long ReadUnbiasedTime()
    {
        ulong now;
        return QueryUnbiasedInterruptTime(&now) != 0 ? (long)now : 0;
    }

    /// <summary>Makes a timer: a high-resolution one where Windows has it (10 1803, Server 2019), else one of the clock's tick.</summary>
    /// <returns>For <see cref="CloseHandle"/>; 0 on an error.</returns>
    public static nint CreateTimer(out bool isFine)
    {
        nint handle = CreateWaitableTimerExW(null, null, TimerHighResolution, TimerAllAccess);
        isFine = handle != 0;
        return handle != 0 ? handle : CreateWaitableTimerExW(null, null, 0, TimerAllAccess);
    }

    /// <summary>Waits on a timer.</summary>
    /// <param name="timer">Of <see cref="CreateTimer"/>.</param>
    /// <param name="nanoseconds">From now.</param>
    /// <returns>False when the timer could not be set.</returns>
    public static bool Wait(nint timer, long nanoseconds)
    {
        // Negative: relative to now, in units of 100 ns.
        long due = -Math.Max(1, nanoseconds / 100);
        return SetWaitableTimer(timer, &due, 0, null, null, 0) != 0 && WaitForSingleObject(timer, WaitForever) == 0;
    }

    /// <summary>Processor groups in use.</summary>
    [LibraryImport("kernel32.dll")]
    public static partial ushort GetActiveProcessorGroupCount();

    /// <summary>Bit n: there is a drive of the n-th letter.</summary>
    [LibraryImport("kernel32.dll")]
    public static partial uint GetLogicalDrives();

    /// <summary>Closes a handle of this class.</summary>
    [LibraryImport("kernel32.dll")]
    public static partial int CloseHandle(nint handle);

    [LibraryImport("kernel32.dll", SetLastError = true)]
    private static partial int GlobalMemoryStatusEx(MemoryStatus* status);

    [LibraryImport("kernel32.dll", SetLastError = true)]
    private static partial int K32GetPerformanceInfo(PerformanceInfo* info, uint size);

    [LibraryImport("kernel32.dll", SetLastError = true)]
    private static partial nint CreateFileW(char* name, uint access, uint share, void* security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32.dll", SetLastError = true)]
    private static partial int DeviceIoControl(
        nint handle, uint code, void* input, uint inputLength, void* output, uint outputLength, uint* returned, void* overlapped);

    [LibraryImport("kernel32.dll", SetLastError = true)]
    private static partial int GetDiskFreeSpaceExW(char* root, ulong* available, ulong* total, ulong* free);

    [LibraryImport("kernel32.dll")]
    private static partial uint GetDriveTypeW(char* root);

    [LibraryImport("kernel32.dll")]
    private static partial uint GetActiveProcessorCount(ushort group);

    [LibraryImport("kernel32.dll")]
    private static partial void GetSystemTimePreciseAsFileTime(long* time);

    [LibraryImport("kernel32.dll")]
    private static partial int QueryUnbiasedInterruptTime(ulong* time);

    [LibraryImport("kernel32.dll")]
    private static partial nint CreateWaitableTimerExW(void* security, char* name, uint flags, uint access);

    [LibraryImport("kernel32.dll")]
    private static partial int SetWaitableTimer(nint timer, long* due, int periodMs, void* routine, void* argument, int resume);

    [LibraryImport("kernel32.dll")]
    private static partial uint WaitForSingleObject(nint handle, uint milliseconds);
}
