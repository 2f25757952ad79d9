using System.Diagnostics.CodeAnalysis;
using DuckDB.NET.Data;
using HvIntegration.History.Faults;
using HvIntegration.History.Files;
using HvIntegration.History.Tables;
using HvIntegration.History.Times;

namespace HvIntegration.History.Committing;

/// <summary>The raw file that commits go to: finds or makes it, begins the next one in time, and starts again from the files after a failure.</summary>
/// <remarks>All calls are the writer's.</remarks>
/// <param name="folder">Where the files are.</param>
/// <param name="files">The attached files.</param>
/// <param name="state">What the newest file holds.</param>
/// <param name="leftOut">Learns what finds no room.</param>
/// <param name="gates">Keeps readers out while DuckDB starts again.</param>
/// <param name="options">Limits.</param>
/// <param name="clock">Wall time.</param>
internal sealed class SegmentRotation(
    HistoryFolder folder, SegmentFiles files, CommittedState state, LeftOutBook leftOut, HistoryGates gates, HistoryOptions options, HistoryClock clock) : IDisposable
{
    // A file of raw counters is closed early at this share of the whole size, so that deleting the oldest never takes everything.
    private const int FileShareMax = 8;

    // Agents keep 15 minutes; a boot that brought nothing for this long has nothing left to send again.
    private static readonly TimeSpan ProgressKept = TimeSpan.FromHours(48);

    private RawWriter? _writer;
    private DuckDBConnection? _connection;
    private bool _restart;

    /// <summary>The file that commits go to; null before the first and after it was given up.</summary>
    public Segment? Current { get; private set; }

    /// <summary>Makes sure that there is a file for now and that what is known of it is what it holds.</summary>
    /// <returns>The file, a connection that sees it, and its writer; good until the next call of this object.</returns>
    /// <exception cref="HistoryException">The file is not where it was.</exception>
    public (Segment File, DuckDBConnection Connection, RawWriter Writer) Ready()
    {
        if (Current is not null && !HistoryFolder.Holds(Current))
        {
            // Reported once, with nothing written to what cannot be found again; the next commit begins a file.
            throw HistoryFaults.Gone(Current.Path);
        }

        if (_restart)
        {
            // Nobody may hold a connection of the instance that goes; questions are short.
            using (gates.ExcludeReadersAsync().GetAwaiter().GetResult())
            {
                Current = null;
                folder.Renew();
                files.Restart(clock.NowSecond);
            }

            _restart = false;
            LoadNewest();
        }
        else if (_writer is null && Current is not null)
        {
            // DuckDB rolled the failed commit back. If it landed after all, its sequences are known now and it is not stored twice.
            LoadNewest();
            if (files.IsOverfull(Current))
            {
                Current = null;
            }
            else
            {
                _connection = files.Connect();
                _writer = RawWriter.Load(_connection, Current.Alias, leftOut);
            }
        }

        var now = clock.Now;
        if (Current is null || _writer is null || _connection is null || SegmentName.For(HistoryTier.Second, now).Start > Current.Name.Start || IsLarge(Current))
        {
            Rotate(now);
        }

        return (Current, _connection, _writer);
    }

    /// <summary>Takes over what the files hold; files that prove damaged on the way are set aside.</summary>
    public void LoadNewest()
    {
        using var connection = files.Connect();
        foreach (var segment in files.All)
        {
            // The number over all files: the newest may have been set aside, and a number must never come twice.
            SetAsideIfDamaged(segment, () => state.LoadCommitId(connection, segment));
        }

        while (files.Of(HistoryTier.Second) is [.., var newest] && !SetAsideIfDamaged(newest, () => state.Load(connection, newest, clock.NowNs)))
        {
            // The one before it knows what was committed until the damaged one began.
        }
    }

    /// <summary>After a failed write: the next commit goes on from what is in the file, not from what was in memory.</summary>
    /// <param name="restart">DuckDB must start again first.</param>
    public void LetGo(bool restart)
    {
        _writer = null;
        _connection?.Dispose();
        _connection = null;
        _restart |= restart;
    }

    /// <summary>A write into the current file failed: lets it go, gives it up when it is gone, and sets it aside when it is damaged.</summary>
    public void Fail(Exception reason)
    {
        var gone = Current is not null && !HistoryFolder.Holds(Current);
        LetGo(HistoryFaults.IsInvalidated(reason) || gone);
        if (gone)
        {
            Current = null;
        }

        if (HistoryFaults.IsDamaged(reason) && Current is not null)
        {
            files.SetAside(Current, reason, clock.NowSecond);
            Current = null;
        }
    }

    /// <summary>Sets a damaged file aside, also the current one.</summary>
    public void SetAside(Segment segment, Exception reason)
    {
        if (ReferenceEquals(segment, Current))
        {
            LetGo(restart: false);
            Current = null;
        }

        files.SetAside(segment, reason, clock.NowSecond);
    }

    /// <inheritdoc/>
    public void Dispose() => _connection?.Dispose();

    [MemberNotNull(nameof(Current), nameof(_writer), nameof(_connection))]
    private void Rotate(DateTimeOffset now)
    {
        var newest = files.Of(HistoryTier.Second) is [.., var last] ? last : null;
        if (Current is null && newest is not null && newest.Name.Start >= SegmentName.For(HistoryTier.Second, now).Start && !IsLarge(newest) && !files.IsOverfull(newest))
        {
            Current = newest;
        }
        else
        {
            var nowNs = clock.NowNs;
            Current = files.Create(HistoryTier.Second, newest is not null && newest.Name.Start > now ? newest.Name.Start : now, nowNs, (connection, alias) => CarryForward(connection, alias, nowNs));
        }

        _connection?.Dispose();
        _connection = files.Connect();
        try
        {
            _writer = RawWriter.Load(_connection, Current.Alias, leftOut);
        }
        catch (DuckDBException e) when (HistoryFaults.IsDamaged(e))
        {
            files.SetAside(Current, e, clock.NowSecond);
            Current = null;
            Rotate(now);
        }
    }

    private bool IsLarge(Segment segment) => folder.SizeOf(segment.Name) > ((long)options.SizeMaxMiB << 20) / FileShareMax;

    // First rows of a new file: what is needed when it is the only one left.
    private void CarryForward(DuckDBConnection connection, string alias, long nowNs)
    {
        var rows = new RawRows([], [], [], [], [.. state.Inventory.All.Values], [], new KeptTime(nowNs, options.SecondHours));
        RawWriter.Load(connection, alias, leftOut).Write(connection, rows, state.LastCommitId, nowNs);
        ProgressTable.Append(connection, alias, state.Progress.KeepSince(nowNs - (ProgressKept.Ticks * 100)));
    }

    private bool SetAsideIfDamaged(Segment segment, Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (DuckDBException e) when (HistoryFaults.IsDamaged(e))
        {
            files.SetAside(segment, e, clock.NowSecond);
            return false;
        }
    }
}
