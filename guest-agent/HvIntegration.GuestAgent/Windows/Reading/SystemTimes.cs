using System.Buffers.Binary;
using HvIntegration.GuestAgent.Windows.Native;

namespace HvIntegration.GuestAgent.Windows.Reading;

/// <summary>SYSTEM_TIMEOFDAY_INFORMATION: boot time and current time, FILETIME.</summary>
internal static class SystemTimes
{
    /// <summary>When Windows was started, by its wall clock now; 0 when it does not tell.</summary>
    /// <param name="buffer">48 bytes, not more: the system refuses a larger one for this class.</param>
    public static long ReadBootTime(NativeBuffer buffer) =>
        NtDll.Query(NtDll.SystemTimeOfDayInformation, buffer, out int length) == 0 ? ParseBootTime(buffer.Content(length)) : 0;

    /// <summary>Boot time of an answer; 0 when it is too short.</summary>
    public static long ParseBootTime(ReadOnlySpan<byte> answer) => answer.Length >= 16 ? BinaryPrimitives.ReadInt64LittleEndian(answer) : 0;
}
