using HvIntegration.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Cases;

/// <summary>One possible cause. Pure and without state: the same window gives the same case.</summary>
internal interface IHypothesis
{
    /// <summary>Stable id, see <see cref="HypothesisIds"/>.</summary>
    string Id { get; }

    /// <summary>Which side is to blame.</summary>
    Side Side { get; }

    /// <summary>Hypotheses of one family compete.</summary>
    ResourceFamily Family { get; }

    /// <summary>Signal whose change marks the onset.</summary>
    SignalDefinition OnsetSignal { get; }

    /// <summary>Which resource's other users are suspects.</summary>
    SharedResource Shared { get; }

    /// <summary>Asks its questions of a window and files the answers.</summary>
    void Weigh(SignalWindow window, CaseFile file);

    /// <summary>Harm to the guest, 0 to 1; NaN when it cannot be told.</summary>
    double Severity(SignalWindow window);

    /// <summary>Signals whose levels tell the reason.</summary>
    IReadOnlyList<SignalDefinition> Levels => [];

    /// <summary>The fact that tells the reason where levels do not; null without one.</summary>
    Fact? Because(SignalWindow window) => null;

    /// <summary>The process of the guest that it lies in; null when none is known.</summary>
    string? Process(SignalWindow window) => null;

    /// <summary>Which advice fits: the id of the hypothesis, or one of <see cref="AdviceIds"/>; empty for none.</summary>
    string Advice(SignalWindow window) => Id;

    /// <summary>An episode shorter than this many seconds is not kept: the guest's own short wishes are no incident.</summary>
    int EpisodeSecondsMin => 0;

    /// <summary>Seconds that its episode waits for it to come back, where that is longer than usual; 0 where it is not. Asked while it is the cause of a second.</summary>
    int EpisodeRestSeconds(SignalWindow window) => 0;

    /// <summary>Host second at which it is known to have begun; null when the onset signal tells.</summary>
    long? Began(SignalWindow window) => null;
}
