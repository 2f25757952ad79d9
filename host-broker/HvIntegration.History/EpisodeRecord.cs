using HvIntegration.Model;

namespace HvIntegration.History;

/// <summary>An episode as history has it: the seconds that named its onset.</summary>
/// <param name="Partition">VM GUID.</param>
/// <param name="OnsetSecond">First second; with the VM the key of the episode.</param>
/// <param name="LastSecond">Newest second that belongs to it; whether it goes on is known by the live engine only.</param>
/// <param name="Hypothesis">The named cause of most of its seconds.</param>
/// <param name="Side">Side of that cause.</param>
/// <param name="Severity">Greatest, 0 to 1.</param>
/// <param name="Probability">Of the verdict at its most certain second.</param>
/// <param name="Title">Of the same verdict.</param>
/// <param name="Sentence">Of the same verdict.</param>
public sealed record EpisodeRecord(
    Guid Partition, long OnsetSecond, long LastSecond, string Hypothesis, Side Side, double Severity, double Probability, string Title, string Sentence);
