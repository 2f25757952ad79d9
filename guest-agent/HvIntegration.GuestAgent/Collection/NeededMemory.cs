namespace HvIntegration.GuestAgent.Collection;

/// <summary>What the guest could not give back, the same rule on every platform.</summary>
internal static class NeededMemory
{
    /// <summary>Usable memory minus what is available beyond a reserve of 5 % of usable, in the unit of the arguments.</summary>
    public static long Of(long total, long available) => Math.Max(0, total - Math.Max(0, available - (total / 20)));
}
