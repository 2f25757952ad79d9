namespace HvIntegration.HostBroker.Settings;

/// <summary>How the broker writes its log to standard output, one event a line.</summary>
internal enum LogFormat
{
    /// <summary>For people; what systemd's journal wants when systemd started it.</summary>
    Text,

    /// <summary>One JSON object a line, time in UTC, for programs that collect logs.</summary>
    Json,
}
