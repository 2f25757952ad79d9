using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Collection;

/// <summary>A series that exists only while its source has a possible value: a missing sample rather than a wrong one.</summary>
/// <param name="metric">A guest metric of the catalog.</param>
/// <param name="max">Greatest possible value, raw; a greater one is an error of the source.</param>
/// <param name="attributes">Attribute values in the order of the metric's keys.</param>
internal sealed class OptionalSeries(MetricDefinition metric, long max, params string[] attributes)
{
    /// <summary>Greatest count since boot: a source that is cut to the signed numbers stands at or above it.</summary>
    public const long CountMax = 1L << 62;

    private bool _defined;
    private int _slot = -1;

    /// <summary>Sets the value. One below 0 or above the greatest possible ends the series until the next possible one.</summary>
    public void Set(CollectorSeries series, long value)
    {
        if (value < 0 || value > max)
        {
            Drop(series);
            return;
        }

        if (!_defined)
        {
            _defined = true;
            _slot = series.Define(metric, attributes);
        }

        series.Set(_slot, value);
    }

    /// <summary>Ends the series: its source has no value now.</summary>
    public void Drop(CollectorSeries series)
    {
        if (_defined)
        {
            series.Retire(_slot);
            (_defined, _slot) = (false, -1);
        }
    }
}
