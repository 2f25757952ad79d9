using HvIntegration.Transport.Files;

namespace HvIntegration.History.Files;

/// <summary>One attached file of history.</summary>
/// <param name="name">Its name.</param>
/// <param name="path">Where it is.</param>
internal sealed class Segment(SegmentName name, string path)
{
    private long _firstNs = long.MaxValue;
    private long _lastNs = long.MinValue;

    /// <summary>Tier, time and number.</summary>
    public SegmentName Name { get; } = name;

    /// <summary>The file's path from the root on.</summary>
    public string Path { get; } = path;

    /// <summary>Which file the path led to when it was attached; null before that.</summary>
    public FileIdentity? Identity { get; init; }

    /// <summary>The name by which SQL statements call the file.</summary>
    public string Alias => Name.Alias;

    /// <summary>Host time of its earliest row; <see cref="long.MaxValue"/> when it has none.</summary>
    public long FirstNs => Volatile.Read(ref _firstNs);

    /// <summary>Host time of its latest row; <see cref="long.MinValue"/> when it has none.</summary>
    public long LastNs => Volatile.Read(ref _lastNs);

    /// <summary>True when it may hold rows of this stretch of host time.</summary>
    public bool Overlaps(long fromNs, long toNs) => FirstNs <= toNs && LastNs >= fromNs;

    /// <summary>Notes that rows of this stretch are in it. One caller at a time.</summary>
    public void Widen(long firstNs, long lastNs)
    {
        Volatile.Write(ref _firstNs, Math.Min(_firstNs, firstNs));
        Volatile.Write(ref _lastNs, Math.Max(_lastNs, lastNs));
    }
}
