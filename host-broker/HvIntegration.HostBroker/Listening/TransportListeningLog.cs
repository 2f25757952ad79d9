using HvIntegration.Transport;

namespace HvIntegration.HostBroker.Listening;

/// <summary>What the listeners say.</summary>
internal static partial class TransportListeningLog
{
    [LoggerMessage(EventId = 2801, Level = LogLevel.Warning, Message = "Hung up on {Peer}: {Refusal}; {Total} refused since start")]
    public static partial void Refused(ILogger logger, string peer, string? refusal, long total);

    [LoggerMessage(EventId = 2802, Level = LogLevel.Warning, Message = "Accepting at {Address} failed, trying again: {Fault}")]
    public static partial void AcceptFailed(ILogger logger, TransportAddress address, string fault);

    [LoggerMessage(EventId = 2803, Level = LogLevel.Warning, Message = "{Address} is TCP: for development and the lab only, every local user can be any VM there")]
    public static partial void Tcp(ILogger logger, TransportAddress address);
}
