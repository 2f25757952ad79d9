namespace HvIntegration.Broker.Live;

/// <summary>Somebody has seen an episode.</summary>
/// <param name="Second">Host second in which it was said.</param>
/// <param name="By">Who, as they say; empty when they do not.</param>
/// <param name="Note">What they know of it; may be empty.</param>
internal sealed record Acknowledgement(long Second, string By, string Note);
