using System.Buffers.Binary;
using DuckDB.NET.Data;
using HvIntegration.History.Faults;

namespace HvIntegration.History.Database;

/// <summary>One DuckDB in memory to which the files of history are attached; connections of it see each other's commits.</summary>
internal sealed class DuckDbInstance : IDisposable
{
    /// <summary>Newest DuckDB file version this build reads; a test compares it with what the library writes.</summary>
    public const ulong FileVersionMax = 68;

    private const int CheckpointTriesMax = 200;
    private static readonly TimeSpan s_checkpointPause = TimeSpan.FromMilliseconds(20);

    private const int HeaderBytes = 20;
    private const int MagicOffset = 8;
    private const int VersionOffset = 12;

    private readonly DuckDBConnection _root;
    private readonly StoreCalls _calls;

    private DuckDbInstance(DuckDBConnection root, StoreCalls calls)
    {
        _root = root;
        _calls = calls;
    }

    /// <summary>Starts an instance with the limits of the options.</summary>
    public static DuckDbInstance Open(HistoryOptions options, StoreCalls calls)
    {
        calls.At(StoreCall.Start);
        var settings = new DuckDBConnectionStringBuilder
        {
            DataSource = DuckDBConnectionStringBuilder.InMemoryDataSource,
            MemoryLimit = $"{options.MemoryMaxMiB}MiB",
            Threads = options.Threads,
            // Nothing is spilled: a query over the memory limit fails by itself and takes no room from the samples.
            TempDirectory = "",
            AutoinstallKnownExtensions = false,
            AutoloadKnownExtensions = false,
        };
        var root = new DuckDBConnection(settings.ConnectionString);
        root.Open();
        return new DuckDbInstance(root, calls);
    }

    /// <summary>Opens a further connection to the same database.</summary>
    public DuckDBConnection Connect()
    {
        _calls.At(StoreCall.Connect);
        var connection = _root.Duplicate();
        connection.Open();
        return connection;
    }

    /// <summary>Attaches a file, replaying its write-ahead log.</summary>
    /// <exception cref="HistoryException">A newer DuckDB wrote it.</exception>
    /// <exception cref="DuckDBException">It is damaged or cannot be read.</exception>
    public void Attach(string path, string alias)
    {
        try
        {
            _calls.At(StoreCall.Attach);
            Execute(_root, $"ATTACH {Quote(path)} AS {alias} (STORAGE_VERSION 'latest')");
        }
        catch (DuckDBException e) when (FileVersion(path) is { } version && version > FileVersionMax)
        {
            throw HistoryFaults.Newer(path, $"DuckDB file version {version}", $"{FileVersionMax}", e);
        }
    }

    /// <summary>Lets a file go; a query that still reads it goes on.</summary>
    public void Detach(string alias)
    {
        _calls.At(StoreCall.Detach);
        Execute(_root, $"DETACH DATABASE IF EXISTS {alias}");
    }

    /// <summary>Moves what the write-ahead log holds into the file.</summary>
    /// <remarks>DuckDB refuses while any other transaction writes, be it that of a rollup in another file, and such a transaction is short: it is asked again for a while.</remarks>
    public void Checkpoint(string alias)
    {
        _calls.At(StoreCall.Checkpoint);
        for (var tries = 1; ; tries++)
        {
            try
            {
                Execute(_root, $"CHECKPOINT {alias}");
                return;
            }
            catch (DuckDBException e) when (tries < CheckpointTriesMax && HistoryFaults.IsOthersWriting(e))
            {
                using var pause = new ManualResetEventSlim();
                pause.Wait(s_checkpointPause);
            }
        }
    }

    /// <summary>Runs one statement that answers nothing.</summary>
    public static void Execute(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose() => _root.Dispose();

    /// <summary>File version in the header, whatever the rest of the file is; null when it is not a DuckDB file.</summary>
    internal static ulong? FileVersion(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> header = stackalloc byte[HeaderBytes];
            return file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes && header[MagicOffset..VersionOffset].SequenceEqual("DUCK"u8)
                ? BinaryPrimitives.ReadUInt64LittleEndian(header[VersionOffset..])
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
