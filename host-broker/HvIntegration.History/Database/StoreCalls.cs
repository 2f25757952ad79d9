namespace HvIntegration.History.Database;

/// <summary>A call of the store to the file system or to DuckDB.</summary>
internal enum StoreCall
{
    /// <summary>The folder is made or its lock taken.</summary>
    Folder,

    /// <summary>DuckDB starts in this process.</summary>
    Start,

    /// <summary>A file is attached.</summary>
    Attach,

    /// <summary>A file is let go.</summary>
    Detach,

    /// <summary>A connection is made.</summary>
    Connect,

    /// <summary>Tables of a new file are made.</summary>
    CreateTables,

    /// <summary>A write-ahead log is moved into its file.</summary>
    Checkpoint,

    /// <summary>A file gets another name.</summary>
    Rename,

    /// <summary>A file is deleted.</summary>
    Delete,

    /// <summary>A transaction begins with the next statement.</summary>
    Begin,

    /// <summary>Rows were appended to their tables.</summary>
    Appended,

    /// <summary>A transaction is to be made durable.</summary>
    Commit,

    /// <summary>A transaction was made durable, and nobody knows it yet.</summary>
    Committed,

    /// <summary>Rows are read for a question.</summary>
    Read,
}

/// <summary>Where the store calls to the outside, so that a test can make each such call fail.</summary>
/// <param name="before">Told of a call right before it is made; what it throws is what the call throws. Null for none.</param>
internal sealed class StoreCalls(Action<StoreCall>? before = null)
{
    /// <summary>A call is made now.</summary>
    public void At(StoreCall call) => before?.Invoke(call);
}
