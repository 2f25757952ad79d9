namespace HvIntegration.CounterSources.PerformanceCounters;

/// <summary>Factors from the units of Windows' counters to base units.</summary>
public static class Units
{
    /// <summary>Percent of one processor, or of a whole, to seconds per second or a share.</summary>
    public const double Percent = 0.01;

    /// <summary>Kibibytes (1,024 bytes) to bytes.</summary>
    public const double Kibi = 1024;

    /// <summary>Mebibytes (1,048,576 bytes) to bytes.</summary>
    public const double Mebi = 1024 * 1024;

    /// <summary>Pages of 4 KiB to bytes.</summary>
    public const double Page = 4096;

    /// <summary>Milliseconds (0.001 s) to seconds.</summary>
    public const double Milli = 1e-3;

    /// <summary>Nanoseconds (0.000000001 s) to seconds.</summary>
    public const double Nano = 1e-9;

    /// <summary>Units of 100 ns to seconds.</summary>
    public const double HundredNano = 1e-7;

    /// <summary>Bits (an eighth of a byte) to bytes.</summary>
    public const double Bit = 0.125;
}
