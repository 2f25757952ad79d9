using HvIntegration.Broker.Live;
using HvIntegration.History;
using HvIntegration.Model;

namespace HvIntegration.Broker.Queries;

/// <summary>Finds VMs: those of the host now, and those that left it while history has something of them.</summary>
internal sealed class VmQueries(Inventory inventory, IHistoryReader history)
{
    /// <summary>VMs of the host now with this GUID or name (any case); several VMs may have one name.</summary>
    public IReadOnlyList<PartitionInfo> Here(string idOrName) => Those(inventory.Partitions, idOrName);

    /// <summary>True when the host has this VM now.</summary>
    public bool IsHere(Guid vm) => inventory.Partitions.Any(p => p.Id == vm);

    /// <summary>VMs with this GUID or name: those of the host now, else those that history knows.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<IReadOnlyList<PartitionInfo>> FindAsync(string idOrName, CancellationToken cancellation)
    {
        var here = Here(idOrName);
        return here.Count > 0 ? here : Those(await history.KnownPartitionsAsync(cancellation), idOrName);
    }

    /// <summary>Names of VMs by GUID: as the host has them now, of those that left it as history has them. One that neither knows is not in it.</summary>
    /// <param name="wanted">VMs whose names are asked for; others may be in the answer too.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<IReadOnlyDictionary<Guid, string>> NamesAsync(IEnumerable<Guid> wanted, CancellationToken cancellation)
    {
        var names = inventory.Partitions.ToDictionary(p => p.Id, p => p.Name);
        if (wanted.Any(id => !names.ContainsKey(id)))
        {
            foreach (var gone in await history.KnownPartitionsAsync(cancellation))
            {
                names.TryAdd(gone.Id, gone.Name);
            }
        }

        return names;
    }

    private static List<PartitionInfo> Those(IReadOnlyList<PartitionInfo> all, string idOrName) => Guid.TryParse(idOrName, out var id)
        ? [.. all.Where(p => p.Id == id)]
        : [.. all.Where(p => p.Name.Equals(idOrName, StringComparison.OrdinalIgnoreCase))];
}
