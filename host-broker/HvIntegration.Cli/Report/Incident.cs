using HvIntegration.Api.Contract;

namespace HvIntegration.Cli.Report;

/// <summary>What a broker keeps of one VM over one stretch of time, as a report shows it.</summary>
/// <param name="Series">Both sides on one axis, with verdicts and episodes of the same time.</param>
/// <param name="BrokerVersion">Version of the broker that answered.</param>
/// <param name="Vm">The VM now; null when the host no longer has it.</param>
/// <param name="Worst">Episode that did the most harm in this time; null when there was none.</param>
/// <param name="Evidence">Verdict of that episode with its evidence, while the broker has it in memory.</param>
/// <param name="Moment">Most telling kept second: the surest of the worst episode, else the newest; null when no single seconds are kept.</param>
/// <param name="Processes">Busiest processes of this guest over the stretch.</param>
internal sealed record Incident(
    SeriesAnswer Series, string BrokerVersion, VmAnswer? Vm, EpisodeView? Worst, VerdictView? Evidence, MomentAnswer? Moment,
    IReadOnlyList<ProcessView> Processes)
{
    /// <summary>The sentence to read first: of the worst episode, else of the verdict that leads this time; null when none was kept.</summary>
    public string? Headline => Worst?.Sentence ?? Series.Leading?.Sentence;

    /// <summary>Probability of <see cref="Headline"/>; null when its cause is open.</summary>
    public double? Probability => Hypotheses.IsUnknown(Worst?.Hypothesis ?? Series.Leading?.Hypothesis ?? "") ? null : Worst?.Probability ?? Series.Leading?.Probability;

    /// <summary>The same without what runs outside the VM: processes of other VMs and of the host.</summary>
    public Incident WithoutOthers() => this with
    {
        Worst = Worst is { } worst ? OthersLeftOut.Of(worst) : null,
        Evidence = Evidence is { } evidence && Worst is { } of ? OthersLeftOut.Of(evidence, of) : null,
        Moment = Moment is { } moment ? OthersLeftOut.Of(moment) : null,
        Series = OthersLeftOut.Of(Series),
    };

    /// <summary>True when neither a number nor a verdict was kept.</summary>
    public bool IsEmpty => Series.Verdicts.Count == 0 && Series.Series.All(s => s.Series.All(x => x.Points.Count == 0));
}
