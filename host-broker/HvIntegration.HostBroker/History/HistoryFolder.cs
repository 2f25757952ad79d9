using System.Text.Json;

namespace HvIntegration.HostBroker.History;

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

    private readonly FileStream _lock;

    private HistoryFolder(string path, FileStream held)
    {
        FullPath = path;
        _lock = held;
    }

    /// <summary>Absolute path.</summary>
    public string FullPath { get; }

    /// <summary>Takes the folder for this process.</summary>
    /// <exception cref="HistoryException">It cannot be written, another broker holds it, or a newer hvi wrote it.</exception>
    public static HistoryFolder Open(string folder)
    {
        var path = Path.GetFullPath(folder);
        var lockFile = Path.Combine(path, LockFileName);
        FileStream held;
        try
        {
            Directory.CreateDirectory(path);
            held = new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
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
            throw new HistoryException($"History folder {path} cannot be opened: {HistoryFaults.FirstLine(e)} Set {HistoryOptions.SectionName}:{nameof(HistoryOptions.Folder)} to a folder on a disk with room.", e);
        }

        try
        {
            var opened = new HistoryFolder(path, held);
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
    public void Finish(SegmentName name) => File.Move(UnfinishedPathOf(name), PathOf(name));

    /// <summary>Bytes of a file of history with its write-ahead log.</summary>
    public long SizeOf(SegmentName name) => Belonging(name).Sum(LengthOf);

    /// <summary>Bytes of everything in the folder, files that were set aside included.</summary>
    public long SizeBytes() => Directory.EnumerateFiles(FullPath).Sum(LengthOf);

    /// <summary>Renames a damaged file and its log; not a byte of them changes.</summary>
    /// <param name="name">Which.</param>
    /// <param name="unixSecond">Told in the new name.</param>
    /// <returns>The new name of the main file, with its folder.</returns>
    public string SetAside(SegmentName name, long unixSecond)
    {
        var suffix = $".damaged-{unixSecond}";
        foreach (var file in Belonging(name))
        {
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
            File.Delete(file);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static long LengthOf(string file)
    {
        try
        {
            return new FileInfo(file).Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
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
            throw new HistoryException($"{file} is not readable ({HistoryFaults.FirstLine(e)}) Delete it when this folder was written by hvi format {FormatVersion}, or set {HistoryOptions.SectionName}:{nameof(HistoryOptions.Folder)} to another folder.", e);
        }

        if (format is null || format.Format < 1)
        {
            throw new HistoryException($"{file} names no format. Delete it when this folder was written by hvi format {FormatVersion}, or set {HistoryOptions.SectionName}:{nameof(HistoryOptions.Folder)} to another folder.");
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
