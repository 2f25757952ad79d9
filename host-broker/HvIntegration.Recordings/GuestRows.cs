using HvIntegration.Engine;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;
using HostSeries = HvIntegration.CounterSources.HostSeries;

namespace HvIntegration.Recordings;

/// <summary>Rows of a Windows guest's recording.</summary>
internal sealed class GuestRows : PdhRows
{
    private readonly GuestMap _map;
    private readonly OfflineVm _vm;
    private readonly HostModel _model;
    private readonly double _errorNs;
    private readonly bool _tellsMemory;
    private double _available;

    public GuestRows(RecordingCursor cursor, GuestMap map, OfflineVm vm, HostModel model, Dictionary<(Guid, SeriesKey), Slot> slots, double errorNs)
        : base(cursor, slots)
    {
        _map = map;
        _vm = vm;
        _model = model;
        _errorNs = errorNs;
        _tellsMemory = cursor.Targets.Any(t => t.Series.MetricId == GuestMetrics.MemoryLimit.Id);
    }

    /// <inheritdoc/>
    public override void Emit()
    {
        for (int i = 0; i < Cursor.Targets.Count; i++)
        {
            var target = Cursor.Targets[i];
            double value = Cursor.Value(i);
            if (double.IsNaN(value) || !Claim(i))
            {
                continue;
            }

            _available = target.Series.MetricId == GuestMetrics.MemoryAvailable.Id ? Math.Max(_available, value) : _available;

            // Inverse timers may run a hair below zero.
            value = target.Form == SampleForm.IntervalRate ? Math.Max(0, value) : value;
            long start = target.Form == SampleForm.IntervalRate ? Cursor.StartNs : Cursor.EndNs;
            if (target.Series.MetricId >= 1000)
            {
                _model.AddHostSample(new HostSample(_vm.Id, target.Series, target.Form, start, Cursor.EndNs, value, target.Quality, Cursor.Native(i)));
            }
            else
            {
                // A mean over a longer interval suffers less from a shift of its edges.
                double seconds = Math.Max(1, (Cursor.EndNs - Cursor.StartNs) / 1e9);
                _model.AddGuestSample(_vm.Id, target.Series, target.Form, start, Cursor.EndNs, value, target.Quality, Cursor.Native(i), _errorNs / seconds);
            }
        }

        // Windows' usual memory counters do not carry the size of memory: what it was given stands for it, else the most that was
        // ever available, which it has at least.
        double memory = _vm.Memory > 0 ? _vm.Memory : _available;
        if (!_tellsMemory && memory > 0)
        {
            _model.AddGuestSample(
                _vm.Id, HostSeries.Of(GuestMetrics.MemoryLimit), SampleForm.Gauge, Cursor.EndNs, Cursor.EndNs, memory, SampleQuality.Estimated,
                _vm.Memory > 0 ? "memory assigned to the VM" : "maximum available memory", _errorNs);
        }

        _model.AddGuestProcesses(_vm.Id, _map.Processes.Read(Cursor), Cursor.EndNs);
    }
}
