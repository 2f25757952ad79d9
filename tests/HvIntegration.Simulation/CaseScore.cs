using HvIntegration.Model;

namespace HvIntegration.Simulation;

/// <summary>How one case was judged.</summary>
/// <param name="Truth">What was really so.</param>
/// <param name="Predicted">Hypothesis that held longest on the victim between onset and end; "none" when nothing else did for 5 s.</param>
/// <param name="Probability">Mean probability it was given.</param>
/// <param name="DelaySeconds">True onset to the first right verdict; null when it never came.</param>
/// <param name="Flips">Changes of the verdict between first fault verdict and end, beyond the one needed.</param>
/// <param name="UnknownShare">Share of the fault's seconds judged "unknown".</param>
/// <param name="WrongSide">Predicted the other side of the VMBus than the truth.</param>
/// <param name="CulpritRight">First culprit is the true one; null where the truth names none.</param>
/// <param name="FalseEpisodes">Episodes on VMs and times where nothing was wrong.</param>
/// <param name="VmSeconds">Healthy seconds watched, over all VMs.</param>
public sealed record CaseScore(
    Truth Truth, string Predicted, double Probability, double? DelaySeconds, int Flips, double UnknownShare,
    bool WrongSide, bool? CulpritRight, int FalseEpisodes, long VmSeconds)
{
    private const int SettleSeconds = 2;
    private const int HoldSeconds = 5;

    /// <summary>The right hypothesis was said.</summary>
    public bool IsRight => Predicted == Truth.Hypothesis;

    /// <summary>Scores the verdicts of one case.</summary>
    /// <param name="truth">What was so.</param>
    /// <param name="reports">Every report of every VM, in order of seconds.</param>
    public static CaseScore From(Truth truth, IReadOnlyList<PartitionReport> reports)
    {
        long onset = truth.OnsetSecond ?? reports.Min(r => r.Second) + 30;
        var during = reports.Where(r => r.Partition.Id == truth.VictimId && r.Second > onset + SettleSeconds && r.Second <= truth.EndSecond).ToList();
        var counts = during.GroupBy(r => r.Verdict.Hypothesis)
            .Select(g => (Id: g.Key, Count: g.Count(), Probability: g.Average(r => r.Verdict.Probability), First: g.First()))
            .OrderByDescending(g => g.Count).ToList();
        var fault = counts.FirstOrDefault(g => g.Id != "none" && g.Count >= HoldSeconds);
        var winner = truth.Hypothesis == "none" || fault.Id is null
            ? fault.Id is null ? counts.FirstOrDefault(g => g.Id == "none") : fault
            : fault;
        string predicted = winner.Id ?? "none";
        if (predicted == truth.Also)
        {
            truth = truth with { Hypothesis = predicted, Also = truth.Hypothesis };
        }

        var right = reports.FirstOrDefault(r => r.Partition.Id == truth.VictimId && r.Second > onset && r.Second <= truth.EndSecond + 5 && r.Verdict.Hypothesis == truth.Hypothesis);
        double? delay = truth.Hypothesis == "none" || right is null ? null : right.Second - onset;

        var stretch = during.SkipWhile(r => r.Verdict.Hypothesis == "none").Select(r => r.Verdict.Hypothesis).ToList();
        int flips = stretch.Zip(stretch.Skip(1)).Count(p => p.First != p.Second);

        bool wrongSide = IsWrongSide(predicted, truth.Hypothesis) && !(truth.Also is { } also && !IsWrongSide(predicted, also));
        bool? culprit = truth.CulpritName is null || predicted != truth.Hypothesis
            ? null
            : during.LastOrDefault(r => r.Verdict.Hypothesis == predicted && r.Verdict.Culprits.Count > 0) is { } named && IsNamed(named.Verdict.Culprits[0], truth.CulpritName);

        // An episode that says "unknown" is a false alarm all the same.
        var falseEpisodes = reports.Where(r => r.Episode is not null && truth.Hypothesis == "none")
            .Select(r => (r.Partition.Id, r.Episode!.OnsetSecond, r.Episode.Hypothesis)).Distinct().Count();
        long healthy = truth.Hypothesis == "none" ? reports.Count : 0;
        return new CaseScore(truth, predicted, winner.Probability, delay, flips,
            during.Count == 0 ? 1 : (double)during.Count(r => r.Verdict.Hypothesis == "unknown") / during.Count,
            wrongSide, culprit, falseEpisodes, healthy);
    }

    /// <summary>The guest was blamed for the host, or the reverse; "none" and "unknown" blame nobody.</summary>
    public static bool IsWrongSide(string predicted, string truth) =>
        SideOf(predicted) is { } said && SideOf(truth) is { } real && said != real;

    private static bool IsNamed(Culprit culprit, string name) =>
        culprit.Name == name || (name == "root" && culprit.Partition == Guid.Empty);

    private static Side? SideOf(string hypothesis) => hypothesis switch
    {
        "guest-cpu-demand" or "guest-cpu-single-thread" or "guest-disk-overload" or "guest-leak" => Side.Guest,
        "guest-memory-maximum" or "cpu-cap" or "storage-qos-cap" => Side.Configuration,
        "none" or "unknown" => null,
        _ => Side.Host,
    };
}
