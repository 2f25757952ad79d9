namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary>FILETIME arithmetic: units of 100 ns since 1601.</summary>
internal static class FileTime
{
    /// <summary>The start of 1970, as a FILETIME.</summary>
    public const long UnixEpoch = 116_444_736_000_000_000;

    /// <summary>Microseconds of a span of 100 ns units; never negative.</summary>
    public static long ToMicroseconds(long units) => Math.Max(0, units) / 10;
}
