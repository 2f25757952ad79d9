namespace HvIntegration.GuestAgent.Collection;

/// <summary>What differs between Linux and Windows guests: collectors, identity and clocks.</summary>
internal interface IGuestPlatform
{
    /// <summary>Makes this platform's collectors, in wire order. One line each in the platform's catalog.</summary>
    IReadOnlyList<ICollector> CreateCollectors();

    /// <summary>Makes this platform's process collector.</summary>
    IProcessCollector CreateProcessCollector();

    /// <summary>Boot id, operating system, identity hints: read once at start.</summary>
    GuestIdentity ReadIdentity();
}

/// <summary>Facts about the guest for Hello. Claims: the broker trusts the peer address only.</summary>
internal sealed record GuestIdentity(
    Protocol.V1.OsFamily OsFamily,
    string OsDescription,
    string KernelVersion,
    string HostName,
    Guid BootId,
    int LogicalProcessors,
    ulong MemoryTotalBytes,
    IReadOnlyList<KeyValuePair<string, string>> Hints);
