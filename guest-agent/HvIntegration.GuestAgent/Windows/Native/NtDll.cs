using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary><c>ntdll.dll</c>: one call that answers most questions, cheaper than the counters made from it and not localised.</summary>
/// <remarks>
/// The information classes are those that Windows has kept since NT 5: layouts in the parsers beside their collectors. A structure
/// may grow at its end with a new Windows; the parsers take what they know and step by the sizes that the system tells.
/// </remarks>
internal static unsafe partial class NtDll
{
    /// <summary>SYSTEM_PERFORMANCE_INFORMATION: one structure of 312 bytes or more.</summary>
    public const int SystemPerformanceInformation = 2;

    /// <summary>SYSTEM_TIMEOFDAY_INFORMATION: one structure of 48 bytes.</summary>
    public const int SystemTimeOfDayInformation = 3;

    /// <summary>Chain of SYSTEM_PROCESS_INFORMATION, each followed by its threads.</summary>
    public const int SystemProcessInformation = 5;

    /// <summary>SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION: 48 bytes a logical processor of one group.</summary>
    public const int SystemProcessorPerformanceInformation = 8;

    /// <summary>Information class of page files, a chain of SYSTEM_PAGEFILE_INFORMATION.</summary>
    public const int SystemPageFileInformation = 18;

    private const int StatusInfoLengthMismatch = unchecked((int)0xC0000004);
    private const int StatusBufferTooSmall = unchecked((int)0xC0000023);
    private const int StatusBufferOverflow = unchecked((int)0x80000005);
    private const int Tries = 4;

    /// <summary>Asks for an information class, with a larger buffer when the system wants one.</summary>
    /// <param name="informationClass">One of the constants here.</param>
    /// <param name="buffer">Kept by the caller between calls.</param>
    /// <param name="length">Bytes of content.</param>
    /// <returns>0 or the NTSTATUS.</returns>
    public static int Query(int informationClass, NativeBuffer buffer, out int length)
    {
        int status = StatusInfoLengthMismatch;
        length = 0;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            uint returned = 0;
            status = NtQuerySystemInformation(informationClass, buffer.Pointer, (uint)buffer.Length, &returned);
            if (status is not (StatusInfoLengthMismatch or StatusBufferTooSmall or StatusBufferOverflow))
            {
                // Some classes leave the length at 0 although they filled the buffer's structure.
                length = returned == 0 ? buffer.Length : (int)Math.Min(returned, (uint)buffer.Length);
                return status;
            }

            if (!buffer.TryGrow(Math.Max(returned, buffer.Length * 2L)))
            {
                return status;
            }
        }

        return status;
    }

    /// <summary>Processor times of one processor group; a machine of one group needs only <see cref="Query"/>.</summary>
    /// <param name="group">Number of the group.</param>
    /// <param name="buffer">Large enough for 64 processors.</param>
    /// <param name="length">Bytes of content.</param>
    /// <returns>0 or the NTSTATUS.</returns>
    public static int QueryProcessorTimes(ushort group, NativeBuffer buffer, out int length)
    {
        uint returned = 0;
        int status = NtQuerySystemInformationEx(
            SystemProcessorPerformanceInformation, &group, sizeof(ushort), buffer.Pointer, (uint)buffer.Length, &returned);
        length = (int)Math.Min(returned, (uint)buffer.Length);
        return status;
    }

    // The buffer stays the caller's; the system writes at most the given length and tells what it wrote or wanted.
    [LibraryImport("ntdll.dll")]
    private static partial int NtQuerySystemInformation(int informationClass, void* buffer, uint length, uint* returned);

    [LibraryImport("ntdll.dll")]
    private static partial int NtQuerySystemInformationEx(
        int informationClass, void* input, uint inputLength, void* buffer, uint length, uint* returned);
}
