namespace HvIntegration.Engine;

/// <summary>What the model refused or dropped since it was made.</summary>
/// <param name="BatchesHeld">Guest batches that wait for their clock now.</param>
/// <param name="BatchesDropped">Held batches dropped because the bound was reached.</param>
/// <param name="BatchesStale">Batches of a boot that has ended.</param>
/// <param name="SamplesRefused">Samples whose time or value cannot be.</param>
/// <param name="SeriesRefused">Series beyond the bound.</param>
/// <param name="ExchangesRejected">Clock exchanges whose stamps cannot be.</param>
/// <param name="PartitionsRefused">Partitions beyond the bound.</param>
public sealed record EngineCounters(
    long BatchesHeld, long BatchesDropped, long BatchesStale, long SamplesRefused, long SeriesRefused, long ExchangesRejected, long PartitionsRefused);
