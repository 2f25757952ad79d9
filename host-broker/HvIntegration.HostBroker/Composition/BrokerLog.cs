using System.Runtime.Versioning;
using HvIntegration.HostBroker.Settings;
using Microsoft.Extensions.Hosting.WindowsServices;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Logging.EventLog;

namespace HvIntegration.HostBroker.Composition;

/// <summary>Where the broker's log goes: standard output, and the event log of Windows when the broker is a service there.</summary>
internal static class BrokerLog
{
    /// <summary>Source of the broker's events in the application log of Windows, as the package registers it.</summary>
    public const string EventSource = "hvi";

    /// <summary>True in a process that the service manager of Windows started: what it prints is lost.</summary>
    [SupportedOSPlatformGuard("windows")]
    public static bool IsWindowsService { get; } = OperatingSystem.IsWindows() && WindowsServiceHelpers.IsWindowsService();

    /// <summary>Adds the places to a log.</summary>
    /// <param name="logging">Takes them.</param>
    /// <param name="console">Writes to standard output, one event a line.</param>
    /// <param name="format">Form of these lines.</param>
    public static void Add(ILoggingBuilder logging, bool console, LogFormat format)
    {
        if (console)
        {
            AddConsole(logging, format);
        }

        if (IsWindowsService)
        {
            AddEventLog(logging);
        }
    }

    /// <summary>Adds the event log of Windows, for warnings and errors.</summary>
    [SupportedOSPlatform("windows")]
    public static void AddEventLog(ILoggingBuilder logging)
    {
        logging.AddEventLog(o => o.SourceName = EventSource);
        logging.AddFilter<EventLogLoggerProvider>(null, LogLevel.Warning);
    }

    private static void AddConsole(ILoggingBuilder logging, LogFormat format)
    {
        if (format == LogFormat.Json)
        {
            logging.AddJsonConsole(o =>
            {
                o.UseUtcTimestamp = true;
                o.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
            // Started by systemd, the host would take the journal's form instead of what was asked for.
            logging.Services.PostConfigure<ConsoleLoggerOptions>(o => o.FormatterName = ConsoleFormatterNames.Json);
        }
        else
        {
            logging.AddSimpleConsole(o => o.SingleLine = true);
        }
    }
}
