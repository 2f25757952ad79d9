namespace HvIntegration.HostBroker.Commands;

/// <summary>Result of the check of one prerequisite.</summary>
/// <param name="Name">Short name of the prerequisite.</param>
/// <param name="Ok">False fails the check.</param>
/// <param name="Text">What was found, and the remedy.</param>
internal sealed record CheckLine(string Name, bool Ok, string Text);
