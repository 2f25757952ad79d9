using HvIntegration.Ingest.Listening;
using HvIntegration.Protocol.V1;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace HvIntegration.Api.Access;

/// <summary>What came in by an agent's socket reaches the telemetry service's own calls, and nothing else that this program serves.</summary>
/// <remarks>First of all: a guest never comes near the pages, the API, their error pages or their files.</remarks>
internal sealed class AgentGate(RequestDelegate next)
{
    private const string GrpcContent = "application/grpc";

    private static readonly HashSet<string> Calls =
        [.. TelemetryReflection.Descriptor.Services.SelectMany(s => s.Methods.Select(m => $"/{s.FullName}/{m.Name}"))];

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<ITransportPeerFeature>() is null)
        {
            return next(context);
        }

        if (!HttpMethods.IsPost(context.Request.Method) || !Calls.Contains(context.Request.Path.Value ?? ""))
        {
            return Answer(context, StatusCodes.Status404NotFound);
        }

        string content = context.Request.ContentType ?? "";
        if (!content.StartsWith(GrpcContent, StringComparison.OrdinalIgnoreCase) || (content.Length > GrpcContent.Length && content[GrpcContent.Length] is not ('+' or ';')))
        {
            return Answer(context, StatusCodes.Status415UnsupportedMediaType);
        }

        // An agent's stream is quiet for most of each second, and stays for months: neither rate nor size of its body is bounded by HTTP.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        return next(context);
    }

    private static Task Answer(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
