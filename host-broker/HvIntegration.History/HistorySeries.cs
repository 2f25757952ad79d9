using HvIntegration.Model;

namespace HvIntegration.History;

/// <summary>One point of a queried series.</summary>
/// <param name="Second">Start of the window, host Unix second.</param>
/// <param name="Span">Seconds the window covers: 1, 60 or 3600, or a multiple of 3600 where even hours are more than was asked for.</param>
/// <param name="Value">Rate per second of a counter, mean of a gauge, over the window.</param>
/// <param name="Minimum">Least 1 s value in the window.</param>
/// <param name="Maximum">Greatest 1 s value in the window.</param>
public readonly record struct HistoryPoint(long Second, int Span, double Value, double Minimum, double Maximum);

/// <summary>One series of an answer.</summary>
public sealed record HistorySeries(SeriesKey Series, IReadOnlyList<HistoryPoint> Points);
