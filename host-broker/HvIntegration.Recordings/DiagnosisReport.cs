using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using HvIntegration.Model;
using HvIntegration.Protocol.Text;

namespace HvIntegration.Recordings;

/// <summary>The answer of <c>hvi diagnose --host --format json</c>; schema: docs/schemas/diagnosis.schema.json.</summary>
/// <param name="Version">Version of the format, 1.</param>
/// <param name="From">First second of the window.</param>
/// <param name="To">End of its last second.</param>
/// <param name="Vms">VMs, sorted by name.</param>
/// <param name="Episodes">Episodes, sorted by start.</param>
internal sealed record DiagnosisReport(
    int Version, string From, string To, IReadOnlyList<DiagnosisReport.VmPart> Vms, IReadOnlyList<DiagnosisReport.EpisodePart> Episodes)
{
    private const int EvidenceMax = 24;

    private static readonly JsonSerializerOptions Writing = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Puts a result in the form of the answer.</summary>
    public static DiagnosisReport Of(OfflineAnswer answer)
    {
        bool named = answer.Hosts.Count > 1;
        return new DiagnosisReport(
            1, Time(answer.Hosts.Min(h => h.FromSecond)), Time(answer.Hosts.Max(h => h.ToSecond) + 1),
            [.. answer.Hosts.SelectMany(h => h.Vms.Select(v => Part(v, named ? h.Host : null)))],
            [.. answer.Hosts.SelectMany(h => Parts(h, named ? h.Host : null)).OrderBy(e => e.Start, StringComparer.Ordinal)]);
    }

    /// <summary>The report as JSON text in the form of docs/schemas.</summary>
    public string ToJson() => SafeText.InJson(JsonSerializer.Serialize(this, Writing));

    private static VmPart Part(OfflineVm vm, string? host) => new(
        vm.Name, vm.KnownId?.ToString().ToUpperInvariant(),
        new CoveragePart(Share(vm.GuestSeconds, vm.Seconds), Share(vm.HostSeconds, vm.Seconds)),
        new ClockPart(Math.Round((vm.Clock?.OffsetNs ?? 0) / 1e6), 0, Math.Round((vm.Clock?.ErrorNs ?? 0) / 1e6)),
        vm.IsJudged, [.. RecordingRemedy.Resources.Where(r => !vm.IsMostlyJudged(r)).Select(RecordingRemedy.Name)])
    {
        Host = host,
    };

    private static IEnumerable<EpisodePart> Parts(OfflineResult result, string? host)
    {
        var byId = result.Vms.ToDictionary(v => v.Id);
        return result.Episodes.Select(e => Part(e, byId.GetValueOrDefault(e.Partition)) with { Host = host });
    }

    private static EpisodePart Part(Episode episode, OfflineVm? vm)
    {
        var verdict = episode.Verdict;
        var evidence = verdict.For.Concat(verdict.Against).OrderByDescending(e => Math.Abs(e.LogOdds)).Take(EvidenceMax).Select(EvidenceOf).ToList();
        List<string> unmeasured = [.. verdict.NotMeasured];
        if (vm is { GuestActivity: null })
        {
            unmeasured.Add("guest side: no guest recording for this VM");
        }
        else if (vm is { OnHost: false })
        {
            unmeasured.Add("host side: the recording of the host has no rows of this VM");
        }

        return new EpisodePart(
            vm?.Name ?? episode.Partition.ToString(), episode.Hypothesis, SignalWords.Resource(episode.Hypothesis), SignalWords.Of(verdict.Side),
            Time(episode.OnsetSecond), Time((episode.EndSecond ?? episode.OnsetSecond) + 1), episode.SeverityWord, Round(verdict.Probability),
            [.. verdict.Alternatives.Select(a => new AlternativePart(a.Hypothesis, Round(a.Probability)))],
            evidence,
            [.. verdict.Culprits.Select(c => new CulpritPart(
                c.Partition == Guid.Empty ? "root" : c.Name, c.Partition == Guid.Empty ? RootProcess(c) : c.Process, Round(Math.Clamp(c.Share, 0, 1)),
                c.Correlation is { } r ? Round(r) : null))],
            unmeasured, verdict.WhatHelps)
        {
            Occurrences = episode.Occurrences > 1 ? episode.Occurrences : null,
            Gaps = episode.Gaps.Count == 0 ? null : [.. episode.Gaps.Select(g => new GapPart(Time(g.FromSecond), Time(g.ToSecond + 1), g.Cause, GapText.Of(g.Cause)))],
        };
    }

    private static string? RootProcess(Culprit culprit) =>
        culprit.Process ?? (culprit.Kind is CulpritKind.RootPartition or CulpritKind.RootPartitionRest ? null : culprit.Name);

    private static EvidencePart EvidenceOf(Evidence evidence)
    {
        var (factor, unit) = SignalWords.Shown(evidence.Unit);
        return new EvidencePart(
            SignalWords.Of(evidence.Side), SignalWords.Of(evidence.SignalId), evidence.Source,
            Number(evidence.Value * factor), Number(evidence.Limit * factor), unit, evidence.Supports);
    }

    private static double? Number(double value) =>
        !double.IsFinite(value) ? null : Math.Abs(value) >= 1e6 ? Math.Round(value) : Math.Round(value, 3);

    private static double Round(double share) => double.IsFinite(share) ? Math.Round(share, 3) : 0;

    private static double Share(long part, long whole) => whole == 0 ? 0 : Math.Round((double)part / whole, 3);

    private static string Time(long second) =>
        DateTimeOffset.FromUnixTimeSeconds(second).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>One VM of the report.</summary>
    /// <param name="Vm">Name as the host has it.</param>
    /// <param name="Id">GUID; null where it is not known.</param>
    /// <param name="Coverage">Share of the window each side covers.</param>
    /// <param name="Clock">Guest clock against host clock.</param>
    /// <param name="Diagnosed">Whether it could be diagnosed in most of the window.</param>
    /// <param name="NotDiagnosed">Resources that could not be diagnosed in most of the window.</param>
    internal sealed record VmPart(string Vm, string? Id, CoveragePart Coverage, ClockPart Clock, bool Diagnosed, IReadOnlyList<string> NotDiagnosed)
    {
        /// <summary>Its host; left out where recordings are of one host.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Host { get; init; }
    }

    /// <summary>Share of the window each side covers.</summary>
    internal sealed record CoveragePart(double Guest, double Host);

    /// <summary>Guest clock against host clock.</summary>
    internal sealed record ClockPart(double OffsetMs, double DriftPpm, double ErrorMs);

    /// <summary>One episode of the report.</summary>
    internal sealed record EpisodePart(
        string Vm, string Hypothesis, string Resource, string Side, string Start, string End, string Severity, double Probability,
        IReadOnlyList<AlternativePart> Alternatives, IReadOnlyList<EvidencePart> Evidence, IReadOnlyList<CulpritPart> Culprits,
        IReadOnlyList<string> Unmeasured, string Advice)
    {
        /// <summary>How often its cause came, where it recurred; left out for one that held once.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public int? Occurrences { get; init; }

        /// <summary>Host of the VM; left out where recordings are of one host.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Host { get; init; }

        /// <summary>Stretches in it in which a side told nothing; left out where there are none.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<GapPart>? Gaps { get; init; }
    }

    /// <summary>A stretch in which a side told nothing.</summary>
    internal sealed record GapPart(string Start, string End, string Cause, string Words);

    /// <summary>Another hypothesis and its probability.</summary>
    internal sealed record AlternativePart(string Hypothesis, double Probability);

    /// <summary>One piece of evidence; for and against.</summary>
    internal sealed record EvidencePart(string Side, string Signal, string Counter, double? Value, double? Limit, string Unit, bool Supports);

    /// <summary>A suspect with its share of the resource.</summary>
    internal sealed record CulpritPart(string Vm, string? Process, double Share, double? Correlation);
}
