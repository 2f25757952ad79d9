namespace HvIntegration.Api.Contract;

/// <summary>Where the API is when no setting says otherwise; the broker listens there and the commands look there.</summary>
public static class ApiLocation
{
    /// <summary>Default address, of the broker and of the commands that ask it.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8787";

    /// <summary>Where the packages have the console come in, and where the commands look first.</summary>
    public static string PackagedConsole { get; } = OperatingSystem.IsWindows() ? "pipe://hvintegration-api" : "unix:///run/hvintegration/api.sock";

    /// <summary>What the paths of bundles end in.</summary>
    public const string BundleEnd = "/bundle";

    /// <summary>Begins the address of a Unix socket; the path follows.</summary>
    public const string UnixScheme = "unix://";

    /// <summary>Begins the address of a named pipe; the name follows.</summary>
    public const string PipeScheme = "pipe://";
}
