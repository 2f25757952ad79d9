namespace HvIntegration.Model;

/// <summary>One series of one partition: a catalog metric and its attribute values.</summary>
/// <param name="MetricId">Id in <see cref="Protocol.Metrics.MetricCatalog"/>.</param>
/// <param name="Instance">Attribute values in key order, joined by <c>|</c>; empty when the metric has none.</param>
public readonly record struct SeriesKey(ushort MetricId, string Instance);

/// <summary>How a host value covers time.</summary>
public enum SampleForm
{
    /// <summary>A cumulative counter read at <see cref="HostSample.EndNs"/>.</summary>
    Cumulative,

    /// <summary>A level at <see cref="HostSample.EndNs"/>.</summary>
    Gauge,

    /// <summary>The counter's mean rate per second over start to end, as cooked recordings have it.</summary>
    IntervalRate,
}

/// <summary>How far a value can be trusted.</summary>
public enum SampleQuality
{
    /// <summary>Read from a counter that means just this.</summary>
    Measured,

    /// <summary>Derived from something near it; the native name says from what.</summary>
    Estimated,

    /// <summary>Older than two intervals.</summary>
    Stale,

    /// <summary>There is no value for it.</summary>
    Missing,
}

/// <summary>One host-side value, whatever the counter source.</summary>
/// <param name="Partition">VM GUID; <see cref="Guid.Empty"/> for the host itself.</param>
/// <param name="Series">Host metric and attribute values.</param>
/// <param name="Form">How the value covers time.</param>
/// <param name="StartNs">Start of the interval of an <see cref="SampleForm.IntervalRate"/>, else equal to <paramref name="EndNs"/>. Host time.</param>
/// <param name="EndNs">Time of the read, host time: Unix nanoseconds of the broker's steady clock.</param>
/// <param name="Value">Base units (seconds, bytes, operations); a rate is per second.</param>
/// <param name="Quality">How far it can be trusted.</param>
/// <param name="NativeName">The counter's own name, as evidence shows it.</param>
public readonly record struct HostSample(
    Guid Partition, SeriesKey Series, SampleForm Form, long StartNs, long EndNs, double Value,
    SampleQuality Quality, string NativeName);

/// <summary>One guest value: cumulative or gauge as the catalog says.</summary>
/// <param name="Series">Guest metric and attribute values.</param>
/// <param name="StartMonotonicNs">Guest monotonic time at the start of the read.</param>
/// <param name="EndMonotonicNs">Guest monotonic time at the end of the read.</param>
/// <param name="Value">Scaled to base units.</param>
public readonly record struct GuestSample(SeriesKey Series, long StartMonotonicNs, long EndMonotonicNs, double Value);

/// <summary>One process row of a guest, cumulative values in base units.</summary>
public sealed record GuestProcess(
    int Pid, ulong StartTimeMs, string Name, ulong CommandHash, uint UserId, int ParentPid, uint SessionId,
    double CpuUserSeconds, double CpuSystemSeconds, double RunWaitSeconds,
    double ResidentBytes, double PrivateBytes, double MajorFaults, double ReadBytes, double WriteBytes,
    int Threads, char State, long Handles);

/// <summary>One decoded batch of a guest.</summary>
/// <param name="Partition">VM GUID by the peer address.</param>
/// <param name="BootId">Boot of the guest.</param>
/// <param name="Sequence">With partition and boot the key of history.</param>
/// <param name="StartMonotonicNs">Guest monotonic time of the first read.</param>
/// <param name="Samples">All series known at this batch that were read in it.</param>
/// <param name="ProcessMonotonicNs">Guest monotonic time in the middle of the process read.</param>
/// <param name="Processes">Rows sent in this batch.</param>
/// <param name="ProcessesTotal">Processes in the whole guest; 0 when not read.</param>
/// <param name="WallClock">Guest wall clock minus monotonic clock in nanoseconds, when sent.</param>
public sealed record GuestBatch(
    Guid Partition, Guid BootId, ulong Sequence, long StartMonotonicNs,
    IReadOnlyList<GuestSample> Samples, long ProcessMonotonicNs, IReadOnlyList<GuestProcess> Processes,
    int ProcessesTotal, long? WallClock)
{
    /// <summary>The key under which it is stored once.</summary>
    public StreamPosition Position => new(new BootKey(Partition, BootId), Sequence);
}

/// <summary>One exchange of four time stamps between host and guest.</summary>
/// <param name="T1HostNs">Probe left the host, host time.</param>
/// <param name="T2GuestNs">Probe reached the guest, guest monotonic.</param>
/// <param name="T3GuestNs">Reply left the guest, guest monotonic.</param>
/// <param name="T4HostNs">Reply reached the host, host time.</param>
public readonly record struct ClockExchange(long T1HostNs, long T2GuestNs, long T3GuestNs, long T4HostNs);
