using HvIntegration.HostBroker.Api.Contract;
using HvIntegration.HostBroker.Bundles;
using HvIntegration.HostBroker.History;

namespace HvIntegration.HostBroker.Api;

/// <summary>The verdicts of an opened bundle, recorded and judged again.</summary>
internal static class RediagnosisEndpoint
{
    /// <summary>Adds the endpoint.</summary>
    public static void MapRediagnosis(this RouteGroupBuilder api) =>
        api.MapGet("/vms/{vm}/rediagnosis", AnswerAsync)
            .WithName("GetRediagnosis").WithSummary("What was said when an opened bundle was recorded, and what the rules of this hvi say of the same samples.")
            .Produces<RediagnosisAnswer>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static Task<IResult> AnswerAsync(
        string vm, BrokerReader reader, PastReader past, IHistoryStore history, IServiceProvider services, CancellationToken cancellation) =>
        ApiEndpoints.WithVmAsync(vm, past, async partition =>
            services.GetService<BundleReplay>() is { } replay && await replay.CompareAsync(reader.Source, partition, history, cancellation) is { } both
                ? new Tagged<RediagnosisAnswer>(both)
                : TypedResults.Problem(
                    "Verdicts are judged again where a bundle is open ('hvi open'), of VMs whose inside is in it.", statusCode: StatusCodes.Status404NotFound, title: "Nothing to judge again"),
            cancellation);
}
