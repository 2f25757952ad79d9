using System.Runtime.Versioning;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Clock;
using HvIntegration.GuestAgent.Windows.Connections;
using HvIntegration.GuestAgent.Windows.Counters;
using HvIntegration.GuestAgent.Windows.Cpu;
using HvIntegration.GuestAgent.Windows.Disk;
using HvIntegration.GuestAgent.Windows.Filesystem;
using HvIntegration.GuestAgent.Windows.Handles;
using HvIntegration.GuestAgent.Windows.Identity;
using HvIntegration.GuestAgent.Windows.Memory;
using HvIntegration.GuestAgent.Windows.Network;
using HvIntegration.GuestAgent.Windows.Paging;
using HvIntegration.GuestAgent.Windows.Pressure;
using HvIntegration.GuestAgent.Windows.Processes;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.GuestAgent.Windows.Services;
using HvIntegration.GuestAgent.Windows.Sessions;
using HvIntegration.GuestAgent.Windows.Tcp;

namespace HvIntegration.GuestAgent.Windows;

/// <summary>Windows guests, x64 and arm64: direct calls where Windows has one, performance counters for the rest.</summary>
/// <remarks>docs/windows-verification.md tells for each call how it was proved.</remarks>
[SupportedOSPlatform("windows")]
internal sealed class WindowsPlatform : IGuestPlatform
{
    private readonly GuestLoad _load = new();
    private readonly SessionTotals _sessions = new();
    private readonly SessionNames _names = new();

    /// <inheritdoc/>
    public IReadOnlyList<ICollector> CreateCollectors() =>
    [
        new CpuCollector(_load),
        new PressureCollector(_load),
        new MemoryCollector(),
        new PagingCollector(),
        new DiskCollector(_load, new DiskDevices(), new DiskCounters()),
        new NetworkCollector(),
        new TcpCollector(),
        new ConnectionsCollector(),
        new FilesystemCollector(),
        new ClockCollector(),
        new HandlesCollector(),
        new SessionCollector(_sessions, _names),
        new ServiceCollector(),
        .. CounterCatalog.Create(_names),
    ];

    /// <inheritdoc/>
    public IProcessCollector CreateProcessCollector() => new ProcessCollector(_load, _sessions);

    /// <inheritdoc/>
    public GuestIdentity ReadIdentity() => WindowsIdentity.Read();
}
