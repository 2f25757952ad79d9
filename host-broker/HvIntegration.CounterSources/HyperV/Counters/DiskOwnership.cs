using System.Text.RegularExpressions;
using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>Finds the VM of a virtual disk by its path, and the store that holds the disk.</summary>
/// <param name="names">VMs that were found in the columns.</param>
/// <param name="directory">VMs by Hyper-V's management.</param>
/// <param name="hints">Owners by the administrator: they go first.</param>
/// <param name="faults">Takes a sentence for each disk of no known VM.</param>
internal sealed partial class DiskOwnership(VmNames names, VmDirectory directory, VmHints hints, List<string> faults)
{
    private readonly Dictionary<string, SeriesOwner> _owners = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Owner of a row of the storage set; null for state files and DVD drives, which are no data disks.</summary>
    /// <param name="instance">Path with <c>-</c> for <c>\</c>.</param>
    public SeriesOwner? Find(string instance)
    {
        if (instance.EndsWith(".vmgs", StringComparison.OrdinalIgnoreCase) || instance.EndsWith(".vmrs", StringComparison.OrdinalIgnoreCase)
            || instance.Equals("ISO", StringComparison.OrdinalIgnoreCase) || CounterPath.IsTotal(instance))
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

    /// <summary>Adds which store of the host a disk lies on: a mapping, estimated from the start of its path.</summary>
    /// <param name="plan">Takes the series.</param>
    /// <param name="column">A column of the disk.</param>
    /// <param name="owner">By <see cref="Find"/>.</param>
    public static void AddStore(SeriesPlan plan, int column, SeriesOwner owner)
    {
        if (StorePattern().Match(owner.Label!) is { Success: true } store)
        {
            plan.Put(new HostTarget(
                owner.Partition, HostSeries.Of(HostMetrics.DiskStore, owner.Label!, store.Groups["store"].Value.ToUpperInvariant()), SampleForm.Gauge, 0,
                "path of the disk", [column])
            { Offset = 1, Quality = SampleQuality.Estimated });
        }
    }

    [GeneratedRegex(@"^(?:--\?-)?(?<store>[A-Z]:-ClusterStorage-[^-]+|[A-Z]:|UNC-[^-]+-[^-]+)-", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex StorePattern();

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
