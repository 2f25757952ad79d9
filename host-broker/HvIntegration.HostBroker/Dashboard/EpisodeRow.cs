namespace HvIntegration.HostBroker.Dashboard;

/// <summary>An episode as the pages show it.</summary>
/// <param name="Address">Name for ever.</param>
/// <param name="Vm">VM GUID.</param>
/// <param name="VmName">Display name: text of somebody else.</param>
/// <param name="Hypothesis">Cause.</param>
/// <param name="Title">Cause in a few words.</param>
/// <param name="Onset">First second.</param>
/// <param name="Held">Last second in which the cause held.</param>
/// <param name="End">Last second; null while it goes on.</param>
/// <param name="Severity">0 to 1, from harm to the guest.</param>
/// <param name="Probability">0 to 1, at its most certain second.</param>
/// <param name="Sentence">Verdict at that second.</param>
/// <param name="WhatHelps">One line.</param>
/// <param name="Evidence">Evidence at that second.</param>
/// <param name="Suspects">Who takes what is short, greatest share first.</param>
/// <param name="Note">What somebody who has seen it says; null when nobody has.</param>
public sealed record EpisodeRow(
    string Address, Guid Vm, string VmName, string Hypothesis, string Title, long Onset, long Held, long? End, double Severity, double Probability,
    string Sentence, string WhatHelps, IReadOnlyList<EvidenceLine> Evidence, IReadOnlyList<Suspect> Suspects, SeenNote? Note)
{
    /// <summary>Stretches in it in which a side told nothing, oldest first.</summary>
    public IReadOnlyList<GapLine> Gaps { get; init; } = [];

    /// <summary>Who is to blame.</summary>
    public VerdictKind Kind { get; } = VerdictKinds.Of(Hypothesis);

    /// <summary>What the sentence says after "VM suffers from CAUSE since TIME:"; the whole of it when it says it otherwise.</summary>
    public string Because
    {
        get
        {
            int colon = Sentence.IndexOf(" UTC: ", StringComparison.Ordinal);
            return colon < 0 ? Sentence : Sentence[(colon + 6)..];
        }
    }

    /// <summary>Seconds from the first to the last in which its cause held.</summary>
    public long Lasted => Math.Max(0, Held - Onset + 1);
}

/// <summary>Somebody has seen an episode.</summary>
public sealed record SeenNote(long Second, string By, string Text);
