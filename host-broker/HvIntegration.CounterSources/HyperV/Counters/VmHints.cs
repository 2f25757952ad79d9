namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>What the administrator says about VMs where counters and Hyper-V's management do not.</summary>
public sealed record VmHints
{
    /// <summary>VM name to GUID.</summary>
    public IReadOnlyDictionary<string, Guid> Partitions { get; init; } = new Dictionary<string, Guid>();

    /// <summary>Part of a disk's path to VM name; the longest part that fits counts.</summary>
    public IReadOnlyDictionary<string, string> DiskOwners { get; init; } = new Dictionary<string, string>();

    /// <summary>Advice about a disk of no known VM, as the end of a sentence.</summary>
    public string DiskOwnerRemedy { get; init; } = "set its owner with DiskOwners";
}
