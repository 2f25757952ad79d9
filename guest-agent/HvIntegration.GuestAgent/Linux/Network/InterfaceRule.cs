using HvIntegration.GuestAgent.Linux.Native;

namespace HvIntegration.GuestAgent.Linux.Network;

/// <summary>Says which interfaces are the guest's adapters, so that no byte counts twice.</summary>
/// <remarks>
/// Kept: interfaces with a device behind them (<c>/sys/class/net/NAME/device</c>). Left out: <c>lo</c>; bridges, bonds,
/// VLANs, tunnels and container ends, whose traffic passes an adapter too; and an SR-IOV function whose master is an adapter
/// itself (hv_netvsc, net_failover), because the master counts its packets. A guest in which nothing has a device keeps
/// everything but <c>lo</c>.
/// </remarks>
internal sealed class InterfaceRule(GuestRoot root)
{
    /// <summary>The names among <paramref name="names"/> that are kept.</summary>
    public HashSet<string> Select(IReadOnlyCollection<string> names)
    {
        var adapters = names.Where(HasDevice).ToHashSet(StringComparer.Ordinal);
        if (adapters.Count == 0)
        {
            return [.. names.Where(name => name != "lo")];
        }

        return [.. adapters.Where(name => MasterOf(name) is not { } master || !adapters.Contains(master))];
    }

    private bool HasDevice(string name) => IsPlain(name) && Path.Exists(root.Of($"/sys/class/net/{name}/device"));

    private string? MasterOf(string name)
    {
        try
        {
            return new FileInfo(root.Of($"/sys/class/net/{name}/master")).LinkTarget is { } target ? Path.GetFileName(target) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The interface went away between the two look-ups.
            return null;
        }
    }

    /// <summary>A name is used as a folder name: it must not lead elsewhere.</summary>
    private static bool IsPlain(string name) => name.Length > 0 && name is not ("." or "..") && !name.Contains('/') && !name.Contains('\0');
}
