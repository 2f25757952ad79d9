using HvIntegration.Protocol.V1;

namespace HvIntegration.Ingest.Streams;

/// <summary>What an agent said of its guest: claims, for display and cross-check only.</summary>
internal sealed record AgentFacts(
    Guid BootId,
    string AgentVersion,
    OsFamily OsFamily,
    string OsDescription,
    string KernelVersion,
    string HostName,
    int LogicalProcessors,
    ulong MemoryTotalBytes,
    IReadOnlyList<string> Capabilities,
    IReadOnlyList<KeyValuePair<string, string>> IdentityHints,
    uint ProtocolMinor);
