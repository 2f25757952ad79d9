using HvIntegration.Model;

namespace HvIntegration.Recordings;

/// <summary>What to record so that a resource can be judged.</summary>
internal static class RecordingRemedy
{
    // By resource: in a Windows guest, and on the host; empty where the host's counters alone do not tell whether the guest is affected.
    private static readonly (ResourceFamily Resource, string Name, string Guest, string Host)[] Counters =
    [
        (ResourceFamily.Cpu, "processor", @"\Processor(*)\% Processor Time", @"\Hyper-V Hypervisor Virtual Processor(*)\*"),
        (ResourceFamily.Memory, "memory", @"\Memory\Available MBytes and \Memory\Pages Input/sec", ""),
        (ResourceFamily.Storage, "storage", @"\PhysicalDisk(*)\*", @"\Hyper-V Virtual Storage Device(*)\*"),
        (ResourceFamily.Network, "network", @"\Network Interface(*)\* and \TCPv4\*", @"\Hyper-V Virtual Network Adapter(*)\*"),
    ];

    /// <summary>Resources that are judged, in the order in which they are shown.</summary>
    public static IEnumerable<ResourceFamily> Resources => Counters.Select(c => c.Resource);

    /// <summary>Name of a resource in text and JSON.</summary>
    public static string Name(ResourceFamily resource) => Array.Find(Counters, c => c.Resource == resource).Name;

    /// <summary>One sentence: what to record for a resource.</summary>
    /// <param name="resource">What was not judged.</param>
    /// <param name="hasGuest">There is a recording of the guest, so its counters are the ones to add.</param>
    public static string Of(ResourceFamily resource, bool hasGuest)
    {
        var (_, _, guest, host) = Array.Find(Counters, c => c.Resource == resource);
        return hasGuest || host.Length == 0 ? $"Record {guest} in the guest{(hasGuest ? "" : " (--guest)")}." : $"Record {host} on the host.";
    }

    /// <summary>One sentence: what to record where nothing was judged.</summary>
    public static string Of(IReadOnlyList<OfflineResult> hosts) => Of(ResourceFamily.Cpu, hosts.Any(h => h.Vms.Any(v => v.Guests.Count > 0)));
}
