namespace HvIntegration.Api.Access;

/// <summary>In an opened bundle nothing can be changed through the API.</summary>
internal sealed class ReadOnlyGate(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api") && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method)
            ? TypedResults.Problem(
                "This is a recorded bundle, which is read-only. Acknowledge the episode at the broker that recorded it.",
                statusCode: StatusCodes.Status405MethodNotAllowed, title: "Read-only").ExecuteAsync(context)
            : next(context);
}
