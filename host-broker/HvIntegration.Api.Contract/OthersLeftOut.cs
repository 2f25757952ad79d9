using HvIntegration.Model;

namespace HvIntegration.Api.Contract;

/// <summary>Answers for somebody who may not know what runs outside a VM: processes of other VMs and of the host are taken out of their structure, and their words made again.</summary>
/// <remarks>An answer that has words only, because history or an older hvi keeps no more, loses its sentence: what is known beside it is said instead.</remarks>
public static class OthersLeftOut
{
    /// <summary>An episode without the processes of other VMs and of the host.</summary>
    /// <param name="episode">As the broker has it.</param>
    /// <param name="alias">What to write for a process of the host; null for "a host process".</param>
    public static EpisodeView Of(EpisodeView episode, Func<string, string>? alias = null)
    {
        var statement = episode.Statement is { } known ? Redaction.WithoutOthers(known, alias) : null;
        return episode with
        {
            Statement = statement,
            Sentence = statement is null ? VerdictText.SentenceOf(RecordOf(episode)) : VerdictText.SentenceOf(statement),
        };
    }

    /// <summary>The verdict of an episode.</summary>
    /// <param name="verdict">As the broker has it.</param>
    /// <param name="episode">Episode of the verdict.</param>
    /// <param name="alias">Replacement for the name of a host process; null for the default text.</param>
    public static VerdictView Of(VerdictView verdict, EpisodeView episode, Func<string, string>? alias = null)
    {
        var statement = verdict.Statement is { } known ? Redaction.WithoutOthers(known, alias) : null;
        return verdict with
        {
            Statement = statement,
            Sentence = statement is null ? VerdictText.SentenceOf(RecordOf(episode)) : VerdictText.SentenceOf(statement),
            Culprits = [.. verdict.Culprits.Select(c => Of(c, episode.Vm, alias))],
        };
    }

    /// <summary>A verdict that held over a stretch.</summary>
    public static VerdictSpanView Of(VerdictSpanView span, string vm) => span with { Sentence = VerdictText.BriefOf(span.Hypothesis, Side.None, vm) };

    /// <summary>Curves of a time with what was found in it.</summary>
    public static SeriesAnswer Of(SeriesAnswer series) => series with
    {
        Verdicts = [.. series.Verdicts.Select(v => Of(v, series.Vm.Name))],
        Episodes = [.. series.Episodes.Select(e => Of(e))],
        Leading = series.Leading is { } leading ? Of(leading, series.Vm.Name) : null,
    };

    /// <summary>A stored second without the processes of other VMs and of the host.</summary>
    public static MomentAnswer Of(MomentAnswer moment) => moment with
    {
        Verdict = moment.Verdict with { Sentence = VerdictText.BriefOf(moment.Verdict.Hypothesis, ApiText.SideOf(moment.Verdict.Side), moment.Vm.Name) },
        Episode = moment.Episode is { } episode ? Of(episode) : null,
    };

    private static CulpritView Of(CulpritView culprit, Guid vm, Func<string, string>? alias)
    {
        var left = Redaction.WithoutOthers(new Culprit(culprit.Id, culprit.Name, culprit.Process, culprit.Share, culprit.ExtraShare, culprit.Correlation) { Kind = culprit.Kind, IsProcessLeftOut = culprit.IsProcessLeftOut }, vm, alias);
        return culprit with { Name = left.Name, Process = left.Process, Kind = left.Kind, IsProcessLeftOut = left.IsProcessLeftOut };
    }

    private static VerdictStatement RecordOf(EpisodeView episode) => VerdictStatement.OfRecord(
        episode.Hypothesis, ApiText.SideOf(episode.Side), episode.Vm, episode.VmName, episode.OnsetSecond, new RecordedWords(episode.Title, null, ""));
}
