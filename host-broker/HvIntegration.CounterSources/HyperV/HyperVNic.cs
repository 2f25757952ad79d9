namespace HvIntegration.CounterSources.HyperV;

/// <summary>One network adapter of a VM, as management lists it.</summary>
/// <param name="Name">Display name, in the language of whoever made it.</param>
/// <param name="AdapterId">GUID or index; unique within the VM only.</param>
/// <param name="Mac">Permanent address, hexadecimal.</param>
/// <param name="IsLegacy">Emulated: slow, and costs the host processor time.</param>
public sealed record HyperVNic(string Name, string AdapterId, string Mac, bool IsLegacy);
