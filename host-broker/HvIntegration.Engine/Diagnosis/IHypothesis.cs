using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>One possible cause. Pure and without state: the same symptoms give the same case.</summary>
internal interface IHypothesis
{
    /// <summary>Stable id, see <see cref="HypothesisIds"/>.</summary>
    string Id { get; }

    /// <summary>Short name, lower case, as a sentence uses it.</summary>
    string Title { get; }

    /// <summary>Which side is to blame.</summary>
    Side Side { get; }

    /// <summary>Hypotheses of one family compete.</summary>
    ResourceFamily Family { get; }

    /// <summary>Signal whose change marks the onset.</summary>
    SignalDefinition OnsetSignal { get; }

    /// <summary>Which resource's other users are suspects.</summary>
    SharedResource Shared { get; }

    /// <summary>Asks its questions.</summary>
    void Weigh(Symptoms symptoms, CaseFile file);

    /// <summary>Harm to the guest, 0 to 1; NaN when it cannot be told.</summary>
    double Severity(Symptoms symptoms);

    /// <summary>The reason, as the part of the sentence after the colon.</summary>
    string Because(Symptoms symptoms);

    /// <summary>What would and would not help, one line.</summary>
    string WhatHelps(Symptoms symptoms);

    /// <summary>An episode shorter than this many seconds is not kept: the guest's own short wishes are no incident.</summary>
    int EpisodeSecondsMin => 0;

    /// <summary>Host second at which it is known to have begun; null when the onset signal tells.</summary>
    long? Began(Symptoms symptoms) => null;
}
