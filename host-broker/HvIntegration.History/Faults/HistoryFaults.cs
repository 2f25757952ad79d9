using DuckDB.NET.Data;

namespace HvIntegration.History.Faults;

/// <summary>Turns what DuckDB and the file system say into one sentence with the file and the remedy.</summary>
internal static class HistoryFaults
{
    /// <summary>It is of the kind that a write can meet, and not a defect of this program.</summary>
    public static bool IsWriteFailure(Exception exception) => exception is DuckDBException or IOException or UnauthorizedAccessException or HistoryException;

    /// <summary>The disk took no more.</summary>
    public static bool IsDiskFull(Exception exception) =>
        Says(exception, "No space left on device") || Says(exception, "not enough space on the disk") || Says(exception, "Disk quota exceeded");

    /// <summary>The folder or file may not be written.</summary>
    public static bool IsReadOnly(Exception exception) =>
        exception is UnauthorizedAccessException || Says(exception, "Read-only file system") || Says(exception, "Permission denied") || Says(exception, "read-only mode");

    /// <summary>The file's bytes are not what DuckDB wrote.</summary>
    public static bool IsDamaged(Exception exception) =>
        Says(exception, "Corrupt") || Says(exception, "not a valid DuckDB database file") || Says(exception, "Failure while replaying WAL")
        || Says(exception, "Could not read enough bytes") || Says(exception, "Serialization Error") || Says(exception, "Failed to deserialize");

    /// <summary>DuckDB gave the whole instance up; nothing works until it is opened again.</summary>
    public static bool IsInvalidated(Exception exception) =>
        Says(exception, "has been invalidated") || Says(exception, "FATAL Error") || Says(exception, "INTERNAL Error");

    /// <summary>DuckDB asks to wait until the transactions of others that write have ended.</summary>
    public static bool IsOthersWriting(Exception exception) => Says(exception, "other write transactions active");

    /// <summary>DuckDB had less memory than it needed.</summary>
    public static bool IsOutOfMemory(Exception exception) => Says(exception, "Out of Memory Error") || exception is OutOfMemoryException;

    /// <summary>It lies in the rows that were read, not in the folder, the files or this process's own end.</summary>
    public static bool IsOfRows(Exception exception) =>
        exception is not (IOException or UnauthorizedAccessException or HistoryException or OperationCanceledException or ObjectDisposedException)
        && !IsDiskFull(exception) && !IsReadOnly(exception) && !IsDamaged(exception) && !IsInvalidated(exception);

    /// <summary>Sentence for a failed write of <paramref name="file"/>.</summary>
    public static HistoryException Write(Exception exception, string file, HistoryOptions options) => exception switch
    {
        HistoryException already => already,
        _ when IsDiskFull(exception) => new HistoryException(
            $"History could not write {file}: the disk is full, or has no inodes left. Free space on it or lower {HistoryOptions.SectionName}:{nameof(HistoryOptions.SizeMaxMiB)} (now {options.SizeMaxMiB}). Data that is not stored is not acknowledged, so agents buffer it and send it again.", exception),
        _ when IsReadOnly(exception) => ReadOnly(options.Folder, exception),
        _ when IsOutOfMemory(exception) => new HistoryException(
            $"History could not write {file}: DuckDB ran out of memory ({FirstLine(exception)}) Raise {HistoryOptions.SectionName}:{nameof(HistoryOptions.MemoryMaxMiB)} (now {options.MemoryMaxMiB}) if this repeats. The broker retries with the next commit; data that is not stored is not acknowledged.", exception),
        _ => new HistoryException($"History could not write {file}: {FirstLine(exception)} The broker retries with the next commit; data that is not stored is not acknowledged.", exception),
    };

    /// <summary>Sentence for a folder that cannot be written.</summary>
    public static HistoryException ReadOnly(string folder, Exception exception) => new(
        $"History folder {folder} cannot be written ({FirstLine(exception)}) Make it writable for the user that runs hvi, or set {HistoryOptions.SectionName}:{nameof(HistoryOptions.Folder)} to another folder.", exception);

    /// <summary>Sentence for a file that is not where it was, while it was written to.</summary>
    public static HistoryException Gone(string file) => new(
        $"History file {file} was removed, moved or replaced while hvi used it. Its data is lost unless you restore the file while hvi is stopped. Nothing is acknowledged until the next commit creates a new file. Do not change {HistoryOptions.SectionName}:{nameof(HistoryOptions.Folder)} while hvi runs.");

    /// <summary>Sentence for a folder that another broker holds.</summary>
    public static HistoryException InUse(string folder, string lockFile, Exception exception) => new(
        $"History folder {folder} is in use by another hvi broker (lock file {lockFile}). Stop that broker, or set {HistoryOptions.SectionName}:{nameof(HistoryOptions.Folder)} to another folder.", exception);

    /// <summary>Sentence for a folder or file of a newer hvi.</summary>
    public static HistoryException Newer(string file, string theirs, string ours, Exception? exception = null) => new(
        $"{file} was written by a newer hvi (version {theirs}; this one reads up to {ours}) and was not changed. Update hvi, or set {HistoryOptions.SectionName}:{nameof(HistoryOptions.Folder)} to another folder.", exception);

    /// <summary>Sentence for a damaged file that was set aside.</summary>
    public static string SetAside(string file, string aside, Exception reason) =>
        $"{file} is damaged ({FirstLine(reason)}) and was set aside unchanged as {aside}. Its data is missing from history, which continues in a new file. Restore it from a backup, or delete it if you do not need it.";

    /// <summary>First line of a message, closed with a full stop.</summary>
    public static string FirstLine(Exception exception)
    {
        var message = exception.Message;
        var end = message.AsSpan().IndexOfAny('\r', '\n');
        var line = (end < 0 ? message : message[..end]).Trim();
        return line.EndsWith('.') ? line : line + ".";
    }

    private static bool Says(Exception? exception, string words)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is DuckDBException or IOException && exception.Message.Contains(words, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>An answer of DuckDB ended before its last row.</summary>
internal sealed class CutShortException(string message) : Exception(message);
