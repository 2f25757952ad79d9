namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>One row of a recording.</summary>
/// <param name="Line">Line in the file.</param>
/// <param name="TimeNs">Unix nanoseconds by the recorder's clock and zone; rises from row to row.</param>
/// <param name="Values">One per column, NaN where there is none. Valid until the next row.</param>
/// <param name="AfterGap">Rows before it were damaged or out of order: its rates do not reach back to the previous row.</param>
public readonly record struct PdhRow(long Line, long TimeNs, ReadOnlyMemory<double> Values, bool AfterGap);
