using HvIntegration.HostBroker.Settings;
using Microsoft.Extensions.Logging.Console;

namespace HvIntegration.HostBroker.Composition;

/// <summary>The broker's log on standard output.</summary>
internal static class ConsoleLog
{
    /// <summary>Writes one event a line.</summary>
    public static void Add(ILoggingBuilder logging, LogFormat format)
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
