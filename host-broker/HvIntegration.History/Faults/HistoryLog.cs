
namespace HvIntegration.History.Faults;

/// <summary>Messages of the store.</summary>
internal static partial class HistoryLog
{
    [LoggerMessage(EventId = 2401, Level = LogLevel.Information, Message = "History in {Folder}: {Files} files, {SizeMiB} MiB")]
    public static partial void Opened(ILogger logger, string folder, int files, long sizeMiB);

    [LoggerMessage(EventId = 2402, Level = LogLevel.Error, Message = "History fault: {Sentence}")]
    public static partial void Fault(ILogger logger, string sentence, Exception? exception);

    [LoggerMessage(EventId = 2404, Level = LogLevel.Information, Message = "History file {File} deleted: {Reason}")]
    public static partial void Deleted(ILogger logger, string file, string reason);

    [LoggerMessage(EventId = 2405, Level = LogLevel.Warning, Message = "History maintenance failed and will be retried: {Sentence}")]
    public static partial void UpkeepFailed(ILogger logger, string sentence, Exception exception);

    [LoggerMessage(EventId = 2406, Level = LogLevel.Warning, Message = "History omitted data of VM {Partition}: {What}; the counts are in its status")]
    public static partial void LeavesOut(ILogger logger, Guid partition, string what);

    [LoggerMessage(EventId = 2407, Level = LogLevel.Warning, Message = "History could not create the {Tier} window {Start} of VM {Partition} and omitted it: {Sentence}")]
    public static partial void WindowLeftOut(ILogger logger, HistoryTier tier, long start, Guid partition, string sentence, Exception exception);
}
