using HvIntegration.Ingest.Listening;

namespace HvIntegration.Api.Access;

/// <summary>Decides who may reach what, before anything else looks at a request.</summary>
/// <remarks>
/// Everybody but agents reaches all but the telemetry service: on loopback only by a loopback name, with a token wherever one is asked for,
/// and with changes only from pages of the broker itself.
/// </remarks>
internal sealed class ApiGate(RequestDelegate next, ApiSecurity security)
{
    private const string GrpcPath = "/hvintegration.v1.";
    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];
    private static readonly ApiPeer Unknown = new("local", "a user of this machine", false, false);

    /// <summary>Who sent a request.</summary>
    public static ApiPeer PeerOf(HttpContext context) => context.Features.Get<IApiPeerFeature>()?.Peer ?? Unknown;

    public Task InvokeAsync(HttpContext context)
    {
        // AgentGate let through what of an agent may pass.
        if (context.Features.Get<ITransportPeerFeature>() is not null)
        {
            return next(context);
        }

        if (context.Request.Path.Value?.StartsWith(GrpcPath, StringComparison.Ordinal) == true)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        // A web page the administrator visits could point a name of its own at 127.0.0.1 and read the answers.
        if (security.Address.IsLocal && context.Request.Host.HasValue && !LoopbackNames.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase))
        {
            return Refuse(context, StatusCodes.Status421MisdirectedRequest, "Unknown host name",
                "The broker listens on this machine only, as localhost, 127.0.0.1 and [::1].");
        }

        // Whether it lives is no secret: a probe has no token. The page to log in by judges what it is given itself.
        if (context.Request.Path.Value is not ("/healthz" or "/readyz" or LoginEndpoint.Path))
        {
            var peer = PeerOf(context);
            var admission = security.Judge(peer, context.Request);
            if (!admission.IsIn)
            {
                return TurnAway(context, admission);
            }

            if (admission.Kind == AdmissionKind.Session && admission.Time < DashboardSessions.Lifetime / 2 && IsVisit(context.Request))
            {
                security.GiveCookie(context, peer);
            }
        }

        // A browser sends what it knows of this broker along with requests that other sites make.
        if (!IsRead(context.Request.Method) && context.Request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
        {
            return Refuse(context, StatusCodes.Status403Forbidden, "Request from another site", "The broker accepts changes from its own pages and from programs, not from pages of other sites.");
        }

        return next(context);
    }

    /// <summary>Answers who may not enter.</summary>
    private static Task TurnAway(HttpContext context, Admission admission)
    {
        if (admission.Kind == AdmissionKind.HeldBack)
        {
            context.Response.Headers.RetryAfter = admission.WaitSeconds;
            return Refuse(context, StatusCodes.Status429TooManyRequests, "Too many wrong tokens", $"Too many wrong tokens from this address. Try again in {admission.WaitSeconds} s.");
        }

        // A person at a browser gets a page to log in by; a program is told how to send the token.
        if (admission.Kind == AdmissionKind.None && IsVisit(context.Request))
        {
            return LoginEndpoint.PageAsync(context, StatusCodes.Status401Unauthorized, null);
        }

        context.Response.Headers.WWWAuthenticate = new[] { "Bearer", "Basic realm=\"HvIntegration\", charset=\"UTF-8\"" };
        return Refuse(context, StatusCodes.Status401Unauthorized, "No token",
            "Send the token in Api:TokenFile of the broker as 'Authorization: Bearer <token>', or as the password when a browser asks.");
    }

    private static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    private static bool IsVisit(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && !request.Path.StartsWithSegments("/api", StringComparison.Ordinal) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static Task Refuse(HttpContext context, int status, string title, string detail) =>
        TypedResults.Problem(detail, statusCode: status, title: title).ExecuteAsync(context);
}
