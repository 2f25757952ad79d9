namespace HvIntegration.EndToEndTests;

/// <summary>Where the repository is: <c>HVI_REPO</c>, else upwards from the test's own folder.</summary>
internal static class RepositoryFolder
{
    /// <summary>Absolute path.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("HVI_REPO") is { Length: > 0 } given)
        {
            return given;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Join(folder.FullName, "HvIntegration.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("HvIntegration.sln is in no folder above the tests; set HVI_REPO");
    }
}
