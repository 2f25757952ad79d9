using HvIntegration.CounterSources.PdhCsv;
using HvIntegration.CounterSources.PerformanceCounters;

namespace HvIntegration.Recordings;

/// <summary>Refuses recordings that are none of a Windows guest.</summary>
internal static class GuestHeader
{
    /// <summary>Returns where the header has a counter of a guest.</summary>
    /// <param name="vm">VM it was given for.</param>
    /// <param name="reader">Reader of the recording.</param>
    /// <param name="map">Series that are made of its columns.</param>
    /// <exception cref="OfflineException">It is the recording of a host, or nothing in it is known.</exception>
    public static void Require(string vm, PdhCsvReader reader, GuestMap map)
    {
        if (map.IsHost)
        {
            throw new OfflineException(
                $"{reader.File}, line 1: it has Hyper-V Hypervisor columns, so it is the recording of a host. Use --host for it, and --guest {vm}=FILE for the recording made in the VM");
        }

        if (map.IsEmpty)
        {
            throw new OfflineException(
                $"{reader.File}, line 1, column 2: none of its {reader.Columns.Count} columns is a known guest counter; the first is '{reader.Columns[0]}'. {LocalNames.Remedy(reader.Columns, "in the VM")}");
        }
    }
}
