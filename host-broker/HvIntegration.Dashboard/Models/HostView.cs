namespace HvIntegration.Dashboard.Models;

/// <summary>The host as its page shows it.</summary>
/// <param name="Strip">The host in one line.</param>
/// <param name="Vms">VMs, greatest use first.</param>
/// <param name="Memory">Who has the memory.</param>
/// <param name="Stores">Stores of the host (backing devices).</param>
/// <param name="Switches">Virtual switches; none where the source does not count them.</param>
/// <param name="Adapters">Virtual adapters of VMs.</param>
public sealed record HostView(
    HostStrip Strip, IReadOnlyList<HostVmLine> Vms, IReadOnlyList<MemoryPart> Memory, IReadOnlyList<StoreLine> Stores,
    IReadOnlyList<SwitchLine> Switches, IReadOnlyList<AdapterLine> Adapters);

/// <summary>What one VM takes of the host now.</summary>
public sealed record HostVmLine(Guid Id, string Name, Figure Processors, Figure Ready, Figure Overhead, Figure Memory, Figure Iops, Figure Bytes, Figure Network, Figure Dropped);

/// <summary>A part of the host's memory.</summary>
/// <param name="Vm">VM GUID; null for what belongs to no VM.</param>
/// <param name="Name">Name of the user of the memory.</param>
/// <param name="Bytes">Size in bytes.</param>
/// <param name="Share">Of the host's memory.</param>
/// <param name="Color">Name of the style sheet's colour; empty for free memory.</param>
public sealed record MemoryPart(Guid? Vm, string Name, double Bytes, double Share, string Color);

/// <summary>Traffic of a VM's adapter.</summary>
public sealed record AdapterLine(string Vm, Guid VmId, string Adapter, Figure Received, Figure Sent, Figure Dropped);
