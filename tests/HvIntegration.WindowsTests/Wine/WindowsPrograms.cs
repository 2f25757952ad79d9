namespace HvIntegration.WindowsTests.Wine;

/// <summary>Both programs for win-x64, published when a test first asks, once per state of the sources, into the lab's cache.</summary>
/// <remarks>Self-contained on CoreCLR: NativeAOT for Windows needs a Windows linker. The code is the same; the AOT analyzers watch it.</remarks>
internal static class WindowsPrograms
{
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromMinutes(10);
    private static readonly Lazy<Task<string>> PublishedAgent = new(() => PublishAsync("publish_windows_agent", "agent-win/hvi-agent.exe"));
    private static readonly Lazy<Task<string>> PublishedBroker = new(() => PublishAsync("publish_windows_broker", "hvi-win/hvi.exe"));
    private static readonly Lazy<Task<string>> PublishedNativeBroker = new(() => PublishAsync("publish_broker", "hvi/hvi"));
    private static readonly Lazy<Task<string>> PublishedLinuxAgent = new(() => PublishAsync("publish_agent", "agent/hvi-agent"));
    private static readonly Lazy<Task<string>> PublishedLinuxBroker = new(() => PublishAsync("publish_linux_broker", "hvi-linux/hvi"));

    /// <summary>The lab's cache, kept from run to run.</summary>
    public static string Work => Environment.GetEnvironmentVariable("HVI_LAB_WORK") is { Length: > 0 } given ? given : Path.Join(RepositoryFolder.Path, "lab", ".work");

    /// <summary>Unix path of <c>hvi-agent.exe</c>; its folder has all it needs.</summary>
    public static Task<string> AgentAsync() => PublishedAgent.Value;

    /// <summary>Unix path of <c>hvi.exe</c>; its folder has all it needs.</summary>
    public static Task<string> BrokerAsync() => PublishedBroker.Value;

    /// <summary>Path of the broker for this machine, the other end of a Windows guest's stream.</summary>
    public static Task<string> NativeBrokerAsync() => PublishedNativeBroker.Value;

    /// <summary>Path of the static agent for Linux guests, as its packages hold it.</summary>
    public static Task<string> LinuxAgentAsync() => PublishedLinuxAgent.Value;

    /// <summary>Path of the broker for Linux with its runtime beside it, as its packages hold it.</summary>
    public static Task<string> LinuxBrokerAsync() => PublishedLinuxBroker.Value;

    private static async Task<string> PublishAsync(string function, string result)
    {
        string script = $"set -euo pipefail; . lab/lib/settings.sh; {function} \"$LAB_REPO\" \"$LAB_WORK\"";
        (await Shell.RunAsync("bash", ["-c", script], PublishTimeout)).Succeeded();
        return Path.Join(Work, result);
    }
}
