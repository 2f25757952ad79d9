using HvIntegration.Api.Contract;
using HvIntegration.Broker.Bundles;
using HvIntegration.Broker.Queries;

namespace HvIntegration.Api.Endpoints;

/// <summary>The verdicts of an opened bundle, recorded and judged again.</summary>
internal static class RediagnosisEndpoint
{
    /// <summary>Adds the endpoint that compares recorded and new verdicts.</summary>
    public static void MapRediagnosis(this RouteGroupBuilder api) =>
        api.MapGet("/vms/{vm}/rediagnosis", AnswerAsync)
            .WithName("GetRediagnosis").WithSummary("The recorded verdicts of an opened bundle, and the verdicts of the rules of this hvi for the same samples.")
            .Produces<RediagnosisAnswer>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static Task<IResult> AnswerAsync(
        string vm, BrokerReader reader, VmQueries vms, PastQueries past, EpisodeQueries episodes, IServiceProvider services, CancellationToken cancellation) =>
        ApiEndpoints.WithVmAsync(vm, vms, async partition =>
            services.GetService<BundleReplay>() is { } replay && await replay.CompareAsync(reader.Source, partition, past, episodes, cancellation) is { } both
                ? new Tagged<RediagnosisAnswer>(both)
                : TypedResults.Problem(
                    "New verdicts are available in an open bundle ('hvi open'), for VMs with guest-side data in it.", statusCode: StatusCodes.Status404NotFound, title: "No new verdicts"),
            cancellation);
}
