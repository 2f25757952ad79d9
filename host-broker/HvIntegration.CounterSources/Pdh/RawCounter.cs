namespace HvIntegration.CounterSources.Pdh;

/// <summary>Makes a value of two raw ones, as PDH does, for the types that Hyper-V's sets and those of the host have. Pure.</summary>
/// <remarks>
/// PDH returns no value at all when a 32-bit counter wraps, and for a whole array when a single row has no value. Types and formulas: winperf.h.
/// </remarks>
/// <param name="Type">Type of the counter, as PDH reports it.</param>
internal readonly record struct RawCounter(uint Type)
{
    public const uint Rate32 = 0x10410400;
    public const uint Rate64 = 0x10410500;
    public const uint AverageTimer = 0x30020400;
    public const uint AverageBulk = 0x40020500;
    public const uint PrecisionTimer = 0x20470500;
    public const uint PrecisionTimer100Ns = 0x20570500;
    public const uint Timer100Ns = 0x20510500;
    public const uint QueueLength = 0x00450400;
    public const uint QueueLength64 = 0x00450500;
    public const uint QueueLength100Ns = 0x00550500;

    private const uint DeltaFlag = 0x00400000;
    private const uint SizeMask = 0x00000300;
    private const uint KindMask = 0x00000C00;
    private const long Range = 1L << 32;
    private const long TopQuarter = 3 * (Range / 4);
    private const long BottomQuarter = Range / 4;

    /// <summary>The value is made of two reads.</summary>
    public bool IsDelta => (Type & DeltaFlag) != 0 || Type is AverageTimer or AverageBulk;

    /// <summary>The second number is a base that grows with what is counted, not a time stamp.</summary>
    public bool HasBase => Type is PrecisionTimer or PrecisionTimer100Ns || IsAverage;

    private bool IsAverage => Type is AverageTimer or AverageBulk;

    private bool Is32Bit => (Type & SizeMask) == 0;

    /// <summary>Whether the counter grew, wrapped or was reset.</summary>
    public RawChange Compare(RawValue before, RawValue now)
    {
        bool fell = now.First < before.First;
        bool baseFell = HasBase && now.Second < before.Second;
        if (!fell && !baseFell)
        {
            return RawChange.Rose;
        }

        if (!Is32Bit || before.First >= Range || before.First < 0 || now.First < 0)
        {
            return RawChange.Reset;
        }

        // The sum of an average wraps long before the number of its events, and the events tell a reset from a wrap. A plain counter has only its size.
        bool baseWrapped = baseFell && before.Second is >= TopQuarter and < Range && now.Second < BottomQuarter;
        return IsAverage
            ? !baseFell || baseWrapped ? RawChange.Wrapped : RawChange.Reset
            : before.First >= TopQuarter && now.First < BottomQuarter ? RawChange.Wrapped : RawChange.Reset;
    }

    /// <summary>The value between two reads; NaN for a reset, for types that are not known, and when no time passed.</summary>
    /// <param name="before">The read before.</param>
    /// <param name="now">This read.</param>
    /// <param name="frequency">Units of a time stamp or of an average timer per second.</param>
    public double Value(RawValue before, RawValue now, double frequency)
    {
        if (!IsDelta)
        {
            return (Type & KindMask) == 0 ? now.First : double.NaN;
        }

        if (Compare(before, now) == RawChange.Reset)
        {
            return double.NaN;
        }

        double first = Growth(before.First, now.First);
        double second = HasBase ? Growth(before.Second, now.Second) : now.Second - before.Second;
        return Type switch
        {
            Rate32 or Rate64 => second > 0 ? first / second * frequency : double.NaN,
            PrecisionTimer or PrecisionTimer100Ns or Timer100Ns => Share(first, second) * 100,
            AverageTimer => Share(first, second) / frequency,
            AverageBulk or QueueLength or QueueLength64 or QueueLength100Ns => Share(first, second),
            _ => double.NaN,
        };
    }

    // No event, no time: PDH returns 0 too.
    private static double Share(double first, double second) => second > 0 ? first / second : first == 0 ? 0 : double.NaN;

    private double Growth(long before, long now) => now >= before || !Is32Bit ? now - before : now + Range - before;
}
