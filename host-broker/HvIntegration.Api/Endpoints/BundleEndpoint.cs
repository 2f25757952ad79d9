using HvIntegration.Api.Contract;
using HvIntegration.Broker.Bundles;
using HvIntegration.Broker.Queries;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;

namespace HvIntegration.Api.Endpoints;

/// <summary>Incident bundles: both sides of one VM and one stretch of time as one file.</summary>
internal static class BundleEndpoint
{
    private const int NameMax = 60;

    /// <summary>Adds the endpoint that writes a bundle.</summary>
    public static void MapBundle(this RouteGroupBuilder api) =>
        api.MapGet("/vms/{vm}" + ApiLocation.BundleEnd, AnswerAsync)
            .WithName("GetBundle").WithSummary($"Both sides of one VM for a time range in one file. 'hvi open' shows the file on any machine. Times: {TimeText.Forms}.")
            .Produces(StatusCodes.Status200OK, contentType: BundleFormat.MediaType).ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static Task<IResult> AnswerAsync(
        string vm, BrokerReader reader, VmQueries vms, BundleWriter writer, HttpContext context, CancellationToken cancellation,
        string? from = null, string? to = null, bool users = false, bool others = false) =>
        ApiEndpoints.WithVmAsync(vm, vms, async partition =>
        {
            var (fromSecond, toSecond) = ApiEndpoints.Range(from, to, reader.NowSecond);
            if (await writer.PlanAsync(partition, fromSecond, toSecond, users, others, cancellation) is not { } plan)
            {
                return TypedResults.Problem(
                    $"No raw counters of VM '{partition.Name}' are stored from {fromSecond} to {toSecond}; they are stored for History:SecondHours. 'hvi report' shows the stored data of older times.",
                    statusCode: StatusCodes.Status404NotFound, title: "No stored data");
            }

            if (!writer.TryEnter())
            {
                return TypedResults.Problem(
                    $"{BundleWriter.OpenMax} bundles are being written, which is the limit; try again when one is complete.",
                    statusCode: StatusCodes.Status503ServiceUnavailable, title: "Too many bundles");
            }

            context.Response.OnCompleted(() =>
            {
                writer.Leave();
                return Task.CompletedTask;
            });
            // A reader that follows the lines knows by these how far it is.
            context.Response.Headers[BundleProgress.FirstHeader] = plan.LeadSecond.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers[BundleProgress.EndHeader] = plan.ToSecond.ToString(CultureInfo.InvariantCulture);
            // The zip writer ends each part with a few bytes that it cannot write otherwise.
            context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
            return TypedResults.Stream(body => writer.WriteAsync(plan, body, cancellation), BundleFormat.MediaType, FileName(partition.Name, fromSecond));
        }, cancellation);

    /// <summary>A name that any file system takes, whatever the VM is called.</summary>
    private static string FileName(string vm, long fromSecond)
    {
        string name = string.Concat(vm.Take(NameMax).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        return name + DateTimeOffset.FromUnixTimeSeconds(fromSecond).ToString("'-'yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture) + BundleFormat.Extension;
    }
}
