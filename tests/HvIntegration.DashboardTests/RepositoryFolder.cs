namespace HvIntegration.DashboardTests;

/// <summary>Where the repository is: <c>HVI_REPO</c>, else upwards from the test's own folder.</summary>
internal static class RepositoryFolder
{
    /// <summary>Absolute path.</summary>
    public static string FullPath { get; } = Find();

    /// <summary>Ignored by git; the newest look of every page.</summary>
    public static string Screenshots { get; } = Directory.CreateDirectory(Path.Combine(FullPath, "artifacts", "screenshots")).FullName;

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("HVI_REPO") is { Length: > 0 } given)
        {
            return given;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HvIntegration.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("HvIntegration.sln is in no folder above the tests; set HVI_REPO");
    }
}
