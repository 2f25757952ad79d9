namespace HvIntegration.HostBroker.CounterSources.HyperV;

/// <summary>An integration service.</summary>
/// <param name="Name">Stable lower-case name: heartbeat, time-sync, key-value, shutdown, vss, guest-services.</param>
/// <param name="IsEnabled">Offered to the guest.</param>
/// <param name="IsWell">The guest answers; null when it is off or not told.</param>
/// <param name="Text">State in words.</param>
internal sealed record IntegrationService(string Name, bool IsEnabled, bool? IsWell, string Text);
