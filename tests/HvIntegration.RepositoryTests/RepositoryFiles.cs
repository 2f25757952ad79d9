namespace HvIntegration.RepositoryTests;

/// <summary>The checked-out tree, found upwards from the test assembly.</summary>
internal static class RepositoryFiles
{
    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> Sources(string extension, params string[] folders) =>
        (folders.Length == 0 ? ["protocol", "guest-agent", "host-broker", "tests", "bench"] : folders)
        .Select(f => Path.Combine(Root, f))
        .Where(Directory.Exists)
        .SelectMany(f => Directory.EnumerateFiles(f, "*" + extension, SearchOption.AllDirectories))
        .Where(f => !f.Contains("/bin/", StringComparison.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal));

    public static string Relative(string path) => Path.GetRelativePath(Root, path);

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "HvIntegration.sln")))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException("HvIntegration.sln not found above " + AppContext.BaseDirectory);
    }
}
