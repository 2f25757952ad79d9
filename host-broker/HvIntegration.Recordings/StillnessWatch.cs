using HvIntegration.Model;

namespace HvIntegration.Recordings;

/// <summary>Tells from a host's rows, and the guest's missing ones, when a VM runs, stands still or is off.</summary>
/// <remarks>
/// A VM that stands still keeps its rows at zero, or loses them while it is saved or moved; the guest's recorder stands still with it.
/// A guest whose recorder alone fell silent goes on running on the host: that is no pause.
/// </remarks>
/// <param name="guest">When the guest's recorder wrote; null without a guest recording.</param>
internal sealed class StillnessWatch(ActivityTrack? guest)
{
    // A running guest is never this idle: its timers alone take more of a processor.
    private const double StillShare = 0.0004;
    private const double StillDispatches = 1;
    private const double RanShare = 0.005;
    private const int RowsWithoutGuest = 3;
    private const long AwayNsMax = 900L * 1_000_000_000;
    private readonly List<(long FromNs, long ToNs, PartitionState State)> _spans = [];
    private double _usual;
    private int _stillRows;
    private long _goneSince = long.MinValue;
    private bool _seen;

    /// <summary>Takes what the host's row says.</summary>
    /// <param name="startNs">Start of the interval.</param>
    /// <param name="endNs">End of the interval.</param>
    /// <param name="run">Processors used, summed; NaN when the VM has no rows.</param>
    /// <param name="dispatches">Dispatches per second, summed; NaN when not recorded.</param>
    public void Take(long startNs, long endNs, double run, double dispatches)
    {
        if (endNs <= startNs)
        {
            return;
        }

        if (double.IsNaN(run))
        {
            Gone(startNs, endNs);
            return;
        }

        if (_goneSince != long.MinValue)
        {
            _goneSince = long.MinValue;
        }

        bool still = run <= StillShare && !(dispatches > StillDispatches);
        _stillRows = still ? _stillRows + 1 : 0;
        bool silent = guest is not null && !Writes(startNs, endNs) && guest.FromNs < startNs && guest.HasRowAfter(endNs);
        bool paused = still && _usual > RanShare && (guest is null ? _stillRows >= RowsWithoutGuest : silent);
        Note(startNs, endNs, paused ? PartitionState.Paused : PartitionState.Running);
        _usual = !still ? (_seen ? (0.9 * _usual) + (0.1 * run) : run) : _usual;
        _seen = true;
    }

    /// <summary>State in a second.</summary>
    /// <param name="second">Host second, not before that of an earlier call.</param>
    public PartitionState At(long second)
    {
        long at = (second * 1_000_000_000L) + 500_000_000L;
        while (_spans.Count > 1 && _spans[0].ToNs <= at)
        {
            _spans.RemoveAt(0);
        }

        return _spans.Count > 0 && at >= _spans[0].FromNs && at <= _spans[0].ToNs ? _spans[0].State
            : _spans.Count > 0 && at < _spans[0].FromNs ? PartitionState.Unknown
            : _spans.Count > 0 ? _spans[^1].State : PartitionState.Unknown;
    }

    private void Gone(long startNs, long endNs)
    {
        if (!_seen)
        {
            Note(startNs, endNs, Writes(startNs, endNs) ? PartitionState.Unknown : PartitionState.Off);
            return;
        }

        _goneSince = _goneSince == long.MinValue ? startNs : _goneSince;

        // Both sides gone together and the guest back later: it was saved or moved with its state, not shut down.
        bool writes = Writes(startNs, endNs);
        bool away = guest is not null && !writes && guest.HasRowAfter(endNs) && endNs - _goneSince <= AwayNsMax;
        Note(startNs, endNs, away ? PartitionState.Paused : writes ? PartitionState.Unknown : PartitionState.Off);
    }

    // A recorder in the guest that writes more seldom than the host's is not silent between its rows.
    private bool Writes(long startNs, long endNs) => guest is not null && guest.HasRowIn(startNs, Math.Max(endNs, startNs + guest.PaceNs));

    private void Note(long fromNs, long toNs, PartitionState state)
    {
        if (_spans.Count > 0 && _spans[^1].State == state && _spans[^1].ToNs >= fromNs)
        {
            _spans[^1] = _spans[^1] with { ToNs = toNs };
        }
        else
        {
            _spans.Add((fromNs, toNs, state));
        }
    }
}
