using System.Text;
using Microsoft.Net.Http.Headers;

namespace HvIntegration.Api.OpenMetrics;

/// <summary>Serves <c>/metrics</c> in the OpenMetrics format.</summary>
internal static class MetricsEndpoint
{
    private const string OpenMetricsType = "application/openmetrics-text";
    private const string OpenMetricsContentType = OpenMetricsType + "; version=1.0.0; charset=utf-8";
    private const string TextContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Maps the path; OpenMetrics to who does not forbid it, the older text to scrapers that ask for that only.</summary>
    /// <param name="routes">Routes of the API.</param>
    /// <param name="snapshot">Taken anew for each scrape.</param>
    /// <param name="options">Limits of the metrics.</param>
    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder routes, Func<MetricsSnapshot> snapshot, MetricsOptions options) =>
        routes.MapGet("/metrics", async (HttpContext context) =>
        {
            var format = FormatFor(context.Request.Headers.Accept.ToString());
            context.Response.ContentType = format == MetricsFormat.OpenMetrics ? OpenMetricsContentType : TextContentType;
            await context.Response.WriteAsync(MetricsText.Write(snapshot(), format, options), Encoding.UTF8, context.RequestAborted);
        });

    /// <summary>Format that an Accept header asks for.</summary>
    internal static MetricsFormat FormatFor(string accept)
    {
        if (!MediaTypeHeaderValue.TryParseList([accept], out var wanted) || wanted.Count == 0)
        {
            return MetricsFormat.OpenMetrics;
        }

        var open = wanted.Where(w => w.MediaType.Equals(OpenMetricsType, StringComparison.OrdinalIgnoreCase) || w.MediaType == "*/*").Select(w => w.Quality ?? 1).DefaultIfEmpty(0).Max();
        var plain = wanted.Where(w => w.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase)).Select(w => w.Quality ?? 1).DefaultIfEmpty(0).Max();
        return open >= plain && open > 0 ? MetricsFormat.OpenMetrics : MetricsFormat.PrometheusText;
    }
}
