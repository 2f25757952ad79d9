using System.Collections.Immutable;
using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.History.Database;
using HvIntegration.History.Faults;
using HvIntegration.History.Tables;
using HvIntegration.History.Times;
using HvIntegration.Transport.Files;

namespace HvIntegration.History.Files;

/// <summary>The attached files of history: opened, made, set aside and deleted here only.</summary>
/// <remarks>Changes come from one caller at a time; <see cref="All"/> may be read by any thread.</remarks>
internal sealed class SegmentFiles : IDisposable
{
    private const string UnfinishedAlias = "unfinished";

    // The shares of 32 VMs; files of an earlier hvi can hold any number.
    private const int FileSeriesMax = 32 * 2 * VmShare.SeriesMax;

    private readonly HistoryFolder _folder;
    private readonly HistoryOptions _options;
    private readonly StoreCalls _calls;
    private readonly Action<string, Exception?> _fault;
    private DuckDbInstance _instance;
    private ImmutableList<Segment> _segments = [];

    /// <summary>Attaches every file in the folder.</summary>
    /// <param name="folder">Held by this process.</param>
    /// <param name="options">Limits.</param>
    /// <param name="calls">Told of calls to the outside.</param>
    /// <param name="fault">Told the sentence of each file that was set aside.</param>
    /// <param name="nowSecond">For the names of files set aside.</param>
    /// <exception cref="HistoryException">A file is of a newer hvi, or cannot be read.</exception>
    public SegmentFiles(HistoryFolder folder, HistoryOptions options, StoreCalls calls, Action<string, Exception?> fault, long nowSecond)
    {
        _calls = calls;
        _folder = folder;
        _options = options;
        _fault = fault;
        _instance = DuckDbInstance.Open(options, calls);
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
        _instance = DuckDbInstance.Open(_options, _calls);
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
            // One that an earlier try could not let go.
            _instance.Detach(UnfinishedAlias);
            _instance.Attach(_folder.UnfinishedPathOf(name), UnfinishedAlias);
            using (var connection = Connect())
            {
                using var transaction = connection.BeginTransaction();
                _calls.At(StoreCall.CreateTables);
                DuckDbInstance.Execute(connection, SegmentSchema.Create(tier, UnfinishedAlias));
                DuckDbInstance.Execute(connection, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {UnfinishedAlias}.main.meta VALUES ({HistoryFolder.FormatVersion}, '{tier}', {createdNs})"));
                fill(connection, UnfinishedAlias);
                transaction.Commit();
            }

            _instance.Checkpoint(UnfinishedAlias);
            _instance.Detach(UnfinishedAlias);
            _folder.Finish(name);
        }
        catch
        {
            TryDiscard(name);
            throw;
        }

        try
        {
            return Attach(name, createdNs / 1_000_000_000) ?? throw new HistoryException($"{_folder.PathOf(name)} could not be read back right after it was made. Check the disk.");
        }
        catch
        {
            // Nothing acknowledged is in it; left there, each try would leave one more.
            TryDiscard(name);
            throw;
        }
    }

    /// <summary>True when a file knows so many series that another is begun beside it: all of them are in memory while it is written to.</summary>
    public bool IsOverfull(Segment segment)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM {segment.Alias}.main.series";
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture) > FileSeriesMax;
    }

    /// <summary>Moves what a file's write-ahead log holds into it.</summary>
    public void Checkpoint(Segment segment) => _instance.Checkpoint(segment.Alias);

    /// <summary>Sets a damaged file aside.</summary>
    public void SetAside(Segment segment, Exception reason, long nowSecond)
    {
        if (_segments.Contains(segment))
        {
            _segments = _segments.Remove(segment);
            _instance.Detach(segment.Alias);
            SetAside(segment.Name, reason, nowSecond);
        }
    }

    /// <summary>Deletes a file and what belongs to it.</summary>
    public void Delete(Segment segment)
    {
        // Out of the list first: a question that meets a file that is no longer attached asks the list whether it may leave it out.
        _segments = _segments.Remove(segment);
        try
        {
            _instance.Detach(segment.Alias);
        }
        catch (DuckDBException)
        {
            Insert(segment);
            throw;
        }

        try
        {
            _folder.Delete(segment.Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Still there, and still counted: it is tried again.
            Attach(segment.Name, 0);
            throw;
        }
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
            segment = new Segment(name, segment.Path) { Identity = FileIdentity.Of(segment.Path) };
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
            throw new HistoryException($"History file {segment.Path} cannot be opened: {HistoryFaults.FirstLine(e)} It was not changed. Move it out of the folder to continue without it.", e);
        }

        Insert(segment);
        return segment;
    }

    private void Insert(Segment segment) =>
        _segments = [.. _segments.Add(segment).OrderBy(s => s.Name.Tier).ThenBy(s => s.Name.Start).ThenBy(s => s.Name.Ordinal)];

    private void SetAside(SegmentName name, Exception reason, long nowSecond)
    {
        var aside = _folder.SetAside(name, nowSecond);
        _fault(HistoryFaults.SetAside(_folder.PathOf(name), aside, reason), reason);
    }

    /// <summary>Removes what is left of a file that could not be made; what cannot be removed now goes at the next start.</summary>
    private void TryDiscard(SegmentName name)
    {
        try
        {
            _instance.Detach(UnfinishedAlias);
            _instance.Detach(name.Alias);
            if (!_segments.Any(s => s.Name == name))
            {
                foreach (var file in Directory.EnumerateFiles(_folder.FullPath, Path.GetFileName(_folder.UnfinishedPathOf(name)) + "*"))
                {
                    File.Delete(file);
                }

                _folder.Delete(name);
            }
        }
        catch (Exception e) when (e is DuckDBException or IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to tell.
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

    private void ReadRange(DuckDBConnection connection, Segment segment)
    {
        var alias = segment.Alias + ".main";
        using var command = connection.CreateCommand();
        command.CommandText = segment.Name.Tier == HistoryTier.Second
            ? $"SELECT min(host_ns), max(host_ns) FROM ({SegmentSchema.PlacedRows(alias, _options.SecondHours)})"
            : $"SELECT min(start), max(start) FROM {alias}.window_done";
        using var reader = command.ExecuteReader();
        if (reader.Read() && !reader.IsDBNull(0))
        {
            var scale = segment.Name.Tier == HistoryTier.Second ? 1 : 1_000_000_000;
            segment.Widen(SaturatingTime.Narrow((Int128)reader.GetInt64(0) * scale), SaturatingTime.Narrow((Int128)reader.GetInt64(1) * scale));
        }
    }
}
