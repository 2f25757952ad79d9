using HvIntegration.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace HvIntegration.GuestAgent.Sampling;

/// <summary>Log lines of sampling. Event ids are never used again.</summary>
internal static partial class SamplingLog
{
    [LoggerMessage(EventId = 1101, Level = LogLevel.Warning, Message = "collector {Collector}: {Status}: {Reason}")]
    public static partial void CollectorNotOk(ILogger logger, string collector, CollectorStatus status, string reason);

    [LoggerMessage(EventId = 1102, Level = LogLevel.Information, Message = "collector {Collector} recovered")]
    public static partial void CollectorRecovered(ILogger logger, string collector);

    [LoggerMessage(EventId = 1103, Level = LogLevel.Error, Message = "collector {Collector} failed unexpectedly")]
    public static partial void CollectorBug(ILogger logger, string collector, Exception error);

    [LoggerMessage(EventId = 1104, Level = LogLevel.Information, Message = "sampling {Collectors} collectors every {IntervalMs} ms, {TopN} processes; {Priority}")]
    public static partial void Started(ILogger logger, int collectors, int intervalMs, int topN, string priority);

    [LoggerMessage(EventId = 1105, Level = LogLevel.Critical, Message = "sampling stopped by an error")]
    public static partial void Ended(ILogger logger, Exception error);

    [LoggerMessage(EventId = 1106, Level = LogLevel.Warning, Message = "the ring is full: {Dropped} batches dropped since start")]
    public static partial void Dropped(ILogger logger, long dropped);

    [LoggerMessage(EventId = 1107, Level = LogLevel.Error, Message = "the process table could not be created")]
    public static partial void TableFailed(ILogger logger, Exception error);
}
