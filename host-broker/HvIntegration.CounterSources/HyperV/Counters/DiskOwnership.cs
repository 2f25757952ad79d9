using System.Text.RegularExpressions;
using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>Finds the VM of a virtual disk by its path, and the store that holds the disk.</summary>
/// <param name="names">VMs that were found in the columns.</param>
/// <param name="directory">VMs by Hyper-V's management.</param>
/// <param name="hints">Owners by the administrator: they go first.</param>
/// <param name="volumes">Names of the cluster shared volumes that have rows of their own.</param>
/// <param name="faults">Takes a sentence for each disk of no known VM.</param>
internal sealed partial class DiskOwnership(VmNames names, VmDirectory directory, VmHints hints, IReadOnlyList<string> volumes, List<string> faults)
{
    private const string ClusterFolder = "C:-ClusterStorage-";

    private readonly Dictionary<string, SeriesOwner> _owners = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Owner of a row of the storage set; null for state files, images of discs and DVD drives, which are no data disks.</summary>
    /// <param name="instance">Path with <c>-</c> for <c>\</c>.</param>
    public SeriesOwner? Find(string instance)
    {
        if (instance.EndsWith(".vmgs", StringComparison.OrdinalIgnoreCase) || instance.EndsWith(".vmrs", StringComparison.OrdinalIgnoreCase)
            || instance.EndsWith(".iso", StringComparison.OrdinalIgnoreCase) || instance.Equals("ISO", StringComparison.OrdinalIgnoreCase) || CounterPath.IsTotal(instance))
        {
            return null;
        }

        if (!_owners.TryGetValue(instance, out var owner))
        {
            var (vm, quality) = Search(instance);
            _owners[instance] = owner = new SeriesOwner(vm, Quality: quality);
        }

        return owner with { Label = instance };
    }

    /// <summary>Adds which store of the host a disk lies on: a mapping, by its true path where the inventory has it, else estimated from the instance.</summary>
    /// <param name="plan">Takes the series.</param>
    /// <param name="column">A column of the disk.</param>
    /// <param name="owner">By <see cref="Find"/>.</param>
    public void AddStore(SeriesPlan plan, int column, SeriesOwner owner)
    {
        string? path = directory.PathOfDisk(owner.Label!);
        if ((path is null ? StoreOfInstance(owner.Label!) : StoreOfPath(path)) is { } store)
        {
            plan.Put(new HostTarget(
                owner.Partition, HostSeries.Of(HostMetrics.DiskStore, owner.Label!, store.ToUpperInvariant()), SampleForm.Gauge, 0, "path of the disk", [column])
            { Offset = 1, Quality = path is null ? SampleQuality.Estimated : SampleQuality.Measured });
        }
    }

    [GeneratedRegex(@"^(?:--\?-)?(?<store>[A-Z]:-ClusterStorage-[^-]+|[A-Z]:|UNC-[^-]+-[^-]+)-", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex InstancePattern();

    [GeneratedRegex(@"^(?:\\\\\?\\)?(?:(?<drive>[A-Z]:)\\(?:ClusterStorage\\(?<volume>[^\\]+)\\)?|(?:UNC\\|\\\\)(?<server>[^\\?]+)\\(?<share>[^\\]+)\\)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PathPattern();

    // In the same form as an instance of the store's own counters.
    private static string? StoreOfPath(string path) => PathPattern().Match(path) is not { Success: true } match ? null
        : match.Groups["server"].Success ? $"UNC-{match.Groups["server"].Value}-{match.Groups["share"].Value}"
        : match.Groups["volume"].Success ? $"{match.Groups["drive"].Value}-ClusterStorage-{match.Groups["volume"].Value}"
        : match.Groups["drive"].Value;

    // An instance has hyphens for backslashes: where the name of a volume ends, the rows of the volume tell.
    private string? StoreOfInstance(string instance)
    {
        string text = instance.StartsWith("--?-", StringComparison.Ordinal) ? instance[4..] : instance;
        string? volume = text.StartsWith(ClusterFolder, StringComparison.OrdinalIgnoreCase)
            ? volumes.Where(v => text.AsSpan(ClusterFolder.Length).StartsWith(v + "-", StringComparison.OrdinalIgnoreCase)).MaxBy(v => v.Length)
            : null;
        return volume is not null ? ClusterFolder + volume
            : InstancePattern().Match(instance) is { Success: true } match ? match.Groups["store"].Value : null;
    }

    private (Guid Vm, SampleQuality Quality) Search(string instance)
    {
        foreach (var (text, name) in hints.DiskOwners.OrderByDescending(o => o.Key.Length))
        {
            if (instance.Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                names.Note(name, 0);
                return (names.Id(name), SampleQuality.Measured);
            }
        }

        if (directory.OwnerOfDisk(instance) is { } told)
        {
            return (told, SampleQuality.Measured);
        }

        if (names.OwnerOfDisk(instance) is { } owner)
        {
            return (owner, SampleQuality.Estimated);
        }

        if (names.All.Where(n => !n.Group).Take(2).ToList() is [var only])
        {
            return (only.Id, SampleQuality.Estimated);
        }

        faults.Add($"{instance}: the VM of this disk is not known, so it is counted for the host; {hints.DiskOwnerRemedy}");
        return (Guid.Empty, SampleQuality.Measured);
    }
}
