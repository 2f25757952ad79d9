using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>Turns rows of cooked counter values into samples: the same for a recording and for live counters.</summary>
/// <param name="plan">Columns and what they mean.</param>
/// <param name="speed">Recorded seconds per second of replay: growth of cumulative counters is divided by it.</param>
/// <param name="mayBeCapped">The reader of the counters may have capped percentages at 100.</param>
internal sealed class CounterRowSampler(CounterPlan plan, double speed, bool mayBeCapped)
{
    private const int CappedRows = 5;

    private readonly int[] _only100 = new int[plan.Targets.Count];
    private readonly double[] _bases = Enumerable.Repeat(double.NaN, plan.Targets.Count).ToArray();
    private readonly HashSet<Guid> _alive = [];

    /// <summary>True when the newest row had a value of this VM.</summary>
    public bool IsAlive(Guid partition) => _alive.Contains(partition);

    /// <summary>Adds the samples of one row.</summary>
    /// <param name="row">One value per column of the plan; NaN where there is none.</param>
    /// <param name="startNs">Start of the interval that rates cover; equal to the end when there is none.</param>
    /// <param name="endNs">Time of the row.</param>
    /// <param name="samples">Takes the samples.</param>
    /// <param name="notices">Takes what a reader should know, one sentence each.</param>
    public void Emit(ReadOnlySpan<double> row, long startNs, long endNs, HostSampleList samples, List<string> notices)
    {
        _alive.Clear();
        for (int i = 0; i < plan.Targets.Count; i++)
        {
            var target = plan.Targets[i];
            double value = target.Value(row);
            if (double.IsNaN(value) || (target.ZeroIsNone && value == 0))
            {
                continue;
            }

            if (target.Partition != Guid.Empty)
            {
                _alive.Add(target.Partition);
            }

            if (mayBeCapped && target.MayBeCapped && IsCapped(i, target, row, notices))
            {
                continue;
            }

            switch (target.Form)
            {
                case SampleForm.IntervalRate when endNs > startNs:
                    samples.Rate(target.Partition, target.Series, startNs, endNs, value, target.Native, target.Quality);
                    break;
                case SampleForm.Cumulative:
                    _bases[i] = double.IsNaN(_bases[i]) ? value : _bases[i];
                    double shown = speed == 1 ? value : _bases[i] + ((value - _bases[i]) / speed);
                    samples.Cumulative(target.Partition, target.Series, endNs, shown, target.Native, target.Quality);
                    break;
                case SampleForm.Gauge:
                    samples.Gauge(target.Partition, target.Series, endNs, value, target.Native, target.Quality);
                    break;
                default:
                    break;
            }
        }

        foreach (var (id, _, processors) in plan.Partitions)
        {
            if (processors > 0 && _alive.Contains(id))
            {
                samples.Gauge(id, HostSeries.Of(HostMetrics.VpCount), endNs, processors, "rows of Hyper-V Hypervisor Virtual Processor");
            }
        }

        if (plan.LogicalProcessors > 0)
        {
            samples.Gauge(Guid.Empty, HostSeries.Of(HostMetrics.LpCount), endNs, plan.LogicalProcessors, "rows of Hyper-V Hypervisor Logical Processor");
        }
    }

    // A recorder that caps percentages leaves 100 in every row: nothing is shown until another value proves that it does not.
    private bool IsCapped(int index, HostTarget target, ReadOnlySpan<double> row, List<string> notices)
    {
        double raw = row[target.Columns[0]];
        if (_only100[index] < 0)
        {
            return false;
        }

        if (raw != 100)
        {
            _only100[index] = -1;
            return false;
        }

        if (++_only100[index] == CappedRows)
        {
            var name = plan.Partitions.FirstOrDefault(p => p.Id == target.Partition).Name;
            notices.Add($"{name}: {target.Native} is 100 in every row: the recorder capped it, so it is not used; record without the cap (PDH_FMT_NOCAP100)");
        }

        return true;
    }
}
