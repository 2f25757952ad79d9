namespace HvIntegration.WindowsTests.Wine;

/// <summary>Makes packages by the script that makes the product's.</summary>
internal static class PackageBuild
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    /// <summary>Builds one and tells its path.</summary>
    /// <param name="product"><c>agent</c> or <c>broker</c>.</param>
    /// <param name="kind"><c>msi</c>, <c>deb</c> or <c>rpm</c>.</param>
    /// <param name="program">Program in its published folder.</param>
    /// <param name="folder">Where the package goes.</param>
    /// <param name="version">Of the form 1.2.3.</param>
    public static async Task<string> RunAsync(string product, string kind, string program, string folder, string version) =>
        (await Shell.RunAsync("deploy/packages/build", [product, kind, Path.GetDirectoryName(program)!, folder, version], Patience)).Succeeded()
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
}
