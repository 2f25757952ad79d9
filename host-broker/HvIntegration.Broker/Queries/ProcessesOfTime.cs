using HvIntegration.Model;

namespace HvIntegration.Broker.Queries;

/// <summary>Busiest processes of a guest over a stretch of time.</summary>
/// <param name="FromSecond">First second of the range, Unix.</param>
/// <param name="ToSecond">End, not in it.</param>
/// <param name="Processes">Busiest first, each with its mean use between its first and last read in that time.</param>
internal sealed record ProcessesOfTime(long FromSecond, long ToSecond, IReadOnlyList<ProcessUse> Processes)
{
    /// <summary>Length of the time range, seconds.</summary>
    public long Seconds => ToSecond - FromSecond;
}
