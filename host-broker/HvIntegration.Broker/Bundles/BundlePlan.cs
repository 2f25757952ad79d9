using HvIntegration.Model;

namespace HvIntegration.Broker.Bundles;

/// <summary>What one bundle is to hold; checked, so that it can be written.</summary>
/// <param name="Vm">The VM it is about.</param>
/// <param name="FromSecond">First second of the range.</param>
/// <param name="ToSecond">End of the range, not in it.</param>
/// <param name="WithUsers">User ids as they are.</param>
/// <param name="WithOthers">The inside of the other VMs, and names of processes outside the VM.</param>
/// <param name="Insides">VMs whose inside comes along.</param>
internal sealed record BundlePlan(PartitionInfo Vm, long FromSecond, long ToSecond, bool WithUsers, bool WithOthers, IReadOnlyCollection<Guid> Insides)
{
    /// <summary>First second of the data.</summary>
    public long LeadSecond => Math.Max(0, FromSecond - BundleFormat.LeadSeconds);
}
