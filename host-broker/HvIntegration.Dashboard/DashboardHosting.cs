using HvIntegration.Api.Contract;
using HvIntegration.Dashboard.Live;
using HvIntegration.Dashboard.Readers;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.FluentUI.AspNetCore.Components;

namespace HvIntegration.Dashboard;

/// <summary>Puts the dashboard into the broker: pages on the API's own end point, every script and style from this machine.</summary>
internal static class DashboardHosting
{
    // A page that lost its line is kept this often and this long; what is more than that loads anew.
    private const int LostPagesMax = 20;
    private static readonly TimeSpan LostPagesFor = TimeSpan.FromMinutes(2);

    // Guests name processes and themselves: even if a name became markup, no foreign script could run.
    private const string ContentPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Adds the services of the pages.</summary>
    /// <param name="builder">The broker.</param>
    /// <param name="application">Assembly that was published: the list of the pages' files bears its name.</param>
    public static void AddDashboard(this WebApplicationBuilder builder, string application)
    {
        builder.Environment.ApplicationName = application;
        builder.WebHost.UseStaticWebAssets();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents(o =>
        {
            o.DisconnectedCircuitMaxRetained = LostPagesMax;
            o.DisconnectedCircuitRetentionPeriod = LostPagesFor;
        });
        builder.Services.AddFluentUIComponents();
        builder.Services.AddScoped<PageAge>().AddScoped<PageLine>().AddScoped<CircuitHandler>(s => s.GetRequiredService<PageLine>());

        // An empty builder leaves the regex constraint out, and the page for nobody's address needs it.
        builder.Services.Configure<RouteOptions>(o => o.SetParameterPolicy<RegexInlineRouteConstraint>("regex"));

        // Keys live as long as the process: a page of a broker that is gone loads anew, and nothing is written to a home folder.
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddSingleton<Freshness>().AddSingleton<DashboardReader>().AddSingleton<HealthReader>().AddSingleton<HostUseReader>();
    }

    /// <summary>Adds the pages and their files.</summary>
    public static void MapDashboard(this WebApplication app)
    {
        app.UseAntiforgery();
        app.MapStaticAssets(Path.Combine(AppContext.BaseDirectory, app.Environment.ApplicationName + ".staticwebassets.endpoints.json"));

        // An address that is nobody's gets a page that says so; the API keeps its own answer.
        app.MapFallback("{*path:regex(^(?!api|openapi|metrics|_).*$)}", () => new RazorComponentResult<App> { StatusCode = StatusCodes.Status404NotFound })
            // Pages are read only: without this the API's own 405 and 415 become 404.
            .WithMetadata(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head])).ExcludeFromDescription();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode().ExcludeFromDescription();
    }

    /// <summary>Ends what would keep a broker from stopping: the line of an open page, which says nothing by itself, and a bundle that nobody takes.</summary>
    /// <remarks>The server waits for its connections before the last commit is made, and its time to stop would be gone.</remarks>
    public static async Task EndWithTheBrokerAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (!path.StartsWithSegments("/_blazor", StringComparison.Ordinal) && path.Value?.EndsWith(ApiLocation.BundleEnd, StringComparison.OrdinalIgnoreCase) != true)
        {
            await next(context);
            return;
        }

        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        await using var ending = stopping.Register(static c => ((HttpContext)c!).Abort(), context);
        await next(context);
    }

    /// <summary>Refuses what another page in the same browser sends, and says what a page may load.</summary>
    public static Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        // A web page the administrator visits may open a socket to 127.0.0.1; the browser then names that page as the origin.
        if (context.Request.Headers.Origin is [{ Length: > 0 } origin]
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(context.Request.Host.Value, StringComparison.OrdinalIgnoreCase)))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return next(context);
    }
}
