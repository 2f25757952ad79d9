using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Sampling;

/// <summary>The clocks of the guest the agent runs in.</summary>
/// <remarks>
/// Monotonic: <see cref="TimeProvider.GetTimestamp"/>, which is CLOCK_MONOTONIC on Linux. Since boot: CLOCK_BOOTTIME
/// (kernel 2.6.39 and later), on Windows the tick count.
/// </remarks>
internal sealed partial class SystemGuestClock(TimeProvider time) : IGuestClock
{
    private const int ClockBootTime = 7;
    private readonly double _nsPerTick = 1e9 / time.TimestampFrequency;
    private readonly bool _ticksAreNs = time.TimestampFrequency == 1_000_000_000;

    /// <inheritdoc/>
    public long MonotonicNs => _ticksAreNs ? time.GetTimestamp() : (long)(time.GetTimestamp() * _nsPerTick);

    /// <inheritdoc/>
    public long SinceBootNs => OperatingSystem.IsLinux() && ClockGetTime(ClockBootTime, out TimeSpec spec) == 0
        ? (spec.Seconds * 1_000_000_000) + spec.Nanoseconds
        : Environment.TickCount64 * 1_000_000;

    /// <inheritdoc/>
    public long UnixNs => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    // struct timespec of a 64-bit Linux: two longs. The callee writes 16 bytes, which is this struct.
    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec spec);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
