using HvIntegration.HostBroker.Settings;
using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Principal;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Transport.Files;
using HvIntegration.Transport.HvSocket;


namespace HvIntegration.HostBroker.Composition;

/// <summary>What the broker leaves on a Windows host: the service GUID that VMs may dial, and the Windows service.</summary>
internal static class WindowsInstallation
{
    /// <summary>Name of the Windows service.</summary>
    public const string ServiceName = "HvIntegration Broker";

    private const string ElementName = "HvIntegration Broker";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Where settings, token and history are.</summary>
    public static string DataFolder { get; } = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "HvIntegration");

    // What the packages set in a file beside the program: without one the settings of the machine say it.
    private const string Settings = """
        {
          "Api": { "RequireToken": true, "Console": "pipe://hvintegration-api" }
        }

        """;

    /// <summary>Creates the folder of settings, token and history, which only administrators and the system may open.</summary>
    /// <returns>Where a folder of a user was put; null when there was none.</returns>
    /// <exception cref="IOException">It cannot be created.</exception>
    [SupportedOSPlatform("windows")]
    public static string? ProtectData() => ProtectedFolder.Make(DataFolder);

    /// <summary>Writes settings that ask for a token, where neither an administrator nor a package has written any.</summary>
    /// <returns>The file; null when there were settings.</returns>
    public static string? WriteSettings()
    {
        if (File.Exists(BrokerConfiguration.PackagedFile) || File.Exists(BrokerConfiguration.DefaultFile))
        {
            return null;
        }

        File.WriteAllText(BrokerConfiguration.DefaultFile, Settings);
        return BrokerConfiguration.DefaultFile;
    }

    /// <summary>Whether this account may install.</summary>
    [SupportedOSPlatform("windows")]
    public static bool IsAdministrator()
    {
        using var identity = WindowsIdentity.GetCurrent();
        return identity.IsSystem || new WindowsPrincipal(identity).IsInRole(WindowsBuiltInRole.Administrator);
    }

    /// <summary>Registers the service GUID.</summary>
    [SupportedOSPlatform("windows")]
    public static void Register() => HvSocketRegistration.Register(ProtocolLimits.HvSocketServiceId, ElementName);

    /// <summary>Removes the service GUID.</summary>
    [SupportedOSPlatform("windows")]
    public static void Unregister() => HvSocketRegistration.Unregister(ProtocolLimits.HvSocketServiceId);

    /// <summary>Makes the Windows service: at start of the system, and again seconds after it failed. One that is there is set anew.</summary>
    /// <param name="program">Full path of this program.</param>
    /// <exception cref="IOException">The service manager refuses; the message is its own.</exception>
    [SupportedOSPlatform("windows")]
    public static void CreateService(string program)
    {
        string command = $"\"{program}\" broker --listen hvsock://children";
        bool isThere = Control(["query", ServiceName]).Status == 0;
        Done(Control([isThere ? "config" : "create", ServiceName, "binPath=", command, "start=", "auto", "DisplayName=", ServiceName]));
        Done(Control(["failure", ServiceName, "reset=", "86400", "actions=", "restart/1000/restart/10000/restart/60000"]));

        // Without it only a crash counts, not an end with an error. A service manager that knows no such flag still starts again what crashed.
        _ = Control(["failureflag", ServiceName, "1"]);

        // For people only: a service without a description serves as well.
        _ = Control(["description", ServiceName, "Compares the guest side of virtual machines with the host side, and diagnoses slow VMs."]);
    }

    /// <summary>Starts the Windows service.</summary>
    /// <exception cref="IOException">The service manager refuses.</exception>
    [SupportedOSPlatform("windows")]
    public static void StartService() => Done(Control(["start", ServiceName]));

    /// <summary>Stops and removes the Windows service; nothing when there is none.</summary>
    /// <exception cref="IOException">The service manager refuses.</exception>
    [SupportedOSPlatform("windows")]
    public static void RemoveService()
    {
        if (Control(["query", ServiceName]).Status != 0)
        {
            return;
        }

        // It may not run, and one that still stops is deleted when it has.
        _ = Control(["stop", ServiceName]);
        Done(Control(["delete", ServiceName]));
    }

    private static void Done((int Status, string Text) answer)
    {
        if (answer.Status != 0)
        {
            throw new IOException($"the service manager returned {answer.Status}: {answer.Text}");
        }
    }

    // The system's own tool, by its full path: it writes what an administrator would look up.
    private static (int Status, string Text) Control(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Join(Environment.SystemDirectory, "sc.exe"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new IOException("sc.exe did not start");
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            throw new IOException($"sc.exe {arguments[0]} did not complete within {Patience.TotalSeconds} s");
        }

        return (process.ExitCode, string.Join(' ', $"{output.Result} {errors.Result}".Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)));
    }
}
