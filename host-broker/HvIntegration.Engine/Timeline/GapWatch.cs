using HvIntegration.Engine.Clock;
using HvIntegration.Model;

namespace HvIntegration.Engine.Timeline;

/// <summary>Follows the seconds in which a side of one VM that was heard before tells nothing, and finds what explains them.</summary>
/// <remarks>
/// A cause that the host tells in one second of a gap names the silence around it too, for <see cref="ReachSeconds"/> each way: an agent
/// needs a moment to be back. What lasts longer is a gap of its own, so that a pause of seconds does not explain an hour without an agent.
/// </remarks>
internal sealed class GapWatch
{
    /// <summary>Silence is told from this length on; a cause that the host tells at once.</summary>
    public const int ToldSeconds = 3;

    /// <summary>How far the cause of a second reaches into the silence before and after it.</summary>
    public const int ReachSeconds = 30;

    private const int SilenceReachSeconds = 10;
    private const int AwaySeconds = 3;
    private const int BootReachSeconds = 300;
    private const int SettleSeconds = 10;
    private const int RetoldSeconds = 60;
    private const int KeptMax = 64;
    private const long Second = 1_000_000_000L;

    private readonly List<Gap> _gaps = [];
    private readonly List<DataGap> _told = [];
    private Gap? _open;
    private Guid _boot;
    private bool _guestHeard;
    private bool _hostHeard;
    private long _noted = long.MinValue;
    private long _movedSecond = long.MinValue;

    /// <summary>Newest second that was noted; <see cref="long.MinValue"/> before the first.</summary>
    public long NewestSecond => _noted;

    /// <summary>The gap that goes on; null when there is none.</summary>
    public DataGap? Now => _open is { } open && IsTold(open) ? open.Record : null;

    /// <summary>Takes one closed second, rising.</summary>
    /// <param name="second">Host second.</param>
    /// <param name="before">Second that was judged before it, of whatever VM.</param>
    /// <param name="guest">The guest's side covered it.</param>
    /// <param name="host">The host's side covered it.</param>
    /// <param name="told">What the host tells of it; null when nothing.</param>
    /// <param name="boot">Boot of the guest that is heard.</param>
    /// <param name="bootedSecond">Host second of that boot; null when not known.</param>
    /// <param name="breaks">Breaks of the guest's clock.</param>
    public void Note(long second, long before, bool guest, bool host, string? told, Guid boot, long? bootedSecond, IReadOnlyList<ClockBreak>? breaks)
    {
        if (told == GapCauses.Migration)
        {
            _movedSecond = second;
        }

        if (_noted != long.MinValue && before - _noted > AwaySeconds)
        {
            NoteAway(second, told);
        }

        var missing = (_guestHeard && !guest, _hostHeard && !host) switch
        {
            (true, true) => GapCauses.NoData,
            (true, _) => GapCauses.GuestSilent,
            (_, true) => GapCauses.HostSilent,
            _ => null,
        };
        _guestHeard |= guest;
        _hostHeard |= host;
        _noted = second;
        if (missing is null)
        {
            Close(second, boot, bootedSecond, breaks);
        }
        else
        {
            Extend(second, told ?? missing);
        }

        if (guest)
        {
            Settle(second, breaks);
            _boot = boot;
        }
    }

    /// <summary>Takes a second again for which data came after it was closed.</summary>
    public void Fill(long second, bool guest, bool host)
    {
        if ((_guestHeard && !guest) || (_hostHeard && !host))
        {
            return;
        }

        for (var i = _gaps.Count - 1; i >= 0; i--)
        {
            var gap = _gaps[i];
            if (second < gap.From || second > gap.To)
            {
                continue;
            }

            if (second == gap.From)
            {
                gap.From++;
            }
            else
            {
                (gap.FilledFrom, gap.FilledTo) = second == gap.FilledTo + 1 ? (gap.FilledFrom, second) : (second, second);
                if (gap.FilledTo == gap.To && gap != _open)
                {
                    gap.To = gap.FilledFrom - 1;
                }
            }

            Tell(gap);
            if (gap.To < gap.From && gap != _open)
            {
                _gaps.RemoveAt(i);
            }

            return;
        }
    }

    /// <summary>Gaps that are new, longer, shorter or otherwise named since the last call, oldest first.</summary>
    public IReadOnlyList<DataGap> TakeTold()
    {
        if (_told.Count == 0)
        {
            return [];
        }

        DataGap[] told = [.. _told];
        _told.Clear();
        return told;
    }

    /// <summary>Gaps that touch a stretch, cut to it, oldest first.</summary>
    public IReadOnlyList<EpisodeGap> Within(long fromSecond, long toSecond, int max)
    {
        List<EpisodeGap>? found = null;
        foreach (var gap in _gaps)
        {
            if (IsTold(gap) && gap.To >= gap.From && gap.From <= toSecond && gap.To >= fromSecond && (found?.Count ?? 0) < max)
            {
                (found ??= []).Add(new EpisodeGap(Math.Max(gap.From, fromSecond), Math.Min(gap.To, toSecond), gap.Cause));
            }
        }

        return found ?? (IReadOnlyList<EpisodeGap>)[];
    }

    private static bool IsTold(Gap gap) => gap.Told || (gap.To >= gap.From && (GapCauses.IsExplained(gap.Cause) || gap.To - gap.From + 1 >= ToldSeconds));

    // Nobody asked about the VM in between: the inventory did not list it.
    private void NoteAway(long second, string? told)
    {
        var moved = told == GapCauses.Migration || (_movedSecond != long.MinValue && _noted - _movedSecond <= ReachSeconds);
        var cause = moved ? GapCauses.Migration : GapCauses.Away;
        if (_open is not { } open)
        {
            _open = Begin(_noted + 1, cause);
        }
        else if (GapCauses.Rank(cause) > GapCauses.Rank(open.Cause) && _noted + 1 - open.From <= ReachSeconds)
        {
            open.Cause = cause;
        }
        else if (cause != open.Cause)
        {
            Split(open, _noted + 1, cause);
        }

        (_open!.To, _open.Named) = (second - 1, second - 1);
        Tell(_open);
    }

    private void Extend(long second, string cause)
    {
        if (_open is not { } open)
        {
            _open = Begin(second, cause);
            _open.Named = second;
            _open.To = second;
            TellWhenDue(_open, second);
            return;
        }

        var (rank, was) = (GapCauses.Rank(cause), GapCauses.Rank(open.Cause));
        var reach = GapCauses.IsExplained(cause) || GapCauses.IsExplained(open.Cause) ? ReachSeconds : SilenceReachSeconds;
        if (rank > was && second - open.From <= reach)
        {
            (open.Cause, open.Named, open.To) = (cause, second, second);
            Tell(open);
        }
        else if (rank > was)
        {
            Split(open, second, cause);
        }
        else if (rank == was)
        {
            (open.Named, open.To) = (second, second);
            TellWhenDue(open, second);
        }
        else if (second - open.Named <= reach)
        {
            open.To = second;
            TellWhenDue(open, second);
        }
        else
        {
            Split(open, open.Named + 1, cause);
            _open!.To = second;
            TellWhenDue(_open, second);
        }
    }

    private void Split(Gap open, long from, string cause)
    {
        open.To = from - 1;
        Tell(open);
        _open = Begin(from, cause);
        (_open.Named, _open.To) = (from, from);
        TellWhenDue(_open, from);
    }

    private void Close(long second, Guid boot, long? bootedSecond, IReadOnlyList<ClockBreak>? breaks)
    {
        if (_open is not { } open)
        {
            return;
        }

        open.To = open.FilledTo >= second - 1 ? open.FilledFrom - 1 : second - 1;
        if (boot != _boot && _boot != Guid.Empty && !GapCauses.IsExplained(open.Cause) && bootedSecond is { } booted && booted >= open.From - 1 && booted <= second)
        {
            if (booted - open.From > BootReachSeconds)
            {
                Split(open, booted, GapCauses.Restart);
                open = _open!;
            }

            (open.Cause, open.To) = (GapCauses.Restart, second - 1);
        }

        Explain(open, breaks);
        var told = IsTold(open);
        if (open.To < open.From || !told)
        {
            _gaps.Remove(open);
        }

        if (told)
        {
            Tell(open);
        }

        _open = null;
    }

    // The clock's word comes with the first exchange after it, which may be later than the first second that is covered again.
    private void Settle(long second, IReadOnlyList<ClockBreak>? breaks)
    {
        if (_gaps.Count > 0 && _gaps[^1] is var last && last != _open && second - last.To <= SettleSeconds && Explain(last, breaks))
        {
            Tell(last);
        }
    }

    private static bool Explain(Gap gap, IReadOnlyList<ClockBreak>? breaks)
    {
        if (GapCauses.IsExplained(gap.Cause) || breaks is null)
        {
            return false;
        }

        for (var i = breaks.Count - 1; i >= 0; i--)
        {
            var one = breaks[i];
            if (one.Cause == ClockCauses.Pause && one.LostNs >= (gap.To - gap.From + 1) * Second / 2.0 && one.LostNs >= Second / 2.0
                && one.FromHostNs / Second <= gap.To && one.ToHostNs / Second >= gap.From)
            {
                gap.Cause = GapCauses.StoodStill;
                return true;
            }
        }

        return false;
    }

    private Gap Begin(long from, string cause)
    {
        if (_gaps.Count >= KeptMax)
        {
            _gaps.RemoveAt(0);
        }

        var gap = new Gap { Began = from, From = from, To = from, Cause = cause };
        _gaps.Add(gap);
        return gap;
    }

    private void TellWhenDue(Gap gap, long second)
    {
        if (IsTold(gap) && (!gap.Told || second % RetoldSeconds == 0))
        {
            Tell(gap);
        }
    }

    private void Tell(Gap gap)
    {
        if (!IsTold(gap))
        {
            return;
        }

        gap.Told = true;
        _told.RemoveAll(t => t.Began == gap.Began);
        _told.Add(gap.Record);
    }

    private sealed class Gap
    {
        public long Began { get; init; }

        public long From { get; set; }

        public long To { get; set; }

        // Last second of which the cause was told itself.
        public long Named { get; set; }

        public long FilledFrom { get; set; } = long.MinValue;

        public long FilledTo { get; set; } = long.MinValue;

        public string Cause { get; set; } = GapCauses.NoData;

        public bool Told { get; set; }

        public DataGap Record => new(Began, From, To, Cause);
    }
}
