using HvIntegration.Engine.Model;

namespace HvIntegration.HostBroker.Hosting;

/// <summary>Open episodes and the newest of those that ended, in memory; older ones are in history as verdicts.</summary>
internal sealed class EpisodeLog
{
    private const int EndedMax = 500;

    private readonly Dictionary<Guid, Episode> _open = [];
    private readonly LinkedList<Episode> _ended = new();
    private long _nextId = 1;

    /// <summary>Newest onset first.</summary>
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

        var numbered = now with { Id = known?.Id ?? _nextId++ };
        if (now.EndSecond is null)
        {
            _open[report.Partition.Id] = numbered;
        }
        else
        {
            End(numbered);
        }
    }

    private void End(Episode episode)
    {
        _open.Remove(episode.Partition);
        _ended.AddFirst(episode);
        if (_ended.Count > EndedMax)
        {
            _ended.RemoveLast();
        }
    }
}
