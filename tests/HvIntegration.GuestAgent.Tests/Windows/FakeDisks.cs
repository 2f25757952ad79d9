using HvIntegration.GuestAgent.Windows.Disk;
using HvIntegration.GuestAgent.Windows.Native;

namespace HvIntegration.GuestAgent.Tests.Windows;

/// <summary>One disk, whose device refuses to count or not, and whose counters are there or not.</summary>
internal sealed class FakeDisks : IDiskDevices, IDiskCounters
{
    /// <summary>Error of the read by the device.</summary>
    public int Refusal { get; set; }

    /// <summary>Status of the read by counters.</summary>
    public uint CounterStatus { get; set; }

    /// <summary>What either source counted.</summary>
    public DiskPerformance Values { get; set; }

    public int Open(int number, out nint handle)
    {
        handle = number == 0 ? 1 : 0;
        return number == 0 ? 0 : Kernel32.ErrorFileNotFound;
    }

    public int Read(nint handle, out DiskPerformance values)
    {
        values = Refusal == 0 ? Values : default;
        return Refusal;
    }

    public uint Read(Dictionary<int, DiskPerformance> disks)
    {
        disks.Clear();
        if (CounterStatus == 0)
        {
            disks[0] = Values;
        }

        return CounterStatus;
    }

    public long Size(nint handle) => 1 << 30;

    public void Close(nint handle)
    {
    }

    public void Dispose()
    {
    }
}
