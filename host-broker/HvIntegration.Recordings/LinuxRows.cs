using HvIntegration.Engine;
using HvIntegration.Model;

namespace HvIntegration.Recordings;

/// <summary>Batches of a Linux guest's recording; its wall clock, less the offset found, is the host's.</summary>
internal sealed class LinuxRows : RowSource
{
    private readonly IEnumerator<GuestBatch> _batches;
    private readonly OfflineVm _vm;
    private readonly HostModel _model;
    private readonly long _offsetNs;
    private readonly LinuxRecording _recording;
    private readonly Queue<GuestBatch> _before = new();
    private long? _wall;
    private long _endNs;

    public LinuxRows(LinuxRecording recording, OfflineVm vm, HostModel model, long offsetNs)
    {
        _recording = recording;
        _batches = recording.Read().GetEnumerator();
        _vm = vm;
        _model = model;
        _offsetNs = offsetNs;
    }

    /// <inheritdoc/>
    public override long EndNs => _endNs;

    /// <inheritdoc/>
    public override bool Advance()
    {
        // Batches before the first word about the wall clock wait for it; the agent sends it with the first.
        const int waitMax = 600;
        while (_batches.MoveNext())
        {
            var batch = _batches.Current;
            if (_wall is null && batch.WallClock is null && _before.Count < waitMax)
            {
                _before.Enqueue(batch);
                continue;
            }

            _wall = batch.WallClock ?? _wall ?? 0;
            _endNs = batch.StartMonotonicNs + _wall.Value - _offsetNs;
            return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public override void Emit()
    {
        var batch = _batches.Current;
        if (batch.WallClock is not null || _before.Count > 0)
        {
            // The pair of clocks in the recording stands for an exchange without delay.
            _model.AddClockExchange(_vm.Id, _recording.Boot, new ClockExchange(_endNs, batch.StartMonotonicNs, batch.StartMonotonicNs, _endNs));
        }

        while (_before.TryDequeue(out var earlier))
        {
            _model.AddGuestBatch(earlier);
        }

        _model.AddGuestBatch(batch);
    }

    /// <inheritdoc/>
    public override void Dispose() => _batches.Dispose();
}
