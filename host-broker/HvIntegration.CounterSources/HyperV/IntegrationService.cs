namespace HvIntegration.CounterSources.HyperV;

/// <summary>One integration service of a VM and its state.</summary>
/// <param name="Name">Stable lower-case name: heartbeat, time-sync, key-value, shutdown, vss, guest-services.</param>
/// <param name="IsEnabled">Offered to the guest.</param>
/// <param name="IsWell">The guest answers; null when it is off or not told.</param>
/// <param name="Text">The state as users read it.</param>
public sealed record IntegrationService(string Name, bool IsEnabled, bool? IsWell, string Text);
