using HvIntegration.Api.Contract;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;

namespace HvIntegration.Api.Access;

/// <summary>The way in for a browser: a page that takes the token, and codes that <c>hvi dashboard</c> gets for one visit.</summary>
internal static class LoginEndpoint
{
    /// <summary>Path of the page.</summary>
    public const string Path = "/login";

    private const string CodeName = "code";
    private const string TokenName = "token";
    private const int FormBytesMax = 4_096;

    // One page without a script or a file of its own: it is what is seen before anything may be fetched.
    private const string Page = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>HvIntegration: log in</title>
        <style>
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 34rem; margin: 12vh auto 0; padding: 0 1rem; }
        h1 { font-size: 1.4rem; } p { margin: .6rem 0; } .fault { color: light-dark(#a4262c, #f1707b); font-weight: 600; }
        form { display: flex; gap: .5rem; margin-top: 1rem; } input { flex: 1; min-width: 0; font: inherit; padding: .4rem .6rem; } button { font: inherit; padding: .4rem 1rem; }
        </style></head>
        <body><main><h1>This dashboard requires a token</h1>
        {fault}<p>On the host, <code>hvi dashboard</code> prints an address that logs a browser in once. Or enter the token of the broker's <code>Api:TokenFile</code>.</p>
        <form method="post" action="/login"><input type="password" name="token" aria-label="Token" autocomplete="current-password" maxlength="512" required autofocus><button>Log in</button></form>
        </main></body></html>
        """;

    /// <summary>Adds the page, and the endpoint that makes codes.</summary>
    public static void MapLogin(this IEndpointRouteBuilder routes, ApiSecurity security)
    {
        routes.MapGet(Path, (HttpContext context) => VisitAsync(context, security)).ExcludeFromDescription();
        routes.MapPost(Path, (HttpContext context) => EnterAsync(context, security)).ExcludeFromDescription().DisableAntiforgery();
        routes.MapPost("/api/v1/logins", (IServer server, IOptions<ApiOptions> options) => Make(server, options.Value, security))
            .WithTags("HvIntegration").WithName("MakeLogin").WithSummary("An address that logs one browser in to the dashboard, once and within two minutes.")
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status409Conflict);
    }

    /// <summary>Writes the login page as the response.</summary>
    /// <param name="context">The HTTP request to answer.</param>
    /// <param name="status">Status of the answer.</param>
    /// <param name="fault">What was wrong, one sentence; null for nothing.</param>
    public static Task PageAsync(HttpContext context, int status, string? fault)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";

        // A browser that names no referrer names no origin for a form either, and what has no origin is refused.
        context.Response.Headers["Referrer-Policy"] = "same-origin";
        return context.Response.WriteAsync(Page.Replace("{fault}", fault is null ? "" : $"<p class=\"fault\" role=\"alert\">{WebUtility.HtmlEncode(fault)}</p>", StringComparison.Ordinal), context.RequestAborted);
    }

    private static Task VisitAsync(HttpContext context, ApiSecurity security)
    {
        string code = context.Request.Query[CodeName].ToString();
        if (code.Length == 0)
        {
            return security.AsksForToken ? PageAsync(context, StatusCodes.Status200OK, null) : ToPages(context);
        }

        var peer = ApiGate.PeerOf(context);
        return Answer(context, security, peer, security.JudgeCode(peer, code), "This address was already used, or is older than two minutes. 'hvi dashboard' prints a new one.");
    }

    private static async Task EnterAsync(HttpContext context, ApiSecurity security)
    {
        if (!context.Request.HasFormContentType || context.Request.ContentLength is null or > FormBytesMax)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var peer = ApiGate.PeerOf(context);
        await Answer(context, security, peer, security.JudgeToken(peer, form[TokenName].ToString().Trim()), "Wrong token.");
    }

    private static Task Answer(HttpContext context, ApiSecurity security, ApiPeer peer, Admission admission, string wrong)
    {
        switch (admission.Kind)
        {
            case AdmissionKind.Admitted:
                security.GiveCookie(context, peer);
                return ToPages(context);
            case AdmissionKind.HeldBack:
                context.Response.Headers.RetryAfter = admission.WaitSeconds;
                return PageAsync(context, StatusCodes.Status429TooManyRequests, $"Too many wrong tokens from this address. Try again in {admission.WaitSeconds} s.");
            default:
                return PageAsync(context, StatusCodes.Status401Unauthorized, wrong);
        }
    }

    // See other: the browser asks for the page anew, and the code is in no address of its history but this one, which is used up.
    private static Task ToPages(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = "/";
        return Task.CompletedTask;
    }

    private static IResult Make(IServer server, ApiOptions options, ApiSecurity security)
    {
        if (security.Address.EndPoint is not { } endPoint)
        {
            return TypedResults.Problem(
                $"Api:Url is '{options.Url}', which a browser cannot open. Set it to {ApiLocation.DefaultUrl} to use the dashboard.", statusCode: StatusCodes.Status409Conflict, title: "No browser address");
        }

        var url = new UriBuilder(ApiAddress.Bound(server, options.Url));
        if (endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(IPAddress.IPv6Any))
        {
            url.Host = Environment.MachineName;
        }

        if (!security.AsksForToken)
        {
            return TypedResults.Ok(new LoginAnswer(url.Uri.AbsoluteUri, null));
        }

        url.Path = Path;
        url.Query = $"{CodeName}={security.Sessions.MakeCode()}";
        return TypedResults.Ok(new LoginAnswer(url.Uri.AbsoluteUri, (int)DashboardSessions.CodeLifetime.TotalSeconds));
    }
}
