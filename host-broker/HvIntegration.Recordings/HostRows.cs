using HvIntegration.CounterSources.HyperV.Counters;
using HvIntegration.Engine;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;
using HostSeries = HvIntegration.CounterSources.HostSeries;

namespace HvIntegration.Recordings;

/// <summary>Rows of a host's recording.</summary>
internal sealed class HostRows : PdhRows
{
    private readonly HostModel _model;
    private readonly List<Watched> _watched = [];
    private readonly List<HostSample> _settings = [];
    private readonly List<(int Target, OfflineVm Vm)> _visible = [];
    private readonly ILookup<(Guid Vm, ushort Metric), int> _targets;

    public HostRows(
        RecordingCursor cursor, CounterPlan plan, HostModel model, Dictionary<Guid, OfflineVm> vms, Dictionary<(Guid, SeriesKey), Slot> slots,
        InventoryFile? inventory)
        : base(cursor, slots)
    {
        _model = model;
        _targets = Enumerable.Range(0, cursor.Targets.Count).ToLookup(i => (cursor.Targets[i].Partition, cursor.Targets[i].Series.MetricId));
        foreach (var vm in vms.Values)
        {
            int[] runs = Of(vm.Id, HostMetrics.VpRunTime);
            if (runs.Length > 0)
            {
                _watched.Add(new Watched(vm, runs, Of(vm.Id, HostMetrics.VpDispatches)));
            }

            int[] sizes = [.. Of(vm.Id, HostMetrics.MemoryGuestVisible), .. Of(vm.Id, HostMetrics.MemoryAssigned)];
            if (sizes.Length > 0)
            {
                _visible.Add((sizes[0], vm));
            }

            Quotas(vm);
        }

        if (inventory?.Host?.LogicalProcessors is { } told)
        {
            Setting(Guid.Empty, HostSeries.Of(HostMetrics.LpCount), told, "inventory");
        }
        else if (plan.LogicalProcessors > 0)
        {
            Setting(Guid.Empty, HostSeries.Of(HostMetrics.LpCount), plan.LogicalProcessors, "rows of Hyper-V Hypervisor Logical Processor");
        }
    }

    /// <inheritdoc/>
    public override void Emit()
    {
        for (int i = 0; i < Cursor.Targets.Count; i++)
        {
            double value = Cursor.Value(i);
            if (double.IsNaN(value) || !Claim(i))
            {
                continue;
            }

            var target = Cursor.Targets[i];
            long start = target.Form == SampleForm.IntervalRate ? Cursor.StartNs : Cursor.EndNs;
            _model.AddHostSample(new HostSample(target.Partition, target.Series, target.Form, start, Cursor.EndNs, value, target.Quality, Cursor.Native(i)));
        }

        foreach (var (target, vm) in _visible)
        {
            double bytes = Cursor.Value(target);
            vm.VisibleMemory = double.IsNaN(bytes) ? vm.VisibleMemory : bytes;
        }

        foreach (var setting in _settings)
        {
            _model.AddHostSample(setting with { StartNs = Cursor.EndNs, EndNs = Cursor.EndNs });
        }

        foreach (var (vm, runs, dispatches) in _watched)
        {
            vm.Stillness.Take(Cursor.StartNs, Cursor.EndNs, Sum(runs), Sum(dispatches));
        }
    }

    private double Sum(int[] targets)
    {
        double sum = double.NaN;
        foreach (int target in targets)
        {
            double value = Cursor.Value(target);
            sum = double.IsNaN(value) ? sum : double.IsNaN(sum) ? value : sum + value;
        }

        return sum;
    }

    private int[] Of(Guid vm, MetricDefinition metric) => [.. _targets[(vm, metric.Id)]];

    // A quota of the inventory belongs to the row of that disk; the recording's own word comes first.
    private void Quotas(OfflineVm vm)
    {
        foreach (var disk in vm.Entry?.Disks ?? [])
        {
            string stem = disk.Path.Replace('\\', '-');
            stem = stem.LastIndexOf('.') is > 0 and var dot ? stem[..dot] : stem;
            foreach (int i in Of(vm.Id, HostMetrics.DiskOperations))
            {
                string row = Cursor.Targets[i].Series.Instance[..Cursor.Targets[i].Series.Instance.LastIndexOf('|')];
                if (disk.MaximumIops is > 0 and var most && row.Contains(stem, StringComparison.OrdinalIgnoreCase)
                    && !Of(vm.Id, HostMetrics.DiskQosIops).Any(q => Cursor.Targets[q].Series.Instance == row))
                {
                    Setting(vm.Id, HostSeries.Of(HostMetrics.DiskQosIops, row), most, "maximumIops of the inventory");
                }
            }
        }
    }

    private void Setting(Guid partition, SeriesKey series, double value, string native)
    {
        if (!_settings.Any(s => s.Partition == partition && s.Series == series))
        {
            _settings.Add(new HostSample(partition, series, SampleForm.Gauge, 0, 0, value, SampleQuality.Measured, native));
        }
    }

    private sealed record Watched(OfflineVm Vm, int[] Runs, int[] Dispatches);
}
