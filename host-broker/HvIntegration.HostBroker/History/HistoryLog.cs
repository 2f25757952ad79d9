using Microsoft.Extensions.Logging;

namespace HvIntegration.HostBroker.History;

/// <summary>Messages of the store.</summary>
internal static partial class HistoryLog
{
    [LoggerMessage(EventId = 2401, Level = LogLevel.Information, Message = "History in {Folder}: {Files} files, {SizeMiB} MiB")]
    public static partial void Opened(ILogger logger, string folder, int files, long sizeMiB);

    [LoggerMessage(EventId = 2402, Level = LogLevel.Error, Message = "{Sentence}")]
    public static partial void Fault(ILogger logger, string sentence, Exception? exception);

    [LoggerMessage(EventId = 2403, Level = LogLevel.Information, Message = "History writes again")]
    public static partial void Recovered(ILogger logger);

    [LoggerMessage(EventId = 2404, Level = LogLevel.Information, Message = "History file {File} deleted: {Reason}")]
    public static partial void Deleted(ILogger logger, string file, string reason);

    [LoggerMessage(EventId = 2405, Level = LogLevel.Warning, Message = "History upkeep failed and will be tried again: {Sentence}")]
    public static partial void UpkeepFailed(ILogger logger, string sentence, Exception exception);
}
