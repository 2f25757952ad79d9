
namespace HvIntegration.Recordings;

/// <summary>What one side says a VM did over time, by kind: for aligning the two sides' clocks.</summary>
internal sealed class ActivityTrack
{
    /// <summary>Kinds of activity both sides can see.</summary>
    public const int Kinds = 4;

    /// <summary>Kind of activity: processors that the VM used.</summary>
    public const int Cpu = 0;

    /// <summary>Disk operations per second.</summary>
    public const int DiskOperations = 1;

    /// <summary>Disk bytes per second.</summary>
    public const int DiskBytes = 2;

    /// <summary>Network bytes per second.</summary>
    public const int NetworkBytes = 3;

    private const int RowsMax = 200_000;
    private static readonly double[] Nothing = [double.NaN, double.NaN, double.NaN, double.NaN];
    private int _paceOf;
    private long _paceNs;
    private readonly List<(long StartNs, long EndNs, double Value)>[] _reads = [[], [], [], []];

    /// <summary>First time covered; <see cref="long.MaxValue"/> when empty.</summary>
    public long FromNs { get; private set; } = long.MaxValue;

    /// <summary>Last time covered; <see cref="long.MinValue"/> when empty.</summary>
    public long ToNs { get; private set; } = long.MinValue;

    /// <summary>Ends of the rows, rising.</summary>
    public List<long> Ends { get; } = [];

    /// <summary>Takes the mean rates of one row; NaN where there is none.</summary>
    public void Add(long startNs, long endNs, ReadOnlySpan<double> rates)
    {
        FromNs = Math.Min(FromNs, startNs);
        ToNs = Math.Max(ToNs, endNs);
        if (Ends.Count < RowsMax)
        {
            Ends.Add(endNs);
        }

        for (int kind = 0; kind < Kinds; kind++)
        {
            if (double.IsFinite(rates[kind]) && endNs > startNs && _reads[kind].Count < RowsMax)
            {
                _reads[kind].Add((startNs, endNs, rates[kind]));
            }
        }
    }

    /// <summary>The same rows at other times.</summary>
    public ActivityTrack Shifted(long byNs)
    {
        var track = new ActivityTrack();
        foreach (long end in Ends)
        {
            track.Add(end + byNs, end + byNs, Nothing);
        }

        track.FromNs = FromNs + byNs;
        return track;
    }

    /// <summary>Usual time between rows, with half of it more for rows that come late; 0 with fewer than three rows.</summary>
    public long PaceNs
    {
        get
        {
            if (_paceOf != Ends.Count)
            {
                var steps = Ends.Zip(Ends.Skip(1), (a, b) => b - a).Order().ToList();
                (_paceOf, _paceNs) = (Ends.Count, steps.Count < 2 ? 0 : steps[steps.Count / 2] * 3 / 2);
            }

            return _paceNs;
        }
    }

    /// <summary>True when a row ends within the span.</summary>
    public bool HasRowIn(long fromNs, long toNs)
    {
        int at = Ends.BinarySearch(fromNs + 1);
        at = at < 0 ? ~at : at;
        return at < Ends.Count && Ends[at] <= toNs;
    }

    /// <summary>True when a row ends after a time.</summary>
    public bool HasRowAfter(long ns) => Ends.Count > 0 && Ends[^1] > ns;

    /// <summary>Rates on a grid, NaN where not covered.</summary>
    /// <param name="kind">Kind of the activity.</param>
    /// <param name="fromNs">Start of the first cell.</param>
    /// <param name="cellNs">Length of a cell.</param>
    /// <param name="cells">Number of cells to fill.</param>
    public double[] Grid(int kind, long fromNs, long cellNs, int cells)
    {
        var sum = new double[cells];
        var covered = new double[cells];
        foreach (var (start, end, value) in _reads[kind])
        {
            long first = Math.Max(0, (start - fromNs) / cellNs);
            long last = Math.Min(cells - 1, (end - 1 - fromNs) / cellNs);
            for (long cell = first; cell <= last; cell++)
            {
                double overlap = Math.Min(end, fromNs + ((cell + 1) * cellNs)) - Math.Max(start, fromNs + (cell * cellNs));
                if (overlap > 0)
                {
                    sum[cell] += value * overlap;
                    covered[cell] += overlap;
                }
            }
        }

        for (int cell = 0; cell < cells; cell++)
        {
            sum[cell] = covered[cell] >= 0.5 * cellNs ? sum[cell] / covered[cell] : double.NaN;
        }

        return sum;
    }
}
