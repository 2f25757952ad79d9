namespace HvIntegration.Broker.Pipeline;

/// <summary>Longest read of the counter source.</summary>
/// <param name="Milliseconds">More than 0.</param>
internal sealed record SourceTimeout(int Milliseconds);
