using System.Text.Json;
using HvIntegration.History.Database;
using HvIntegration.History.Faults;
using HvIntegration.Transport.Files;

namespace HvIntegration.History.Files;

/// <summary>The folder itself: who holds it, which format it has, which files are in it.</summary>
/// <remarks>
/// <c>lock</c> is held open while a broker runs and says nothing by being there; <c>format.json</c> names the format;
/// files that end in <c>.new</c> were never finished and hold nothing acknowledged; <c>*.damaged-*</c> were set aside.
/// </remarks>
internal sealed class HistoryFolder : IDisposable
{
    /// <summary>Format this build writes and the newest it reads.</summary>
    public const int FormatVersion = 1;

    private const string LockFileName = "lock";
    private const string FormatFileName = "format.json";
    private const string UnfinishedSuffix = ".new";

    // The owner writes, the group may read: guests' process names are nobody else's.
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private readonly StoreCalls _calls;
    private FileStream _lock;
    private FileIdentity? _lockIdentity;
    private long _sizeBytes;

    private HistoryFolder(string path, FileStream held, StoreCalls calls)
    {
        FullPath = path;
        _lock = held;
        _lockIdentity = FileIdentity.Of(Path.Combine(path, LockFileName));
        _calls = calls;
    }

    /// <summary>The folder's path from the root on.</summary>
    public string FullPath { get; }

    /// <summary>Takes the folder for this process.</summary>
    /// <exception cref="HistoryException">It cannot be written, another broker holds it, or a newer hvi wrote it.</exception>
    public static HistoryFolder Open(string folder, StoreCalls calls)
    {
        var path = Path.GetFullPath(folder);
        var held = Take(path, calls);
        try
        {
            var opened = new HistoryFolder(path, held, calls);
            opened.CheckFormat();
            opened.DeleteUnfinished();
            return opened;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Takes the folder again where it was removed or replaced, making it when it is not there.</summary>
    /// <exception cref="HistoryException">As when it is opened.</exception>
    public void Renew()
    {
        if (IsSame(Path.Combine(FullPath, LockFileName), _lockIdentity))
        {
            return;
        }

        var held = Take(FullPath, _calls);
        _lock.Dispose();
        _lock = held;
        _lockIdentity = FileIdentity.Of(Path.Combine(FullPath, LockFileName));
        CheckFormat();
        DeleteUnfinished();
    }

    /// <summary>True while a file's path leads to the file that was attached: what is written to it can be found again.</summary>
    public static bool Holds(Segment segment) => IsSame(segment.Path, segment.Identity);

    /// <summary>Files of history, oldest first within each tier.</summary>
    public IReadOnlyList<SegmentName> Segments() =>
        [.. Directory.EnumerateFiles(FullPath)
            .Select(f => SegmentName.Parse(Path.GetFileName(f)))
            .OfType<SegmentName>()
            .OrderBy(n => n.Tier).ThenBy(n => n.Start).ThenBy(n => n.Ordinal)];

    /// <summary>Absolute path of a file of history.</summary>
    public string PathOf(SegmentName name) => Path.Combine(FullPath, name.FileName);

    /// <summary>Absolute path under which a file is made before it is finished.</summary>
    public string UnfinishedPathOf(SegmentName name) => PathOf(name) + UnfinishedSuffix;

    /// <summary>Gives a finished file its name.</summary>
    public void Finish(SegmentName name)
    {
        _calls.At(StoreCall.Rename);
        File.Move(UnfinishedPathOf(name), PathOf(name));
    }

    /// <summary>Bytes of a file of history with its write-ahead log.</summary>
    public long SizeOf(SegmentName name) => Belonging(name).Sum(LengthOf);

    /// <summary>What a commit changes on disk: it makes the write-ahead log longer, or moves it into the file.</summary>
    public (long LogBytes, long FileBytes, DateTime FileWrittenUtc) Written(SegmentName name)
    {
        var path = PathOf(name);
        return (LengthOf(path + ".wal"), LengthOf(path), File.GetLastWriteTimeUtc(path));
    }

    /// <summary>Bytes of everything in the folder, files that were set aside included; as it was last known while the folder cannot be read.</summary>
    public long SizeBytes()
    {
        try
        {
            var size = Directory.EnumerateFiles(FullPath).Sum(LengthOf);
            Volatile.Write(ref _sizeBytes, size);
            return size;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Volatile.Read(ref _sizeBytes);
        }
    }

    /// <summary>Renames a damaged file and its log; not a byte of them changes.</summary>
    /// <param name="name">Which.</param>
    /// <param name="unixSecond">Told in the new name.</param>
    /// <returns>The new name of the main file, with its folder.</returns>
    public string SetAside(SegmentName name, long unixSecond)
    {
        var suffix = $".damaged-{unixSecond}";
        foreach (var file in Belonging(name))
        {
            _calls.At(StoreCall.Rename);
            File.Move(file, file + suffix);
        }

        return PathOf(name) + suffix;
    }

    /// <summary>Deletes a file of history and its log.</summary>
    public void Delete(SegmentName name)
    {
        // The main file goes last: a log left without it would never be found again.
        foreach (var file in Belonging(name).AsEnumerable().Reverse())
        {
            _calls.At(StoreCall.Delete);
            File.Delete(file);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    // Where the system does not tell which file it is, that there is one has to do.
    private static bool IsSame(string path, FileIdentity? known) => known is null ? File.Exists(path) : FileIdentity.Of(path) == known;

    private static long LengthOf(string file)
    {
        try
        {
            return new FileInfo(file).Length;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return 0;
        }
    }

    private static FileStream Take(string path, StoreCalls calls)
    {
        var lockFile = Path.Combine(path, LockFileName);
        try
        {
            calls.At(StoreCall.Folder);
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, FolderMode);
            }

            return new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw HistoryFaults.ReadOnly(path, e);
        }
        catch (IOException e) when (HistoryFaults.IsReadOnly(e))
        {
            throw HistoryFaults.ReadOnly(path, e);
        }
        catch (IOException e) when (File.Exists(lockFile) && !HistoryFaults.IsDiskFull(e))
        {
            throw HistoryFaults.InUse(path, lockFile, e);
        }
        catch (IOException e)
        {
            throw new HistoryException($"History folder {path} cannot be opened: {HistoryFaults.FirstLine(e)} Set {HistoryOptions.SectionName}:{nameof(HistoryOptions.Folder)} to a folder on a disk with free space.", e);
        }
    }

    private List<string> Belonging(SegmentName name)
    {
        // Exactly what DuckDB puts beside a file; a pattern would also take files that were set aside.
        var path = PathOf(name);
        return [.. new[] { path, path + ".wal", path + ".wal.checkpoint", path + ".wal.recovery" }.Where(File.Exists)];
    }

    private void CheckFormat()
    {
        var file = Path.Combine(FullPath, FormatFileName);
        if (!File.Exists(file))
        {
            var unfinished = file + UnfinishedSuffix;
            try
            {
                File.WriteAllBytes(unfinished, JsonSerializer.SerializeToUtf8Bytes(new FormatFile(FormatVersion)));
                File.Move(unfinished, file);
                return;
            }
            catch (IOException e)
            {
                throw HistoryFaults.IsReadOnly(e)
                    ? HistoryFaults.ReadOnly(FullPath, e)
                    : new HistoryException($"History could not write {file}: {HistoryFaults.FirstLine(e)} Free space on its disk or set {HistoryOptions.SectionName}:{nameof(HistoryOptions.Folder)} to another folder.", e);
            }
        }

        FormatFile? format;
        try
        {
            format = JsonSerializer.Deserialize<FormatFile>(File.ReadAllBytes(file));
        }
        catch (JsonException e)
        {
            throw new HistoryException($"{file} is not readable ({HistoryFaults.FirstLine(e)}) Delete it if this folder was written by hvi format {FormatVersion}, or set {HistoryOptions.SectionName}:{nameof(HistoryOptions.Folder)} to another folder.", e);
        }

        if (format is null || format.Format < 1)
        {
            throw new HistoryException($"{file} has no format. Delete it if this folder was written by hvi format {FormatVersion}, or set {HistoryOptions.SectionName}:{nameof(HistoryOptions.Folder)} to another folder.");
        }

        if (format.Format > FormatVersion)
        {
            throw HistoryFaults.Newer(file, $"history format {format.Format}", $"{FormatVersion}");
        }
    }

    private void DeleteUnfinished()
    {
        foreach (var file in Directory.EnumerateFiles(FullPath, $"*{SegmentName.Extension}{UnfinishedSuffix}*"))
        {
            File.Delete(file);
        }
    }

    private sealed record FormatFile(int Format);
}
