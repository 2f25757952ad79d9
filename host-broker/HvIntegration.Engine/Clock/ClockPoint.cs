namespace HvIntegration.Engine.Clock;

/// <summary>One exchange reduced to what a fit needs.</summary>
/// <param name="HostNs">Host time in the middle of the exchange.</param>
/// <param name="OffsetNs">Guest minus host, less the epoch's base offset.</param>
/// <param name="HalfDelayNs">Half of the round trip: the offset is within this of the truth.</param>
/// <param name="GuestNs">Guest monotonic time as the reply left.</param>
internal readonly record struct ClockPoint(long HostNs, double OffsetNs, double HalfDelayNs, long GuestNs);
