namespace HvIntegration.CounterSources.Qemu;

/// <summary>What changes rarely about a VM.</summary>
/// <param name="Uuid">query-uuid; <see cref="Guid.Empty"/> when it was started without one.</param>
/// <param name="Name">query-name, or the socket's file name.</param>
/// <param name="PeerProcess">Process that owns the monitor socket; 0 when not known.</param>
/// <param name="Processors">Thread of each virtual processor.</param>
/// <param name="MemoryBytes">Memory it was given; null when not told.</param>
/// <param name="Disks">Disks with a medium.</param>
internal sealed record QemuIdentity(
    Guid Uuid, string Name, int PeerProcess, IReadOnlyList<(int Index, int Thread)> Processors,
    double? MemoryBytes, IReadOnlyList<QemuDisk> Disks)
{
    /// <summary>QEMU's words when it knows neither command for the threads of the processors; null when it knows one.</summary>
    public string? ProcessorsFault { get; init; }
}
