using HvIntegration.Transport.Abstractions;
using Microsoft.Extensions.Logging;

namespace HvIntegration.GuestAgent.Uplink;

/// <summary>Log lines of the uplink. Event ids are never used again.</summary>
internal static partial class UplinkLog
{
    [LoggerMessage(EventId = 1201, Level = LogLevel.Information, Message = "connected to {Broker}: broker {Version}, protocol {Major}.{Minor}, {Kept} batches to send again")]
    public static partial void Connected(ILogger logger, string broker, string version, uint major, uint minor, int kept);

    [LoggerMessage(EventId = 1202, Level = LogLevel.Warning, Message = "no connection to {Broker}: {Reason}. {Remedy}")]
    public static partial void NotConnected(ILogger logger, string broker, string reason, string remedy);

    [LoggerMessage(EventId = 1203, Level = LogLevel.Warning, Message = "connection to {Broker} ended: {Reason}; samples are buffered and sent again")]
    public static partial void Lost(ILogger logger, string broker, string reason);

    [LoggerMessage(EventId = 1204, Level = LogLevel.Error, Message = "{Broker} rejected this agent: {Reason}. {Remedy}. Next attempt in {Seconds} s")]
    public static partial void Refused(ILogger logger, string broker, string reason, string remedy, int seconds);

    [LoggerMessage(EventId = 1205, Level = LogLevel.Information, Message = "settings from the broker: {Text}")]
    public static partial void Configured(ILogger logger, string text);

    [LoggerMessage(EventId = 1206, Level = LogLevel.Warning, Message = "{Broker} is TCP: VM identity cannot be verified; for development and the lab only")]
    public static partial void Tcp(ILogger logger, TransportAddress broker);
}
