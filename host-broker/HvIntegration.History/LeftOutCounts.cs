namespace HvIntegration.History;

/// <summary>What of one VM found no room in history since the start.</summary>
/// <param name="Values">Values whose series, or set of series, was over the VM's share of a file.</param>
/// <param name="Processes">Process rows over its share.</param>
/// <param name="Batches">Batches of boots over its share.</param>
/// <param name="Times">Times that no clock can have had: the row stands at the time of its commit, or is left out.</param>
/// <param name="Windows">Minutes and hours that could not be made of its rows.</param>
/// <param name="WindowSeries">Series over its share of a minute or hour.</param>
public readonly record struct LeftOutCounts(long Values, long Processes, long Batches, long Times, long Windows, long WindowSeries);
