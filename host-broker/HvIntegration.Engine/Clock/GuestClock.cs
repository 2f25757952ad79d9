using HvIntegration.Model;
using HvIntegration.Engine.Options;

namespace HvIntegration.Engine.Clock;

/// <summary>Relates the monotonic clock of one boot of one guest to host time.</summary>
/// <remarks>
/// Only the four-timestamp exchange is believed; wall clocks are never compared. Each exchange bounds the offset by half its
/// round trip, so a lying guest can shift its own seconds by no more than it delays its own replies.
/// Not thread-safe. Source: diagnosis reference, section 7.
/// </remarks>
public sealed class GuestClock
{
    private const double Million = 1e6;
    private const int EpochsMax = 16;
    private const int SuspectsMax = 3;
    private const int BreaksMax = 32;
    private const double BackwardsNs = 1e6;

    private readonly ClockOptions _options;
    private readonly List<ClockEpoch> _epochs = [];
    private readonly List<ClockBreak> _breaks = [];
    private readonly List<ClockPoint> _picks = [];
    private readonly List<ClockPoint> _recent = [];
    private readonly List<ClockPoint> _suspects = [];
    private readonly int _recentMax;
    private ClockPoint _bucketBest;
    private long _bucket = long.MinValue;
    private long _lastHostNs = long.MinValue;
    private double _newestHalfDelayNs = double.NaN;

    /// <summary>A clock without exchanges: nothing can be mapped yet.</summary>
    public GuestClock(ClockOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _recentMax = Math.Max(8, 3 * options.PickSeconds);
    }

    /// <summary>Exchanges whose stamps could not be true.</summary>
    public long Rejected { get; private set; }

    /// <summary>True from the first usable exchange on.</summary>
    public bool IsKnown => _epochs.Count > 0;

    /// <summary>Breaks of this boot, oldest first, the newest 32.</summary>
    public IReadOnlyList<ClockBreak> Breaks => _breaks;

    /// <summary>Quality at the newest exchange; null before the first.</summary>
    public ClockQuality? Quality
    {
        get
        {
            if (_epochs.Count == 0)
            {
                return null;
            }

            var epoch = _epochs[^1];
            var roundTrip = 2 * _newestHalfDelayNs;
            foreach (var point in _recent)
            {
                roundTrip = Math.Min(roundTrip, 2 * point.HalfDelayNs);
            }

            return new ClockQuality(
                (epoch.BaseOffsetNs + epoch.OffsetAt(_lastHostNs)) / Million, epoch.Fit.Slope * Million,
                epoch.ErrorAt(_lastHostNs) / Million, epoch.Exchanges, epoch.Cause, roundTrip / Million);
        }
    }

    /// <summary>Round trip of the newest exchange, nanoseconds; NaN before the first.</summary>
    public double NewestRoundTripNs => 2 * _newestHalfDelayNs;

    /// <summary>Host time of the newest exchange that was used; <see cref="long.MinValue"/> before the first.</summary>
    public long NewestHostNs => _lastHostNs;

    /// <summary>Bound of the alignment error at that exchange, nanoseconds; NaN before the first.</summary>
    public double NewestErrorNs => _epochs.Count == 0 ? double.NaN : _epochs[^1].ErrorAt(_lastHostNs);

    /// <summary>Takes one exchange of time stamps into the line.</summary>
    /// <returns>What became of it. Never throws, whatever the stamps.</returns>
    public ClockOutcome Add(in ClockExchange exchange)
    {
        var delay = ((Int128)exchange.T4HostNs - exchange.T1HostNs) - ((Int128)exchange.T3GuestNs - exchange.T2GuestNs);
        if (exchange.T1HostNs < 0 || exchange.T2GuestNs < 0 || exchange.T3GuestNs < exchange.T2GuestNs
            || exchange.T4HostNs < exchange.T1HostNs || exchange.T1HostNs <= _lastHostNs && _epochs.Count > 0 && exchange.T4HostNs <= _lastHostNs
            || (double)delay < -BackwardsNs || (double)delay > _options.DelayMsMax * Million)
        {
            Rejected++;
            return ClockOutcome.Rejected;
        }

        var offset = (long)((((Int128)exchange.T2GuestNs - exchange.T1HostNs) + ((Int128)exchange.T3GuestNs - exchange.T4HostNs)) / 2);
        var hostNs = exchange.T1HostNs + ((exchange.T4HostNs - exchange.T1HostNs) / 2);
        var half = Math.Max(0, (double)delay) / 2;
        _newestHalfDelayNs = half;
        if (_epochs.Count == 0)
        {
            Begin(offset, hostNs, half, exchange, ClockCauses.Boot, long.MinValue);
            return ClockOutcome.Used;
        }

        var epoch = _epochs[^1];
        var point = new ClockPoint(hostNs, (double)((Int128)offset - epoch.BaseOffsetNs), half, exchange.T3GuestNs);
        var residue = point.OffsetNs - epoch.OffsetAt(hostNs);
        var allowed = Math.Max(5 * epoch.ErrorAt(hostNs), _options.BreakMsMin * Million) + half;
        if (Math.Abs(residue) <= allowed)
        {
            _suspects.Clear();
            _lastHostNs = hostNs;
            epoch.LastGuestNs = exchange.T3GuestNs;
            epoch.Exchanges++;
            Keep(point);
            return ClockOutcome.Used;
        }

        _suspects.Add(point);
        // One exchange proves a break that is much longer than its own round trip; a small one needs three running.
        var proven = Math.Abs(residue) >= _options.PauseMsMin * Million && half <= Math.Abs(residue) / 8;
        if (!proven && _suspects.Count < SuspectsMax)
        {
            return ClockOutcome.Suspect;
        }

        if (_breaks.Count == BreaksMax)
        {
            _breaks.RemoveAt(0);
        }

        var cause = residue < 0 ? ClockCauses.Pause : ClockCauses.Step;
        _breaks.Add(new ClockBreak(_lastHostNs, hostNs, -residue, cause));
        Begin(offset, hostNs, half, exchange, cause, _suspects[0].GuestNs);
        return ClockOutcome.NewEpoch;
    }

    /// <summary>Host time of a guest's monotonic time.</summary>
    /// <param name="monotonicNs">Guest monotonic time of this boot.</param>
    /// <param name="hostNs">Host time, Unix nanoseconds.</param>
    /// <param name="errorNs">Bound of its error.</param>
    /// <returns>False before the first exchange, and for times inside a break, whose side is not known.</returns>
    public bool TryMapToHost(long monotonicNs, out long hostNs, out double errorNs)
    {
        for (var i = _epochs.Count - 1; i >= 0; i--)
        {
            var epoch = _epochs[i];
            if (monotonicNs < epoch.ValidFromGuestNs)
            {
                continue;
            }

            if (i < _epochs.Count - 1 && monotonicNs > epoch.LastGuestNs)
            {
                break;
            }

            var mapped = epoch.HostAt(monotonicNs);
            if (mapped < 0 || mapped > long.MaxValue)
            {
                break;
            }

            hostNs = (long)mapped;
            errorNs = epoch.ErrorAt(hostNs);
            return true;
        }

        hostNs = 0;
        errorNs = double.NaN;
        return false;
    }

    private void Begin(long offset, long hostNs, double half, in ClockExchange exchange, string cause, long validFrom)
    {
        if (_epochs.Count == EpochsMax)
        {
            _epochs.RemoveAt(0);
        }

        var epoch = new ClockEpoch(offset, validFrom, cause) { LastGuestNs = exchange.T3GuestNs, Exchanges = 1 };
        _epochs.Add(epoch);
        _picks.Clear();
        _recent.Clear();
        _suspects.Clear();
        _bucket = long.MinValue;
        _lastHostNs = hostNs;
        Keep(new ClockPoint(hostNs, 0, half, exchange.T3GuestNs));
    }

    private void Keep(in ClockPoint point)
    {
        var bucket = point.HostNs / (_options.PickSeconds * 1_000_000_000L);
        var closed = bucket != _bucket && _bucket != long.MinValue;
        if (closed)
        {
            _picks.Add(_bucketBest);
        }

        if (bucket != _bucket || point.HalfDelayNs < _bucketBest.HalfDelayNs)
        {
            _bucketBest = point;
        }

        _bucket = bucket;
        _recent.Add(point);
        if (_recent.Count > _recentMax)
        {
            _recent.RemoveAt(0);
        }

        var oldest = point.HostNs - (_options.FitWindowSeconds * 1_000_000_000L);
        while (_picks.Count > 0 && _picks[0].HostNs < oldest)
        {
            _picks.RemoveAt(0);
        }

        var epoch = _epochs[^1];
        var slopeMax = _options.DriftPpmMax / Million;
        if (_picks.Count < 6)
        {
            epoch.Fit = ClockFit.Through(_recent, slopeMax);
        }
        else if (closed)
        {
            epoch.Fit = ClockFit.Through(_picks, slopeMax);
        }
    }
}
