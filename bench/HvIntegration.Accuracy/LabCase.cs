namespace HvIntegration.Accuracy;

/// <summary>One fault injected into a real guest.</summary>
/// <param name="Truth">Hypothesis id of what was injected.</param>
/// <param name="Vm">The victim.</param>
/// <param name="Culprit">The VM that took the resource; null where nobody did.</param>
/// <param name="Suspect">First culprit the broker named near the end; empty when none.</param>
/// <param name="Onset">Second of the injection.</param>
/// <param name="End">Second of the healing.</param>
/// <param name="Answer">What <c>/api/v1/vms/VM/verdicts</c> said of this time.</param>
internal sealed record LabCase(string Truth, string Vm, string? Culprit, string Suspect, long Onset, long End, LabAnswer Answer);

/// <summary>The part of the answer that is scored.</summary>
internal sealed record LabAnswer(IReadOnlyList<LabSpan> Verdicts);

/// <summary>A verdict that held from one second up to, and without, another.</summary>
internal sealed record LabSpan(long FromSecond, long ToSecond, string Hypothesis, double Probability);
