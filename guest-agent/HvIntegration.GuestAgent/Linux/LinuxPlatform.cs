using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Clock;
using HvIntegration.GuestAgent.Linux.Connections;
using HvIntegration.GuestAgent.Linux.Cpu;
using HvIntegration.GuestAgent.Linux.Disk;
using HvIntegration.GuestAgent.Linux.Filesystem;
using HvIntegration.GuestAgent.Linux.Handles;
using HvIntegration.GuestAgent.Linux.Identity;
using HvIntegration.GuestAgent.Linux.Memory;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Network;
using HvIntegration.GuestAgent.Linux.Paging;
using HvIntegration.GuestAgent.Linux.Pressure;
using HvIntegration.GuestAgent.Linux.Processes;
using HvIntegration.GuestAgent.Linux.Tcp;
using HvIntegration.GuestAgent.Linux.Vmbus;

namespace HvIntegration.GuestAgent.Linux;

/// <summary>Linux guests: everything comes from procfs and sysfs under one root.</summary>
/// <param name="rootPath">Folder that stands for <c>/</c>.</param>
internal sealed class LinuxPlatform(string rootPath = "/") : IGuestPlatform
{
    private readonly GuestRoot _root = new(rootPath);

    /// <inheritdoc/>
    public IReadOnlyList<ICollector> CreateCollectors() =>
    [
        new CpuCollector(_root),
        new PressureCollector(_root),
        new MemoryCollector(_root),
        new PagingCollector(_root),
        new DiskCollector(_root),
        new NetworkCollector(_root),
        new TcpCollector(_root),
        new ConnectionsCollector(_root),
        new FilesystemCollector(_root),
        new ClockCollector(_root),
        new VmbusCollector(_root),
        new HandlesCollector(_root),
    ];

    /// <inheritdoc/>
    public IProcessCollector CreateProcessCollector() => new ProcessCollector(_root, Environment.SystemPageSize);

    /// <inheritdoc/>
    public GuestIdentity ReadIdentity() => new LinuxIdentity(_root).Read();
}
