using HvIntegration.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>What one second of a VM came to, before it is joined to an episode.</summary>
/// <param name="Winner">Cause of the second; <see cref="HypothesisIds.None"/> or <see cref="HypothesisIds.Unknown"/> when there is none.</param>
/// <param name="SecondsMin">Shorter episodes of the winner are not kept.</param>
/// <param name="Rival">The winner explains the same harm as the open episode's cause.</param>
/// <param name="Fell">The open episode's cause no longer stands: what it asks for fails, even by the eased limits, or something rules it out.</param>
/// <param name="Harmed">Something hurts, explained or not.</param>
/// <param name="IsGap">This second cannot be judged. Without data an episode is carried on.</param>
/// <param name="OnsetSignal">Signal whose change marks the onset of the winner.</param>
/// <param name="Began">Second at which the winner is known to have begun; null when the signal tells.</param>
internal readonly record struct SecondOutcome(
    string Winner, int SecondsMin, bool Rival, bool Fell, bool Harmed, bool IsGap, SignalDefinition OnsetSignal, long? Began)
{
    /// <summary>Seconds that the winner's episode waits for it to come back, where that is longer than usual; else 0.</summary>
    public int RestSeconds { get; init; }

    /// <summary>A second that is not judged.</summary>
    public static SecondOutcome Nothing { get; } = new(HypothesisIds.None, 0, false, false, false, false, SignalCatalog.GuestBusy, null);
}
