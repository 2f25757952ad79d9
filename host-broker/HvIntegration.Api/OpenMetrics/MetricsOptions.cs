using System.ComponentModel.DataAnnotations;

namespace HvIntegration.Api.OpenMetrics;

/// <summary>Bounds of <c>/metrics</c>.</summary>
internal sealed class MetricsOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string SectionName = "Metrics";

    /// <summary>Busiest process names of each VM.</summary>
    /// <value>0 to 100. Default 5.</value>
    [Range(0, 100)]
    public int ProcessesPerVmMax { get; set; } = 5;

    /// <summary>Series of one VM; more are left out and counted in <c>hvi_export_series_dropped</c>.</summary>
    /// <value>100 to 100,000. Default 4,096.</value>
    [Range(100, 100_000)]
    public int SeriesPerVmMax { get; set; } = 4_096;
}
