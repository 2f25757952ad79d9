using HvIntegration.Cli.Terminal;
using HvIntegration.Recordings;
using System.Globalization;
using HvIntegration.Model;

namespace HvIntegration.Cli.Screens;

/// <summary>The answer for people: one sentence first, then each episode with the evidence of both sides.</summary>
internal static class DiagnosisText
{
    private const int Indent = 14;
    private const int EvidenceShown = 6;
    private const int UnmeasuredShown = 4;
    private const int GapsShown = 5;
    private const int NamesShown = 5;

    /// <summary>Writes the answer, host by host.</summary>
    public static void Write(Screen screen, OfflineAnswer answer)
    {
        for (int i = 0; i < answer.Hosts.Count; i++)
        {
            if (i > 0)
            {
                screen.Line();
            }

            Write(screen, answer.Hosts[i]);
        }
    }

    private static void Write(Screen screen, OfflineResult result)
    {
        screen.Wrapped(Summary(result), 0, Styles.Strong);
        foreach (var (resource, vms) in result.NotJudged)
        {
            screen.Wrapped($"{RecordingRemedy.Name(resource)} of {Names(vms)}. {RecordingRemedy.Of(resource, vms.Any(v => v.Guests.Count > 0))}", Indent, Styles.Dim, "  undiagnosed");
        }

        foreach (var episode in result.Episodes)
        {
            var verdict = episode.Verdict;
            string name = result.Vms.FirstOrDefault(v => v.Id == episode.Partition)?.Name ?? episode.Partition.ToString();
            screen.Line();
            screen.Rule(Screen.Safe($"{name}: {episode.Hypothesis}", 80), Styles.OfVerdict(episode.Hypothesis, SignalWords.Of(verdict.Side)));
            screen.Wrapped(verdict.Sentence, 2);
            screen.Wrapped(
                string.Create(CultureInfo.InvariantCulture, $"{Clock(episode.OnsetSecond)} to {Clock((episode.EndSecond ?? episode.OnsetSecond) + 1)} UTC, {episode.SeverityWord}, {Quantity.Sure(verdict.Hypothesis, verdict.Probability)}{(episode.Occurrences > 1 ? $", {episode.Occurrences} times" : "")}"),
                Indent, null, "  when");
            foreach (var side in (ReadOnlySpan<Side>)[Side.Guest, Side.Host, Side.Both, Side.Configuration])
            {
                foreach (var evidence in verdict.For.Where(e => e.Side == side).Take(EvidenceShown))
                {
                    screen.Wrapped($"{evidence.Sentence}  [{evidence.Source}]", Indent, null, "  " + SignalWords.Of(side));
                }
            }

            foreach (var evidence in verdict.Against.Take(EvidenceShown))
            {
                screen.Wrapped($"{evidence.Sentence}  [{evidence.Source}]", Indent, Styles.Dim, "  against");
            }

            foreach (var culprit in verdict.Culprits)
            {
                string who = culprit.Partition == Guid.Empty ? $"{culprit.Name} (on the host itself)" : $"VM {culprit.Name}";
                screen.Wrapped(
                    string.Create(CultureInfo.InvariantCulture, $"{who} used {culprit.Share * 100:0} % of the resource{(culprit.Process is { } p ? $", busiest process: {p}" : "")}"),
                    Indent, Styles.Warn, "  suspect");
            }

            foreach (var gap in episode.Gaps.Take(GapsShown))
            {
                screen.Wrapped($"{Clock(gap.FromSecond)} to {Clock(gap.ToSecond + 1)} UTC: {GapText.Of(gap.Cause)}", Indent, Styles.Dim, "  gap");
            }

            foreach (string missing in verdict.NotMeasured.Take(UnmeasuredShown))
            {
                screen.Wrapped(missing, Indent, Styles.Dim, "  no data");
            }

            if (verdict.WhatHelps.Length > 0)
            {
                screen.Wrapped(verdict.WhatHelps, Indent, null, "  advice");
            }
        }
    }

    /// <summary>One sentence: which VMs could not be judged.</summary>
    public static string Unjudged(OfflineAnswer answer) => Unjudged([.. answer.Hosts.SelectMany(h => h.Vms).Where(v => !v.IsJudged)]);

    private static string Unjudged(List<OfflineVm> vms) => $"{Vms(vms.Count)} could not be diagnosed: {Names(vms)}.";

    private static string Summary(OfflineResult result)
    {
        string where = result.Host.Length > 0 ? result.Host + ", " : "";
        string when = $"{Clock(result.FromSecond)} to {Clock(result.ToSecond + 1)} UTC";
        int hurt = result.Episodes.Select(e => e.Partition).Distinct().Count();
        var unjudged = result.Vms.Where(v => !v.IsJudged).ToList();
        int judged = result.Vms.Count - unjudged.Count;
        string others = unjudged.Count == 0 ? "" : " " + Unjudged(unjudged);
        if (judged == 0)
        {
            return $"{where}{when}:{others}";
        }

        if (hurt == 0)
        {
            return $"{where}{when}: none of {Vms(judged)} was affected.{others}";
        }

        var worst = result.Episodes.OrderBy(e => e.Hypothesis == HypothesisIds.Unknown).ThenByDescending(e => e.Severity).First();
        string name = result.Vms.FirstOrDefault(v => v.Id == worst.Partition)?.Name ?? "";
        return $"{where}{when}: {hurt} of {Vms(judged)} affected. Greatest impact: {name}, {worst.Verdict.Title.ToLowerInvariant()} ({SignalWords.Of(worst.Verdict.Side)}) since {Clock(worst.OnsetSecond)}.{others}";
    }

    private static string Names(IReadOnlyList<OfflineVm> vms) =>
        string.Join(", ", vms.Take(NamesShown).Select(v => v.Name)) + (vms.Count > NamesShown ? $" and {vms.Count - NamesShown} more" : "");

    private static string Vms(int count) => count == 1 ? "1 VM" : count.ToString(CultureInfo.InvariantCulture) + " VMs";

    private static string Clock(long second) =>
        DateTimeOffset.FromUnixTimeSeconds(second).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
