using HvIntegration.Model;

namespace HvIntegration.Broker.Live;

/// <summary>Open episodes and the newest of those that ended, in memory; older ones are in history as verdicts.</summary>
internal sealed class EpisodeLog
{
    private const int EndedMax = 500;

    // So that a VM whose episodes come and go pushes nobody else's out.
    private const int EndedPerVmMax = 50;

    private readonly Dictionary<Guid, Episode> _open = [];
    private readonly LinkedList<Episode> _ended = new();
    private long _nextId = 1;

    /// <summary>Episodes in memory, newest onset first.</summary>
    public IReadOnlyList<Episode> All => [.. _open.Values.Concat(_ended).OrderByDescending(e => e.OnsetSecond)];

    /// <summary>Takes the report of a newly closed second.</summary>
    public void Note(PartitionReport report)
    {
        var known = _open.GetValueOrDefault(report.Partition.Id);
        var now = report.Episode;
        if (known is not null && (now is null || now.Hypothesis != known.Hypothesis || now.OnsetSecond > (known.EndSecond ?? report.Second)))
        {
            End(known with { EndSecond = known.EndSecond ?? known.HeldSecond });
            known = null;
        }

        if (now is null)
        {
            return;
        }

        var numbered = now with { Id = known?.Id ?? Returned(now) ?? _nextId++ };
        if (now.EndSecond is null)
        {
            _open[report.Partition.Id] = numbered;
        }
        else
        {
            End(numbered);
        }
    }

    /// <summary>Ends the episodes of VMs that are gone: no report will.</summary>
    public void Keep(IReadOnlySet<Guid> listed)
    {
        foreach (var gone in _open.Values.Where(e => !listed.Contains(e.Partition)).ToList())
        {
            End(gone with { EndSecond = gone.HeldSecond });
        }
    }

    /// <summary>Id of an episode that was ended because its VM was gone, and goes on because it is back; it is taken out. Null when there is none.</summary>
    private long? Returned(Episode now)
    {
        if (_ended.FirstOrDefault(e => e.Partition == now.Partition && e.OnsetSecond == now.OnsetSecond && e.Hypothesis == now.Hypothesis) is not { } ended)
        {
            return null;
        }

        _ended.Remove(ended);
        return ended.Id;
    }

    private void End(Episode episode)
    {
        _open.Remove(episode.Partition);
        var oldest = Oldest(episode.Partition);
        _ended.AddFirst(episode);
        if (oldest is not null)
        {
            _ended.Remove(oldest);
        }
        else if (_ended.Count > EndedMax)
        {
            _ended.RemoveLast();
        }
    }

    /// <summary>The oldest ended episode of a VM that has as many as one VM may.</summary>
    private LinkedListNode<Episode>? Oldest(Guid partition)
    {
        int count = 0;
        LinkedListNode<Episode>? oldest = null;
        for (var node = _ended.First; node is not null; node = node.Next)
        {
            if (node.Value.Partition == partition)
            {
                count++;
                oldest = node;
            }
        }

        return count >= EndedPerVmMax ? oldest : null;
    }
}
