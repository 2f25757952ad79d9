namespace HvIntegration.Engine.Clock;

/// <summary>A break in the relation of a guest's clock to the host's.</summary>
/// <param name="FromHostNs">Host time of the last exchange before it.</param>
/// <param name="ToHostNs">Host time of the first exchange after it.</param>
/// <param name="LostNs">Host time that the guest did not live through; negative when the guest's clock jumped ahead.</param>
/// <param name="Cause">"pause" or "step".</param>
public readonly record struct ClockBreak(long FromHostNs, long ToHostNs, double LostNs, string Cause);
