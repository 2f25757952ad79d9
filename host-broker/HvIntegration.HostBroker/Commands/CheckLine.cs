namespace HvIntegration.HostBroker.Commands;

/// <summary>One prerequisite.</summary>
/// <param name="Name">Short.</param>
/// <param name="Ok">False fails the check.</param>
/// <param name="Text">What was found, and the remedy.</param>
internal sealed record CheckLine(string Name, bool Ok, string Text);
