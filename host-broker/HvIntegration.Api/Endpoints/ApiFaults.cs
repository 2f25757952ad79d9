using HvIntegration.History;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace HvIntegration.Api.Endpoints;

/// <summary>Turns what an endpoint throws into problem details: the caller's faults told, our own not spread out.</summary>
internal sealed class ApiFaults : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (Of(exception) is not { } problem)
        {
            return false;
        }

        httpContext.Response.StatusCode = problem.StatusCode;
        await problem.ExecuteAsync(httpContext);
        return true;
    }

    private static ProblemHttpResult? Of(Exception exception) => exception switch
    {
        BadHttpRequestException e => TypedResults.Problem(e.Message, statusCode: e.StatusCode, title: "The request cannot be answered"),
        HistoryException e => TypedResults.Problem(e.Message, statusCode: StatusCodes.Status503ServiceUnavailable, title: "History cannot answer"),
        _ => null,
    };
}
