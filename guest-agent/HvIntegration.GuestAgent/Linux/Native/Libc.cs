using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Linux.Native;

/// <summary>The C library calls that .NET does not offer without an allocation, a handle object or a finalizer.</summary>
/// <remarks>
/// Every signature is blittable. Sizes: <c>ssize_t</c>, <c>size_t</c>, <c>off_t</c> and <c>long</c> are 64 bits on the two
/// targets, linux-x64 and linux-arm64. Callers keep every pointer pinned for the call; no call keeps a pointer.
/// </remarks>
internal static unsafe partial class Libc
{
    public const int OpenReadOnly = 0;

    /// <summary>O_CLOEXEC: a child of the agent must not inherit thousands of descriptors. 02000000 on x64 and arm64.</summary>
    public const int OpenCloseOnExec = 0x80000;

    /// <summary>O_NONBLOCK: an open must not wait for the other end of a pipe that sits where a file is expected.</summary>
    public const int OpenNonBlocking = 0x800;

    public const int ErrorInterrupted = 4;
    public const int ErrorNoEntry = 2;
    public const int ErrorNoSuchProcess = 3;
    public const int ErrorAccess = 13;
    public const int ErrorNoDevice = 19;
    public const int ErrorNotDirectory = 20;
    public const int ErrorTooManyFiles = 24;
    public const int ErrorNotSupported = 95;

    public const int CurrentDirectory = -100;
    public const int ClockRealtime = 0;
    public const int ClockMonotonic = 1;
    public const int ClockBoottime = 7;
    public const int TimerAbsolute = 1;
    private const int ResourceDescriptors = 7;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    public static partial int Open(byte* path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(int directory, byte* path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint PRead(int descriptor, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "lseek")]
    public static partial long Seek(int descriptor, long offset, int whence);

    /// <summary>Fills <paramref name="buffer"/> with <c>linux_dirent64</c> records; 0 at the end.</summary>
    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    public static partial nint GetDirectoryEntries(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int StatX(int directory, byte* path, int flags, uint mask, StatXBuffer* result);

    [LibraryImport("libc", EntryPoint = "statfs", SetLastError = true)]
    private static partial int StatFs(byte* path, StatFsBuffer* result);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, TimeSpec* result);

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static partial int ClockNanoSleep(int clock, int flags, TimeSpec* request, TimeSpec* remaining);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, ResourceLimit* result);

    /// <summary>Nanoseconds of a clock; 0 when the kernel does not have it.</summary>
    public static long ReadClock(int clock)
    {
        TimeSpec now;
        return ClockGetTime(clock, &now) == 0 ? (now.Seconds * 1_000_000_000) + now.Nanoseconds : 0;
    }

    /// <summary>Sleeps until CLOCK_MONOTONIC reaches <paramref name="deadlineNs"/>; may return early after a signal.</summary>
    public static void SleepUntil(long deadlineNs)
    {
        var request = new TimeSpec { Seconds = deadlineNs / 1_000_000_000, Nanoseconds = deadlineNs % 1_000_000_000 };
        _ = ClockNanoSleep(ClockMonotonic, TimerAbsolute, &request, null);
    }

    /// <summary>Owner and size of a path relative to an open directory.</summary>
    /// <param name="directory">Open directory.</param>
    /// <param name="path">Zero-terminated.</param>
    /// <param name="userId">Owner.</param>
    /// <param name="size">Size as the file system tells it.</param>
    public static bool TryStat(int directory, ReadOnlySpan<byte> path, out uint userId, out ulong size)
    {
        const uint Uid = 0x08;
        const uint Size = 0x200;
        StatXBuffer result = default;
        fixed (byte* pointer = path)
        {
            var done = StatX(directory, pointer, 0, Uid | Size, &result) == 0;
            userId = result.UserId;
            size = result.Size;
            return done;
        }
    }

    /// <summary>Space and inodes of the file system at a path. Can hang on a dead network file system.</summary>
    /// <param name="path">Zero-terminated.</param>
    /// <param name="space">Blocks and inodes; meaningless when the result is not 0.</param>
    /// <returns>0 or the error number.</returns>
    public static int ReadFileSystem(ReadOnlySpan<byte> path, out FileSystemSpace space)
    {
        StatFsBuffer result = default;
        fixed (byte* pointer = path)
        {
            var error = StatFs(pointer, &result) == 0 ? 0 : Marshal.GetLastPInvokeError();
            space = new FileSystemSpace(
                result.FragmentSize > 0 ? result.FragmentSize : result.BlockSize,
                result.Blocks, result.BlocksFree, result.BlocksAvailable, result.Files, result.FilesFree);
            return error;
        }
    }

    /// <summary>Descriptors this process may open.</summary>
    public static long ReadDescriptorLimit()
    {
        ResourceLimit limit;
        return GetLimit(ResourceDescriptors, &limit) == 0 ? (long)Math.Min(limit.Current, int.MaxValue) : 1024;
    }

    /// <summary>struct timespec: two 64-bit longs.</summary>
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>struct rlimit: two 64-bit unsigned longs.</summary>
    private struct ResourceLimit
    {
        public ulong Current;
        public ulong Maximum;
    }

    /// <summary>struct statx: 256 bytes on every architecture (linux/stat.h); stx_uid at 20, stx_size at 40.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatXBuffer
    {
        [FieldOffset(20)]
        public uint UserId;

        [FieldOffset(40)]
        public ulong Size;
    }

    /// <summary>struct statfs of 64-bit Linux: 120 bytes, all fields 64 bits (asm-generic/statfs.h).</summary>
    [StructLayout(LayoutKind.Sequential, Size = 120)]
    private struct StatFsBuffer
    {
        public long Type;
        public long BlockSize;
        public long Blocks;
        public long BlocksFree;
        public long BlocksAvailable;
        public long Files;
        public long FilesFree;
        public long Id;
        public long NameLength;
        public long FragmentSize;
        public long Flags;
        public FourLongs Spare;
    }

    [InlineArray(4)]
    private struct FourLongs
    {
        public long First;
    }
}

/// <summary>What statfs says of one file system.</summary>
/// <param name="BlockSize">Bytes of one block of the next three fields.</param>
/// <param name="Blocks">All blocks.</param>
/// <param name="BlocksFree">Free for root.</param>
/// <param name="BlocksAvailable">Free for everyone.</param>
/// <param name="Files">All inodes; 0 when the file system has no fixed number.</param>
/// <param name="FilesFree">Free inodes.</param>
internal readonly record struct FileSystemSpace(
    long BlockSize, long Blocks, long BlocksFree, long BlocksAvailable, long Files, long FilesFree);
