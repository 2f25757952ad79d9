using HvIntegration.Model;

namespace HvIntegration.History.Reading;

/// <summary>Raw reads of one series within one boot of a guest, or of one host series.</summary>
/// <param name="Series">Metric and attribute values.</param>
/// <param name="Form">How the values cover time.</param>
internal sealed record RawTrack(SeriesKey Series, SampleForm Form)
{
    /// <summary>In host time; by rising end once <see cref="Sort"/> ran.</summary>
    public List<(long StartNs, long EndNs, double Value)> Reads { get; } = [];

    /// <summary>Puts the reads in order; a read of the same instant counts once, so that a commit that was tried twice does no harm.</summary>
    public void Sort()
    {
        Reads.Sort((a, b) => a.EndNs.CompareTo(b.EndNs));
        var kept = 0;
        for (var i = 0; i < Reads.Count; i++)
        {
            if (kept == 0 || Reads[i].EndNs != Reads[kept - 1].EndNs)
            {
                Reads[kept++] = Reads[i];
            }
        }

        Reads.RemoveRange(kept, Reads.Count - kept);
    }
}
