using HvIntegration.Engine.Options;
using HvIntegration.Engine.Signals;
using HvIntegration.Engine.Timeline;
using HvIntegration.Model;

namespace HvIntegration.Engine;

/// <summary>Which host second is closed next, when, and which closed ones later guest data filled again.</summary>
/// <remarks>A second is closed once every side that is expected has been read beyond its end, or once its grace is over.</remarks>
/// <param name="tracks">What was measured.</param>
/// <param name="options">Grace and kept seconds.</param>
internal sealed class SecondClosing(HostTracks tracks, TimelineOptions options)
{
    private const long Second = 1_000_000_000L;
    private const int ExpectedSeconds = 30;

    /// <summary>The first second that is not closed; <see cref="long.MinValue"/> before anything was measured.</summary>
    public long Next { get; private set; } = long.MinValue;

    /// <summary>Finds the first second at the first call, and passes over seconds that are older than what is kept.</summary>
    /// <param name="now">Host time, whole Unix seconds.</param>
    /// <returns>False while nothing has been measured.</returns>
    public bool TryBegin(long now)
    {
        if (Next == long.MinValue && !TryFirst(now))
        {
            return false;
        }

        // After a stop longer than the kept history the seconds between hold nothing.
        Next = Math.Max(Next, now - options.KeptSeconds);
        return true;
    }

    /// <summary>True when <see cref="Next"/> lies before now and can be closed.</summary>
    /// <param name="now">Host time, whole Unix seconds.</param>
    /// <param name="force">Wait for no side.</param>
    public bool CanClose(long now, bool force) => Next < now && (force || IsComplete(Next, now));

    /// <summary>The second <see cref="Next"/> is closed.</summary>
    public void Close() => Next++;

    /// <summary>Guest data came for closed seconds, both inclusive: they are reported again. Those older than the kept ones cannot be filled.</summary>
    public void Reopen(PartitionTracks vm, long from, long to)
    {
        vm.LateFrom = Math.Min(vm.LateFrom, Math.Max(from, Next - options.KeptSeconds));
        vm.LateTo = Math.Max(vm.LateTo, to);
    }

    private bool TryFirst(long now)
    {
        var from = tracks.Root.CoveredFromNs;
        foreach (var vm in tracks.All)
        {
            from = Math.Min(from, Math.Min(vm.Host.CoveredFromNs, vm.Guest.CoveredFromNs));
        }

        if (from == long.MaxValue)
        {
            return false;
        }

        Next = Math.Max((from / Second) + 1, now - options.KeptSeconds);
        return true;
    }

    private bool IsComplete(long second, long now)
    {
        if (!Covers(tracks.Root, second, now, trusted: true))
        {
            return false;
        }

        foreach (var vm in tracks.All)
        {
            if (tracks.IsReported(vm) && vm.Info.State is not (PartitionState.Off or PartitionState.Paused)
                && (!Covers(vm.Host, second, now, trusted: true) || !Covers(vm.Guest, second, now, trusted: false)))
            {
                return false;
            }
        }

        return true;
    }

    // A side that has been silent for long is not waited for; one that is merely late is, until the grace is over.
    // A recording may be slow by nature; a guest's own pace gets nobody more than the grace, or it could hold up all VMs.
    private bool Covers(SideTimeline side, long second, long now, bool trusted)
    {
        var end = (second + 1) * Second;
        var slow = trusted && side.PaceNs > Second * 3 / 2 ? (side.PaceNs / Second) + 1 : 0;
        if (side.CoveredToNs >= end || side.CoveredToNs < end - ((ExpectedSeconds + slow) * Second))
        {
            return true;
        }

        return now >= second + 1 + options.GraceSeconds + slow;
    }
}
