using HvIntegration.Model;

namespace HvIntegration.History;

/// <summary>One second of one VM as it was kept. Evidence and suspects are not: they follow from the signals.</summary>
/// <param name="Second">Host second.</param>
/// <param name="HasGuest">The guest side covered it.</param>
/// <param name="HasHost">The host side covered it.</param>
/// <param name="Signals">Id, value, half width of the error bar (both NaN when missing) and quality.</param>
/// <param name="Hypothesis">Cause.</param>
/// <param name="Side">Side of the cause.</param>
/// <param name="Probability">0 to 1.</param>
/// <param name="Title">For lists.</param>
/// <param name="Sentence">For people.</param>
/// <param name="WhatHelps">What would help.</param>
/// <param name="EpisodeOnset">First second of the episode it belongs to; null without one.</param>
/// <param name="Severity">Of that episode until then.</param>
public sealed record RecordedSecond(
    long Second, bool HasGuest, bool HasHost, IReadOnlyList<RecordedSignal> Signals, string Hypothesis, Side Side, double Probability,
    string Title, string Sentence, string WhatHelps, long? EpisodeOnset, double? Severity);

/// <summary>A derived signal of a kept second.</summary>
public readonly record struct RecordedSignal(string Id, double Value, double ErrorBar, SampleQuality Quality);
