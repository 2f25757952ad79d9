using HvIntegration.Api.Contract;
using HvIntegration.Model;

namespace HvIntegration.Broker.Bundles;

/// <summary>What a bundle is.</summary>
/// <param name="Format">See <see cref="BundleFormat.Version"/>.</param>
/// <param name="Version">Version of the hvi that wrote it.</param>
/// <param name="WrittenSecond">Host second in which it was written.</param>
/// <param name="Source">Where its host numbers came from when they were recorded.</param>
/// <param name="Vm">The VM it is about.</param>
/// <param name="FromSecond">First second of the range.</param>
/// <param name="ToSecond">End of the range, not in it.</param>
/// <param name="LeadSecond">First second that may have data: what came before the range tells what is normal.</param>
/// <param name="WithUsers">User ids are as they were.</param>
/// <param name="WithOthers">The inside of the other VMs and names of processes outside the VM are there.</param>
/// <param name="Parts">All other parts of the bundle.</param>
internal sealed record BundleManifest(
    int Format, string Version, long WrittenSecond, SourceLabel Source, VmRef Vm, long FromSecond, long ToSecond, long LeadSecond, bool WithUsers, bool WithOthers,
    IReadOnlyList<BundlePart> Parts);

/// <summary>One part of the bundle, with length and checksum.</summary>
/// <param name="Name">Name in the zip.</param>
/// <param name="Bytes">Unpacked length in bytes.</param>
/// <param name="Sha256">Of the unpacked bytes, hexadecimal.</param>
internal sealed record BundlePart(string Name, long Bytes, string Sha256);

/// <summary>The VMs of the host as they were when the bundle was written.</summary>
/// <param name="Partitions">Each VM of which there are numbers.</param>
/// <param name="Insides">Those of which the inside is there.</param>
/// <param name="Agent">Agent of the bundle's VM, as it was when the bundle was written.</param>
internal sealed record BundleInventory(IReadOnlyList<PartitionInfo> Partitions, IReadOnlyList<Guid> Insides, AgentView Agent);

/// <summary>An episode as the broker told it.</summary>
/// <param name="Episode">The episode itself, with its address.</param>
/// <param name="Verdict">At its most certain second, with evidence; null when the broker had only the sentence.</param>
internal sealed record BundleEpisode(EpisodeView Episode, VerdictView? Verdict);
