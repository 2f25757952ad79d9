using HvIntegration.Api.Access;
using HvIntegration.Api.OpenMetrics;
using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Streams;
using System.ComponentModel.DataAnnotations;
using HvIntegration.CounterSources.Catalog;
using HvIntegration.Engine.Options;
using HvIntegration.History;

namespace HvIntegration.HostBroker.Settings;

/// <summary>Everything an administrator can set: <c>/etc/hvintegration/broker.json</c>, then <c>HVI_BROKER__*</c>, then the command line.</summary>
internal sealed class BrokerOptions : CounterSourceSettings
{
    /// <summary>Longest read of the counter source.</summary>
    /// <value>Milliseconds, 500 to 60,000. Default 5,000.</value>
    [Range(500, 60_000)]
    public int SourceTimeoutMs { get; set; } = 5_000;

    /// <summary>Least severe log message: Trace, Debug, Information, Warning, Error.</summary>
    /// <value>Default Information.</value>
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    /// <summary>Form of the log on standard output: Text or Json.</summary>
    /// <value>Default Text.</value>
    public LogFormat LogFormat { get; set; } = LogFormat.Text;

    /// <summary>How agents reach the broker.</summary>
    public AgentOptions Agents { get; set; } = new();

    /// <summary>What one VM may cost the host.</summary>
    public BudgetOptions Budgets { get; set; } = new();

    /// <summary>How samples become seconds and verdicts.</summary>
    public EngineOptions Engine { get; set; } = new();

    /// <summary>Where history is kept.</summary>
    public HistoryOptions History { get; set; } = new() { Folder = DefaultHistoryFolder };

    /// <summary>Where the API listens.</summary>
    public ApiOptions Api { get; set; } = new();

    /// <summary>How much <c>/metrics</c> shows.</summary>
    public MetricsOptions Metrics { get; set; } = new();

    private static string DefaultHistoryFolder => OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "HvIntegration", "history")
        : "/var/lib/hvintegration/history";
}
