using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Ingest.Listening;

/// <summary>What the listeners say.</summary>
internal static partial class TransportListeningLog
{
    [LoggerMessage(EventId = 2801, Level = LogLevel.Warning, Message = "Rejected connection from {Peer}: {Refusal}; {Total} rejected since start")]
    public static partial void Refused(ILogger logger, string peer, string? refusal, long total);

    [LoggerMessage(EventId = 2802, Level = LogLevel.Warning, Message = "Accepting connections at {Address} failed; the broker retries: {Fault}")]
    public static partial void AcceptFailed(ILogger logger, TransportAddress address, string fault);

    [LoggerMessage(EventId = 2803, Level = LogLevel.Warning, Message = "{Address} is TCP: VM identity cannot be verified, any local user can connect as any VM; for development and the lab only")]
    public static partial void Tcp(ILogger logger, TransportAddress address);
}
