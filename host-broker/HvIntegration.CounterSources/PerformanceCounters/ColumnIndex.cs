namespace HvIntegration.CounterSources.PerformanceCounters;

/// <summary>Finds the columns of a recording, or of a live read, by set, instance and counter. Names compare without case.</summary>
/// <remarks>Of several columns with one path the first counts; see <see cref="IsRepeated"/>.</remarks>
public sealed class ColumnIndex
{
    private readonly Dictionary<(string Set, string Instance, string Counter), int> _columns = new(new PathComparer());

    /// <summary>Makes the index of a header.</summary>
    public ColumnIndex(IReadOnlyList<CounterPath> paths)
    {
        Paths = paths;
        for (int i = 0; i < paths.Count; i++)
        {
            _columns.TryAdd((paths[i].Set, paths[i].Instance ?? "", paths[i].Counter), i);
        }
    }

    /// <summary>Path of each column, in the order of the header.</summary>
    public IReadOnlyList<CounterPath> Paths { get; }

    /// <summary>Column of a counter; -1 when it is not there.</summary>
    /// <param name="set">English name of the set.</param>
    /// <param name="instance">With the <c>#n</c> of a duplicate; empty for a set without instances.</param>
    /// <param name="counter">English name of the counter.</param>
    public int Find(string set, string instance, string counter) => _columns.TryGetValue((set, instance, counter), out int column) ? column : -1;

    /// <summary>Column of another counter of the same set and instance; -1 when it is not there.</summary>
    public int Sibling(CounterPath path, string counter) => Find(path.Set, path.Instance ?? "", counter);

    /// <summary>True when an earlier column has the same path.</summary>
    public bool IsRepeated(int column) => Sibling(Paths[column], Paths[column].Counter) != column;

    /// <summary>Instances of a set in the order of their first column.</summary>
    public IReadOnlyList<string> Instances(string set) =>
        [.. Paths.Where(p => p.Instance is not null && p.IsSet(set)).Select(p => p.Instance!).Distinct(StringComparer.OrdinalIgnoreCase)];

    private sealed class PathComparer : IEqualityComparer<(string Set, string Instance, string Counter)>
    {
        public bool Equals((string Set, string Instance, string Counter) x, (string Set, string Instance, string Counter) y) =>
            x.Counter.Equals(y.Counter, StringComparison.OrdinalIgnoreCase)
            && x.Instance.Equals(y.Instance, StringComparison.OrdinalIgnoreCase)
            && x.Set.Equals(y.Set, StringComparison.OrdinalIgnoreCase);

        public int GetHashCode((string Set, string Instance, string Counter) key) => HashCode.Combine(
            key.Set.GetHashCode(StringComparison.OrdinalIgnoreCase),
            key.Instance.GetHashCode(StringComparison.OrdinalIgnoreCase),
            key.Counter.GetHashCode(StringComparison.OrdinalIgnoreCase));
    }
}
