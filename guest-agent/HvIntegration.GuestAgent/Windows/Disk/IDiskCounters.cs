using HvIntegration.GuestAgent.Windows.Native;

namespace HvIntegration.GuestAgent.Windows.Disk;

/// <summary>The same numbers of the disks from performance counters, which count on every edition of Windows.</summary>
internal interface IDiskCounters : IDisposable
{
    /// <summary>Reads all disks once.</summary>
    /// <param name="disks">Takes the number of each disk and its values; emptied first.</param>
    /// <returns>0, or the status of PDH.</returns>
    uint Read(Dictionary<int, DiskPerformance> disks);
}
