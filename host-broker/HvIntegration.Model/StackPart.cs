namespace HvIntegration.Model;

/// <summary>A part of the virtualization stack between a guest and the hardware, as the field names it.</summary>
public enum StackPart
{
    /// <summary>The hypervisor itself: what it costs to serve a virtual processor.</summary>
    Hypervisor,

    /// <summary>The root partition and its virtual processors (on Linux, the host's own system).</summary>
    Root,

    /// <summary>The virtualization infrastructure driver: memory of partitions and where it lies.</summary>
    Vid,

    /// <summary>The bus between root and guest.</summary>
    Vmbus,

    /// <summary>Provider of the virtual disks in the root.</summary>
    StorageVsp,

    /// <summary>Provider of the virtual adapters and the switch in the root.</summary>
    NetworkVsp,

    /// <summary>The consumers inside the guest: its drivers of the bus.</summary>
    Vsc,

    /// <summary>The management service of the host, VMMS.</summary>
    Vmms,

    /// <summary>The VM's worker process (on QEMU, the process that is the VM).</summary>
    Worker,

    /// <summary>Integration components in the guest, and devices that are still emulated for want of them.</summary>
    Integration,
}
