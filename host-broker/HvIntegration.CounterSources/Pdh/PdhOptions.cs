using System.ComponentModel.DataAnnotations;

namespace HvIntegration.CounterSources.Pdh;

/// <summary>Settings of the pdh source.</summary>
public sealed class PdhOptions
{
    /// <summary>Time after which counters that are missing are asked for again.</summary>
    /// <value>Seconds, 1 to 3,600. Default 30.</value>
    [Range(1, 3600)]
    public int RetrySeconds { get; set; } = 30;

    /// <summary>Virtual processors of all VMs up to which the hypervisor's cost counters are read for each of them.</summary>
    /// <value>0 to 100,000. Default 1,024.</value>
    [Range(0, 100_000)]
    public int CostProcessorsMax { get; set; } = 1_024;

    /// <summary>Time between two reads of the inventory; a change event makes the next one come at once.</summary>
    /// <value>Seconds, 2 to 300. Default 15.</value>
    [Range(2, 300)]
    public int InventorySeconds { get; set; } = 15;

    /// <summary>VM name to GUID, where neither Hyper-V nor adapter rows tell.</summary>
    public Dictionary<string, Guid> Partitions { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Part of a disk's path to VM name, where Hyper-V does not tell.</summary>
    public Dictionary<string, string> DiskOwners { get; } = new(StringComparer.OrdinalIgnoreCase);
}
