namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>How the instances of a set name what they are about.</summary>
internal enum InstanceKind
{
    /// <summary>The host, whatever the instance; also sets without instances.</summary>
    Host,

    /// <summary>One of many rows of the host, <c>_Total</c> left out; the instance is not shown.</summary>
    HostPart,

    /// <summary>A part of the host by its own name, <c>_Total</c> left out: NUMA nodes.</summary>
    NamedPart,

    /// <summary>A virtual switch by its name.</summary>
    Switch,

    /// <summary><c>_Total</c>, for <see cref="HostMemory"/>: it takes the row when all others are planned.</summary>
    HostTotal,

    /// <summary><c>NAME:Hv VP n</c>.</summary>
    VirtualProcessor,

    /// <summary><c>NAME:WP VP n</c>.</summary>
    WorkerProcessor,

    /// <summary><c>Hv LP n</c>, and <c>_Total</c> for recordings that have no other.</summary>
    LogicalProcessor,

    /// <summary><c>Root VP n</c>.</summary>
    RootProcessor,

    /// <summary>The VM's display name and nothing else.</summary>
    Vm,

    /// <summary>The VM's name, a colon and a text that is the same in every row.</summary>
    VmAndSuffix,

    /// <summary>As <see cref="VmAndSuffix"/>, shown as a disk.</summary>
    IdeController,

    /// <summary>Path of a virtual disk with <c>-</c> for <c>\</c>.</summary>
    VirtualDisk,

    /// <summary>Drive letter or mount point of a volume.</summary>
    Volume,

    /// <summary>Number and drive letters of a physical disk; its first letter is shown.</summary>
    PhysicalDisk,

    /// <summary>Name of a cluster shared volume.</summary>
    ClusterVolume,

    /// <summary>Adapter of a VM, which carries its GUID, or of the host.</summary>
    NetworkAdapter,

    /// <summary>As <see cref="NetworkAdapter"/>, those of VMs only.</summary>
    VmNetworkAdapter,

    /// <summary>Emulated network adapter of a VM: <c>NAME:Ethernet Card</c>.</summary>
    LegacyAdapter,

    /// <summary>Network adapter of the root partition; virtual and tunnel adapters are left out.</summary>
    Uplink,

    /// <summary>As <see cref="Uplink"/>, in the set of all adapters: rows of filter drivers, and the duplicates with <c>#n</c> that Windows makes of an adapter, are left out.</summary>
    AdapterUplink,

    /// <summary><c>NAME:DEVICE-{GUID}</c>; device and the GUID's start are shown.</summary>
    Pipe,

    /// <summary>As <see cref="Pipe"/>; device and whole GUID are shown.</summary>
    PipeDevice,
}
