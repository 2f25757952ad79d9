using HvIntegration.HostBroker.Listening;

namespace HvIntegration.HostBroker.Api;

/// <summary>Decides who may reach what, before anything else looks at a request.</summary>
/// <remarks>
/// Agents reach the telemetry service and nothing else; everybody else reaches all but that: on loopback only by a loopback name, with a
/// token wherever one is set, and with changes only from pages of the broker itself.
/// </remarks>
internal sealed class ApiGate(RequestDelegate next, ApiSecurity security)
{
    private const string GrpcPath = "/hvintegration.v1.";
    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];

    public Task InvokeAsync(HttpContext context)
    {
        bool agent = context.Features.Get<ITransportPeerFeature>() is not null;
        bool telemetry = context.Request.Path.Value?.StartsWith(GrpcPath, StringComparison.Ordinal) == true;
        if (agent != telemetry)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        if (agent)
        {
            return next(context);
        }

        // A web page the administrator visits could point a name of its own at 127.0.0.1 and read the answers.
        if (security.Address.IsLocal && context.Request.Host.HasValue && !LoopbackNames.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase))
        {
            return Refuse(context, StatusCodes.Status421MisdirectedRequest, "Not by this name",
                "The broker listens on this machine only and answers by the names localhost, 127.0.0.1 and [::1].");
        }

        // Whether it lives is no secret: a probe has no token.
        if (context.Request.Path.Value is not ("/healthz" or "/readyz") && !security.Admits(context.Request.Headers.Authorization))
        {
            context.Response.Headers.WWWAuthenticate = new[] { "Bearer", "Basic realm=\"HvIntegration\", charset=\"UTF-8\"" };
            return Refuse(context, StatusCodes.Status401Unauthorized, "No token",
                "Send the token of the broker's Api:TokenFile as 'Authorization: Bearer <token>', or as the password when a browser asks.");
        }

        // A browser sends what it knows of this broker along with requests that other sites make.
        if (!IsRead(context.Request.Method) && context.Request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
        {
            return Refuse(context, StatusCodes.Status403Forbidden, "Another site asked", "Changes are taken from the broker's own pages and from programs, not from pages of other sites.");
        }

        return next(context);
    }

    private static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    private static Task Refuse(HttpContext context, int status, string title, string detail) =>
        TypedResults.Problem(detail, statusCode: status, title: title).ExecuteAsync(context);
}
