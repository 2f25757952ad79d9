using System.Collections.Immutable;
using System.Globalization;
using DuckDB.NET.Data;

namespace HvIntegration.HostBroker.History;

/// <summary>The attached files of history: opened, made, set aside and deleted here only.</summary>
/// <remarks>Changes come from one caller at a time; <see cref="All"/> may be read by any thread.</remarks>
internal sealed class SegmentFiles : IDisposable
{
    private const string UnfinishedAlias = "unfinished";

    private readonly HistoryFolder _folder;
    private readonly HistoryOptions _options;
    private readonly Action<string, Exception?> _fault;
    private DuckDbInstance _instance;
    private ImmutableList<Segment> _segments = [];

    /// <summary>Attaches every file in the folder.</summary>
    /// <param name="folder">Held by this process.</param>
    /// <param name="options">Limits.</param>
    /// <param name="fault">Told the sentence of each file that was set aside.</param>
    /// <param name="nowSecond">For the names of files set aside.</param>
    /// <exception cref="HistoryException">A file is of a newer hvi, or cannot be read.</exception>
    public SegmentFiles(HistoryFolder folder, HistoryOptions options, Action<string, Exception?> fault, long nowSecond)
    {
        _folder = folder;
        _options = options;
        _fault = fault;
        _instance = DuckDbInstance.Open(options);
        try
        {
            AttachAll(nowSecond);
        }
        catch
        {
            _instance.Dispose();
            throw;
        }
    }

    /// <summary>Every attached file, oldest first within each tier.</summary>
    public IReadOnlyList<Segment> All => _segments;

    /// <summary>A connection that sees all of them.</summary>
    public DuckDBConnection Connect() => _instance.Connect();

    /// <summary>Files of one tier, oldest first.</summary>
    public IReadOnlyList<Segment> Of(HistoryTier tier) => [.. _segments.Where(s => s.Name.Tier == tier)];

    /// <summary>Starts DuckDB again after it gave itself up. Nobody may hold a connection.</summary>
    public void Restart(long nowSecond)
    {
        _instance.Dispose();
        _segments = [];
        _instance = DuckDbInstance.Open(_options);
        AttachAll(nowSecond);
    }

    /// <summary>Makes a file complete with its tables and gives it its name last, so that a half-made file is never taken for history.</summary>
    /// <param name="tier">Which.</param>
    /// <param name="at">Instant it must cover.</param>
    /// <param name="createdNs">Host time of now.</param>
    /// <param name="fill">Writes first rows through a connection and an alias, within the transaction that makes the tables.</param>
    public Segment Create(HistoryTier tier, DateTimeOffset at, long createdNs, Action<DuckDBConnection, string> fill)
    {
        var name = SegmentName.For(tier, at);
        while (Directory.EnumerateFiles(_folder.FullPath, name.FileName + "*").Any())
        {
            name = name with { Ordinal = name.Ordinal + 1 };
        }

        try
        {
            _instance.Attach(_folder.UnfinishedPathOf(name), UnfinishedAlias);
            using (var connection = Connect())
            {
                using var transaction = connection.BeginTransaction();
                DuckDbInstance.Execute(connection, SegmentSchema.Create(tier, UnfinishedAlias));
                DuckDbInstance.Execute(connection, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {UnfinishedAlias}.main.meta VALUES ({HistoryFolder.FormatVersion}, '{tier}', {createdNs})"));
                fill(connection, UnfinishedAlias);
                transaction.Commit();
            }

            _instance.Checkpoint(UnfinishedAlias);
        }
        catch
        {
            _instance.Detach(UnfinishedAlias);
            DeleteUnfinished(name);
            throw;
        }

        _instance.Detach(UnfinishedAlias);
        _folder.Finish(name);
        return Attach(name, createdNs / 1_000_000_000) ?? throw new HistoryException($"{_folder.PathOf(name)} could not be read back right after it was made. Check the disk.");
    }

    /// <summary>Sets a damaged file aside.</summary>
    public void SetAside(Segment segment, Exception reason, long nowSecond)
    {
        if (_segments.Contains(segment))
        {
            _instance.Detach(segment.Alias);
            _segments = _segments.Remove(segment);
            SetAside(segment.Name, reason, nowSecond);
        }
    }

    /// <summary>Deletes a file.</summary>
    public void Delete(Segment segment)
    {
        _instance.Detach(segment.Alias);
        _segments = _segments.Remove(segment);
        _folder.Delete(segment.Name);
    }

    /// <inheritdoc/>
    public void Dispose() => _instance.Dispose();

    private void AttachAll(long nowSecond)
    {
        foreach (var name in _folder.Segments())
        {
            Attach(name, nowSecond);
        }
    }

    private Segment? Attach(SegmentName name, long nowSecond)
    {
        var segment = new Segment(name, _folder.PathOf(name));
        try
        {
            _instance.Attach(segment.Path, segment.Alias);
            using var connection = Connect();
            CheckFormat(connection, segment);
            ReadRange(connection, segment);
        }
        catch (DuckDBException e) when (HistoryFaults.IsDamaged(e))
        {
            _instance.Detach(segment.Alias);
            SetAside(name, e, nowSecond);
            return null;
        }
        catch (DuckDBException e)
        {
            throw new HistoryException($"History file {segment.Path} cannot be opened: {HistoryFaults.FirstLine(e)} It was left as it is; move it out of the folder to go on without it.", e);
        }

        _segments = [.. _segments.Add(segment).OrderBy(s => s.Name.Tier).ThenBy(s => s.Name.Start).ThenBy(s => s.Name.Ordinal)];
        return segment;
    }

    private void SetAside(SegmentName name, Exception reason, long nowSecond)
    {
        var aside = _folder.SetAside(name, nowSecond);
        _fault(HistoryFaults.SetAside(_folder.PathOf(name), aside, reason), reason);
    }

    private void DeleteUnfinished(SegmentName name)
    {
        foreach (var file in Directory.EnumerateFiles(_folder.FullPath, Path.GetFileName(_folder.UnfinishedPathOf(name)) + "*"))
        {
            File.Delete(file);
        }
    }

    private static void CheckFormat(DuckDBConnection connection, Segment segment)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT format FROM {segment.Alias}.main.meta";
        if (command.ExecuteScalar() is int format && format > HistoryFolder.FormatVersion)
        {
            throw HistoryFaults.Newer(segment.Path, $"history format {format}", $"{HistoryFolder.FormatVersion}");
        }
    }

    private static void ReadRange(DuckDBConnection connection, Segment segment)
    {
        var alias = segment.Alias + ".main";
        using var command = connection.CreateCommand();
        command.CommandText = segment.Name.Tier == HistoryTier.Second
            ? $"""
               SELECT min(first), max(last) FROM (
                 SELECT min(host_ns) AS first, max(host_ns) AS last FROM {alias}.batch
                 UNION ALL SELECT min(host_ns), max(host_ns) FROM {alias}.host
                 UNION ALL SELECT min(second) * 1000000000, max(second) * 1000000000 FROM {alias}.report)
               """
            : $"SELECT min(start) * 1000000000, max(start) * 1000000000 FROM {alias}.window_done";
        using var reader = command.ExecuteReader();
        if (reader.Read() && !reader.IsDBNull(0))
        {
            segment.Widen(reader.GetInt64(0), reader.GetInt64(1));
        }
    }
}
