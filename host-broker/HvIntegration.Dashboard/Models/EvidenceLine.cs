namespace HvIntegration.Dashboard.Models;

/// <summary>One piece of evidence as a page shows it.</summary>
/// <param name="Stand">for, against or missing.</param>
/// <param name="Sentence">The evidence as text.</param>
/// <param name="Native">Native counter; empty when there is none.</param>
/// <param name="Weight">Log odds it added or took; 0 when it was not measured.</param>
public sealed record EvidenceLine(string Stand, string Sentence, string Native, double Weight);
