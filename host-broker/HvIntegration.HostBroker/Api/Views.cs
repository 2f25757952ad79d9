using HvIntegration.Engine.Model;
using HvIntegration.HostBroker.Api.Contract;
using HvIntegration.HostBroker.CounterSources;
using HvIntegration.HostBroker.History;
using HvIntegration.HostBroker.Hosting;
using HvIntegration.HostBroker.Ingest;

namespace HvIntegration.HostBroker.Api;

/// <summary>Turns the engine's records into the API's. NaN becomes null: JSON has none.</summary>
internal static class Views
{
    public static SourceLabel Of(ICounterSource source) => new(source.Name, Word(source.Origin), source.Words ?? source.Origin switch
    {
        SourceOrigin.Simulated => "SIMULATED: a made-up world, not this host",
        SourceOrigin.Replayed => "REPLAYED: a recording, not this host now",
        _ => null,
    });

    public static SignalView Of(Signal signal) =>
        new(signal.Id, Word(signal.Side), Number(signal.Value), signal.Unit, Number(signal.ErrorBar), Word(signal.Quality), signal.Source);

    public static VerdictBrief Brief(Verdict verdict) =>
        new(verdict.Hypothesis, Word(verdict.Side), verdict.Probability, verdict.Title, verdict.Sentence);

    public static VerdictView Of(Verdict verdict) => new(
        verdict.Hypothesis, Word(verdict.Side), verdict.Probability, verdict.Title, verdict.Sentence, verdict.WhatHelps,
        verdict.RunnerUp, verdict.RunnerUpProbability, [.. verdict.For.Select(Of)], [.. verdict.Against.Select(Of)],
        verdict.NotMeasured, [.. verdict.Culprits.Select(Of)]);

    public static EpisodeView Of(Episode episode, string vmName, Acknowledgements acknowledgements) => new(
        new EpisodeKey(episode.Partition, episode.OnsetSecond).ToString(), episode.Partition, vmName, episode.Hypothesis, episode.OnsetSecond, episode.HeldSecond, episode.EndSecond,
        episode.Severity, episode.Verdict.Sentence, episode.Verdict.Title, Word(episode.Verdict.Side), episode.Verdict.Probability,
        Of(acknowledgements.Of(new EpisodeKey(episode.Partition, episode.OnsetSecond))))
    {
        Gaps = [.. episode.Gaps.Select(g => new GapView(g.FromSecond, g.ToSecond, g.Cause, GapCauses.Words(g.Cause)))],
    };

    public static GapView? Of(DataGap? gap) => gap is null ? null : new(gap.FromSecond, gap.ToSecond, gap.Cause, GapCauses.Words(gap.Cause));

    /// <summary>Gaps that touch a stretch, cut to it.</summary>
    public static IReadOnlyList<GapView> Within(IEnumerable<DataGap> gaps, long fromSecond, long toSecond, int max) =>
    [
        .. gaps.Where(g => g.FromSecond <= toSecond && g.ToSecond >= fromSecond).Take(max)
            .Select(g => new GapView(Math.Max(g.FromSecond, fromSecond), Math.Min(g.ToSecond, toSecond), g.Cause, GapCauses.Words(g.Cause))),
    ];

    public static EpisodeView Of(EpisodeRecord episode, string vmName, Acknowledgements acknowledgements) => new(
        new EpisodeKey(episode.Partition, episode.OnsetSecond).ToString(), episode.Partition, vmName, episode.Hypothesis, episode.OnsetSecond, episode.LastSecond, episode.LastSecond,
        episode.Severity, episode.Sentence, episode.Title, Word(episode.Side), episode.Probability,
        Of(acknowledgements.Of(new EpisodeKey(episode.Partition, episode.OnsetSecond))));

    public static AcknowledgementView? Of(Acknowledgement? a) => a is null ? null : new(a.Second, a.By, a.Note);

    public static NamedSignalView Of(RecordedSignal signal)
    {
        var meaning = SignalCatalog.Find(signal.Id);
        return new NamedSignalView(
            meaning?.Words ?? signal.Id,
            new SignalView(signal.Id, meaning?.Side ?? "none", Number(signal.Value), meaning?.Unit ?? "1", Number(signal.ErrorBar), Word(signal.Quality), ""));
    }

    public static ClockView? Of(ClockQuality? clock) => clock is null ? null : new(
        clock.OffsetMs, Number(clock.DriftPpm), Number(clock.ErrorMs), clock.Exchanges, clock.EpochCause, Number(clock.RoundTripMs));

    public static ProcessView Of(ProcessUse process) => new(
        process.Pid, process.Name, process.CpuShare, process.RunWaitShare, process.ResidentBytes,
        process.ReadBytesPerSecond, process.WriteBytesPerSecond, process.MajorFaultsPerSecond);

    public static VerdictSpanView Of(VerdictSpan span) => new(span.FromSecond, span.ToSecond, span.Hypothesis, span.Probability, span.Sentence);

    public static HistorySeriesView Of(HistorySeries series) => new(
        series.Series.Instance,
        series.Points.Count > 0 ? series.Points[0].Span : 0,
        [.. series.Points.Select(p => new HistoryPointView(p.Second, Number(p.Value), Number(p.Minimum), Number(p.Maximum)))]);

    public static AgentView Of(PartitionInfo partition, AgentSession? session, VmLedger ledger, (string State, string? Reason) state, ulong? committed) => new(
        state.State, state.Reason, session?.Peer.Key, session?.Facts.AgentVersion, session?.Facts.OsDescription, session?.Facts.KernelVersion,
        session?.Facts.HostName, session?.Facts.BootId, session?.LastSequence, committed,
        [.. (session?.Collectors ?? []).Where(c => c.Status != Protocol.V1.CollectorStatus.Ok)
            .Select(c => new CollectorView(c.Name, Kebab(c.Status.ToString()), c.Reason))],
        ledger.Counts, ledger.LastRefusal);

    public static double? Number(double value) => double.IsFinite(value) ? value : null;

    /// <summary>An enum member as the API writes it: lower case, words joined by hyphens.</summary>
    public static string Word<T>(T member)
        where T : struct, Enum => Kebab(member.ToString());

    private static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));

    private static EvidenceView Of(Evidence evidence) => new(
        evidence.SignalId, evidence.Sentence, Number(evidence.Value), Number(evidence.Limit), evidence.Unit, evidence.Source, evidence.LogOdds);

    private static CulpritView Of(Culprit culprit) => new(
        culprit.Partition, culprit.Name, culprit.Process, culprit.Share, Number(culprit.ExtraShare), Number(culprit.Correlation));
}
