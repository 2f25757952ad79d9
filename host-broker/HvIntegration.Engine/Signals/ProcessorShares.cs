using HvIntegration.Model;
using HvIntegration.Engine.Timeline;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Signals;

/// <summary>One share per processor of a second, by number; reused from second to second.</summary>
internal sealed class ProcessorShares
{
    private const int ProcessorsMax = 2_048;
    private double[] _shares = new double[64];

    /// <summary>Highest number seen plus one.</summary>
    public int End { get; private set; }

    /// <summary>Processors that have a value.</summary>
    public int Count { get; private set; }

    /// <summary>Sum of the shares.</summary>
    public double Sum { get; private set; }

    /// <summary>Greatest share; NaN when there is none.</summary>
    public double Greatest { get; private set; }

    /// <summary>Worst quality of the series.</summary>
    public SampleQuality Quality { get; private set; }

    /// <summary>Counter that the shares come from, as the source spells it.</summary>
    public string Source { get; private set; } = string.Empty;

    /// <summary>Mean share; NaN when there is none.</summary>
    public double Mean => Count == 0 ? double.NaN : Sum / Count;

    /// <summary>Share of one processor; NaN when it has none.</summary>
    public double this[int processor] => processor < End ? _shares[processor] : double.NaN;

    /// <summary>Takes the series of a metric whose first attribute is the processor.</summary>
    public ProcessorShares Take(SideTimeline side, MetricDefinition metric, long second)
    {
        Clear();
        Source = metric.Name;
        foreach (var series in side.Of(metric))
        {
            var share = series.At(second);
            if (double.IsNaN(share) || series.FirstNumber < 0)
            {
                continue;
            }

            Set(series.FirstNumber, share);
            Quality = series.Quality > Quality ? series.Quality : Quality;
            Source = series.Native;
        }

        Close();
        return this;
    }

    /// <summary>Forgets all shares, for the next second.</summary>
    public void Clear()
    {
        Array.Fill(_shares, double.NaN, 0, Math.Max(End, 1));
        (End, Count, Sum, Greatest, Quality) = (0, 0, 0, double.NaN, SampleQuality.Measured);
    }

    /// <summary>Sets the share of a processor; numbers beyond 2,047 are not believed.</summary>
    public void Set(int processor, double share)
    {
        if (processor is < 0 or >= ProcessorsMax)
        {
            return;
        }

        if (processor >= _shares.Length)
        {
            Array.Resize(ref _shares, Math.Min(ProcessorsMax, Math.Max(processor + 1, _shares.Length * 2)));
        }

        for (; End <= processor; End++)
        {
            _shares[End] = double.NaN;
        }

        _shares[processor] = share;
    }

    /// <summary>Sums up what was set.</summary>
    public void Close()
    {
        (Count, Sum, Greatest) = (0, 0, double.NaN);
        for (var i = 0; i < End; i++)
        {
            if (!double.IsNaN(_shares[i]))
            {
                Count++;
                Sum += _shares[i];
                Greatest = !(_shares[i] <= Greatest) ? _shares[i] : Greatest;
            }
        }
    }

    /// <summary>True when both have the same processors.</summary>
    public bool Matches(ProcessorShares other)
    {
        if (Count != other.Count)
        {
            return false;
        }

        for (var i = 0; i < Math.Max(End, other.End); i++)
        {
            if (double.IsNaN(this[i]) != double.IsNaN(other[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Processors at or above a share.</summary>
    public int AtLeast(double share)
    {
        var count = 0;
        for (var i = 0; i < End; i++)
        {
            count += _shares[i] >= share ? 1 : 0;
        }

        return count;
    }
}
