namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>A counter of another set that tells the same better.</summary>
/// <param name="Set">English name of the set.</param>
/// <param name="Counter">English name of the counter; null for any of the set.</param>
/// <param name="OfSameVm">It counts only for the VM that it is recorded of; else for all.</param>
internal sealed record BetterCounter(string Set, string? Counter, bool OfSameVm);
