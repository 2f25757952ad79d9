using HvIntegration.Model;

namespace HvIntegration.Api.Endpoints;

/// <summary>The OpenAPI document of the API.</summary>
internal static class ApiDescription
{
    /// <summary>Adds the document. Its texts are the doc comments of the contract and of the endpoints, so it is made in their project.</summary>
    public static void AddApiDescription(this IServiceCollection services) =>
        services.AddOpenApi(o => o.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "HvIntegration broker";
            document.Info.Version = ProductVersion.Text;
            return Task.CompletedTask;
        }));
}
