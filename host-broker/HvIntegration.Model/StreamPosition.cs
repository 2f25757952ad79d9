namespace HvIntegration.Model;

/// <summary>One boot of one VM: what a guest's monotonic clock and the sequences of its batches belong to.</summary>
/// <param name="Partition">VM GUID.</param>
/// <param name="Boot">Boot id as the guest names it; the same id of two VMs means nothing.</param>
public readonly record struct BootKey(Guid Partition, Guid Boot);

/// <summary>Where a batch lies in all that a VM ever sends: the key by which it is stored once.</summary>
/// <param name="Boot">Boot of the VM.</param>
/// <param name="Sequence">Number of the batch; rises within a boot.</param>
public readonly record struct StreamPosition(BootKey Boot, ulong Sequence);
