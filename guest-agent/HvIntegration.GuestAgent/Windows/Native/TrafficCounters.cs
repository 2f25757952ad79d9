namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary>Counters of one direction of an interface, since it came up.</summary>
/// <param name="Bytes">Bytes, headers included.</param>
/// <param name="Packets">Unicast and other packets.</param>
/// <param name="Errors">Packets with errors.</param>
/// <param name="Dropped">Packets dropped though they were good.</param>
internal readonly record struct TrafficCounters(long Bytes, long Packets, long Errors, long Dropped);
