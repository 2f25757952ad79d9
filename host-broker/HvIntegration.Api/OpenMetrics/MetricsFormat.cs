namespace HvIntegration.Api.OpenMetrics;

/// <summary>Spelling of the text.</summary>
internal enum MetricsFormat
{
    /// <summary>OpenMetrics 1.0: families without <c>_total</c>, units, <c># EOF</c>.</summary>
    OpenMetrics,

    /// <summary>The older Prometheus text 0.0.4, for scrapers that do not ask for OpenMetrics.</summary>
    PrometheusText,
}
