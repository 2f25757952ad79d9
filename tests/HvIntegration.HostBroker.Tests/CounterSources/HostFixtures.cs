namespace HvIntegration.HostBroker.Tests.CounterSources;

/// <summary>Files under tests/fixtures/host, wherever the test was built.</summary>
internal static class HostFixtures
{
    public static string PathOf(string relative) => InRepository(Path.Join("tests", "fixtures", "host", relative));

    public static string InRepository(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Join(folder.FullName, "HvIntegration.sln")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return Path.Join(folder.FullName, relative);
    }

    public static string Text(string relative) => File.ReadAllText(PathOf(relative));
}
