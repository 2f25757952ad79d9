namespace HvIntegration.EndToEndTests;

/// <summary>Both programs as users get them, published once per state of the sources into the lab's own cache.</summary>
public sealed class PublishedPrograms : IAsyncLifetime
{
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromMinutes(12);

    /// <summary>Folder of the cache, the kernel and the initramfs.</summary>
    public static string WorkFolder { get; } =
        Environment.GetEnvironmentVariable("HVI_LAB_WORK") is { Length: > 0 } given ? given : Path.Join(RepositoryFolder.Path, "lab", ".work");

    /// <summary>The static agent.</summary>
    public static string Agent => Path.Join(WorkFolder, "agent", "hvi-agent");

    /// <summary>Service and console of the host.</summary>
    public static string Hvi => Path.Join(WorkFolder, "hvi", "hvi");

    /// <summary>Publishes.</summary>
    public async ValueTask InitializeAsync()
    {
        const string Script = """
            set -euo pipefail
            . lab/lib/settings.sh
            publish_agent "$LAB_REPO" "$LAB_WORK"
            publish_broker "$LAB_REPO" "$LAB_WORK"
            """;
        (await Shell.RunAsync("bash", ["-c", Script], PublishTimeout)).Succeeded();
    }

    /// <summary>The cache stays for the next run.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
