using HvIntegration.Model;

namespace HvIntegration.CounterSources.PerformanceCounters;

/// <summary>One series that a recording gives, and the columns it is made of.</summary>
/// <param name="Partition">VM; <see cref="Guid.Empty"/> for the host.</param>
/// <param name="Series">Metric and attribute values.</param>
/// <param name="Form">How the value covers time.</param>
/// <param name="Factor">Turns a value of the columns into base units.</param>
/// <param name="Native">Counter names, as evidence shows them.</param>
/// <param name="Columns">Columns that are added up.</param>
public sealed record HostTarget(Guid Partition, SeriesKey Series, SampleForm Form, double Factor, string Native, IReadOnlyList<int> Columns)
{
    /// <summary>Columns whose sum multiplies the first sum; empty when there is nothing to multiply with.</summary>
    public IReadOnlyList<int> Times { get; init; } = [];

    /// <summary>Added at the end: a mapping is told by 0 times the column plus 1.</summary>
    public double Offset { get; init; }

    /// <summary>How far the value can be trusted.</summary>
    public SampleQuality Quality { get; init; } = SampleQuality.Measured;

    /// <summary>Zero means that there is no limit: no sample.</summary>
    public bool ZeroIsNone { get; init; }

    /// <summary>A recorder that caps at 100 leaves nothing but 100 in this column: then it says nothing.</summary>
    public bool MayBeCapped { get; init; }

    /// <summary>Columns without a value are left out of the sum instead of making it unknown.</summary>
    public bool SkipMissing { get; init; }

    /// <summary>Only whether the sum is above zero matters: 1 or 0.</summary>
    public bool AsPresence { get; init; }

    /// <summary>The greatest of the columns that have a value counts, not their sum: of very many rows the worst is told.</summary>
    public bool IsGreatest { get; init; }

    /// <summary>Value of a row; NaN when a column has none.</summary>
    public double Value(ReadOnlySpan<double> row)
    {
        double value = Sum(row);
        return !AsPresence || double.IsNaN(value) ? value : value > 0 ? 1 : 0;
    }

    private double Sum(ReadOnlySpan<double> row)
    {
        if (IsGreatest)
        {
            double greatest = double.NaN;
            foreach (int column in Columns)
            {
                greatest = double.MaxNumber(greatest, row[column]);
            }

            return (greatest * Factor) + Offset;
        }

        if (SkipMissing)
        {
            double known = double.NaN;
            foreach (int column in Columns)
            {
                known = double.IsNaN(row[column]) ? known : double.IsNaN(known) ? row[column] : known + row[column];
            }

            return (known * Factor) + Offset;
        }

        double sum = 0;
        foreach (int column in Columns)
        {
            sum += row[column];
        }

        if (Times.Count == 0)
        {
            return (sum * Factor) + Offset;
        }

        double times = double.NaN;
        foreach (int column in Times)
        {
            times = double.IsNaN(row[column]) ? times : double.IsNaN(times) ? row[column] : times + row[column];
        }

        // No event, no time: the average of nothing is blank or stale.
        return times == 0 ? 0 : sum * times * Factor;
    }
}
