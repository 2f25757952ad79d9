namespace HvIntegration.Dashboard.Models;

/// <summary>An episode as the pages show it.</summary>
/// <param name="Address">Permanent address of the episode.</param>
/// <param name="Vm">GUID of the VM.</param>
/// <param name="VmName">Display name: text of somebody else.</param>
/// <param name="Hypothesis">Id of the cause.</param>
/// <param name="Title">Cause in a few words.</param>
/// <param name="Onset">First second of the episode, Unix.</param>
/// <param name="Held">Last second in which the cause held.</param>
/// <param name="End">Last second; null while it goes on.</param>
/// <param name="Severity">0 to 1, from harm to the guest.</param>
/// <param name="Probability">0 to 1, at its most certain second.</param>
/// <param name="Sentence">Verdict at that second.</param>
/// <param name="WhatHelps">Advice in one line.</param>
/// <param name="Evidence">Evidence at that second.</param>
/// <param name="Suspects">Who takes what is short, greatest share first.</param>
/// <param name="Note">What somebody who has seen it says; null when nobody has.</param>
public sealed record EpisodeRow(
    string Address, Guid Vm, string VmName, string Hypothesis, string Title, long Onset, long Held, long? End, double Severity, double Probability,
    string Sentence, string WhatHelps, IReadOnlyList<EvidenceLine> Evidence, IReadOnlyList<Suspect> Suspects, SeenNote? Note)
{
    /// <summary>Stretches in it in which a side told nothing, oldest first.</summary>
    public IReadOnlyList<GapLine> Gaps { get; init; } = [];

    /// <summary>It is in history only: its evidence is gone, and it changes no more.</summary>
    public bool IsKept { get; init; }

    /// <summary>Who is to blame.</summary>
    public VerdictKind Kind { get; } = RecordedKinds.Of(Hypothesis);

    /// <summary>What the sentence says after the VM, its cause and the time; the whole of it where only the sentence is kept.</summary>
    public string Because { get; init; } = Sentence;

    /// <summary>Seconds from the first to the last in which its cause held.</summary>
    public long Lasted => Math.Max(0, Held - Onset + 1);
}

/// <summary>Somebody has seen an episode.</summary>
public sealed record SeenNote(long Second, string By, string Text);
