namespace HvIntegration.GuestAgent.Linux.Native;

/// <summary>The folder that stands for <c>/</c>: every path a collector opens goes through it.</summary>
/// <remarks>A fixture folder in tests; <c>/host</c> when the agent runs in a container that mounts the guest there.</remarks>
internal sealed class GuestRoot(string path)
{
    private readonly string _prefix = path.TrimEnd('/');

    /// <summary>True for the real file system.</summary>
    public bool IsSystem => _prefix.Length == 0;

    /// <summary>Where <paramref name="absolute"/> (with a leading slash) lies under this root.</summary>
    public string Of(string absolute) => _prefix + absolute;
}
