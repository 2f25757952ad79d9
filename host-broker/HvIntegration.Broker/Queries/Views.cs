using HvIntegration.Api.Contract;
using HvIntegration.Broker.Live;
using HvIntegration.Model;
using HvIntegration.History;

namespace HvIntegration.Broker.Queries;

/// <summary>Turns the engine's records into the API's. NaN becomes null: JSON has none.</summary>
internal static class Views
{
    public static SignalView Of(Signal signal) =>
        new(signal.Id, ApiText.Word(signal.Side), ApiText.Number(signal.Value), signal.Unit, ApiText.Number(signal.ErrorBar), ApiText.Word(signal.Quality), signal.Source);

    public static VerdictBrief Brief(Verdict verdict) =>
        new(verdict.Hypothesis, ApiText.Word(verdict.Side), verdict.Probability, verdict.Title, verdict.Sentence);

    public static VerdictView Of(Verdict verdict) => new(
        verdict.Hypothesis, ApiText.Word(verdict.Side), verdict.Probability, verdict.Title, verdict.Sentence, verdict.WhatHelps,
        verdict.RunnerUp, verdict.RunnerUpProbability, [.. verdict.For.Select(Of)], [.. verdict.Against.Select(Of)],
        verdict.NotMeasured, [.. verdict.Culprits.Select(Of)])
    {
        Statement = verdict.Statement,
    };

    public static EpisodeView Of(KnownEpisode episode) => new(
        episode.Key.ToString(), episode.Key.Partition, episode.VmName, episode.Hypothesis, episode.Key.OnsetSecond, episode.HeldSecond, episode.EndSecond,
        episode.Severity, episode.Sentence, episode.Title, ApiText.Word(episode.Side), episode.Probability, Of(episode.Acknowledged))
    {
        Statement = episode.Verdict is { } verdict ? verdict.Statement with { UntilSecond = episode.EndSecond } : null,
        Gaps = [.. episode.Gaps.Select(Of)],
    };

    public static GapView? Of(DataGap? gap) => gap is null ? null : new(gap.FromSecond, gap.ToSecond, gap.Cause, GapText.Of(gap.Cause));

    public static GapView Of(EpisodeGap gap) => new(gap.FromSecond, gap.ToSecond, gap.Cause, GapText.Of(gap.Cause));

    public static AcknowledgementView? Of(Acknowledgement? a) => a is null ? null : new(a.Second, a.By, a.Note);

    public static NamedSignalView Of(RecordedSignal signal)
    {
        var meaning = SignalMeanings.Find(signal.Id);
        return new NamedSignalView(
            meaning?.Words ?? signal.Id,
            new SignalView(signal.Id, meaning?.Side ?? "none", ApiText.Number(signal.Value), meaning?.Unit ?? "1", ApiText.Number(signal.ErrorBar), ApiText.Word(signal.Quality), ""));
    }

    public static ClockView? Of(ClockQuality? clock) => clock is null ? null : new(
        clock.OffsetMs, ApiText.Number(clock.DriftPpm), ApiText.Number(clock.ErrorMs), clock.Exchanges, clock.EpochCause, ApiText.Number(clock.RoundTripMs));

    public static ProcessView Of(ProcessUse process) => new(
        process.Pid, process.Name, process.CpuShare, process.RunWaitShare, process.ResidentBytes,
        process.ReadBytesPerSecond, process.WriteBytesPerSecond, process.MajorFaultsPerSecond);

    public static VerdictSpanView Of(VerdictSpan span) => new(span.FromSecond, span.ToSecond, span.Hypothesis, span.Probability, span.Sentence);

    public static HistorySeriesView Of(HistorySeries series) => new(
        series.Series.Instance,
        series.Points.Count > 0 ? series.Points[0].Span : 0,
        [.. series.Points.Select(p => new HistoryPointView(p.Second, ApiText.Number(p.Value), ApiText.Number(p.Minimum), ApiText.Number(p.Maximum)))]);

    private static EvidenceView Of(Evidence evidence) => new(
        evidence.SignalId, evidence.Sentence, ApiText.Number(evidence.Value), ApiText.Number(evidence.Limit), evidence.Unit, evidence.Source, evidence.LogOdds)
    {
        Fact = evidence.Fact,
    };

    private static CulpritView Of(Culprit culprit) => new(
        culprit.Partition, culprit.Name, culprit.Process, culprit.Share, culprit.ExtraShare, culprit.Correlation)
    {
        Kind = culprit.Kind,
        IsProcessLeftOut = culprit.IsProcessLeftOut,
    };
}
