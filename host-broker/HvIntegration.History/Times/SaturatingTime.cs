namespace HvIntegration.History.Times;

/// <summary>Arithmetic on times that a guest or a caller chose: what would overflow stays at the end of the range.</summary>
internal static class SaturatingTime
{
    private const long SecondNs = 1_000_000_000;

    /// <summary>Nanoseconds of a second.</summary>
    public static long Ns(long second) => Math.Clamp(second, long.MinValue / SecondNs, long.MaxValue / SecondNs) * SecondNs;

    /// <summary>The sum of two times, at most the greatest one there is.</summary>
    public static long Sum(long a, long b) => Narrow((Int128)a + b);

    /// <summary>The first without the second.</summary>
    public static long Difference(long a, long b) => Narrow((Int128)a - b);

    /// <summary>The nearest value that a long holds.</summary>
    public static long Narrow(Int128 value) => (long)Int128.Clamp(value, long.MinValue, long.MaxValue);
}
