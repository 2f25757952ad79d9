using HvIntegration.Cli.Client;
using HvIntegration.HostBroker.Composition;
using HvIntegration.HostBroker.Settings;
using System.CommandLine;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.Catalog;
using HvIntegration.Recordings;
using HvIntegration.History;
using HvIntegration.Transport.Files;

namespace HvIntegration.HostBroker.Commands;

/// <summary><c>hvi broker</c>: the service.</summary>
internal static class BrokerCommand
{
    /// <summary>As it is written on the command line.</summary>
    public const string Name = "broker";

    public static Command Create()
    {
        var config = new Option<string?>("--config") { Description = $"Settings file (default {BrokerConfiguration.DefaultFile})", HelpName = "FILE" };
        var source = new Option<string?>("--source") { Description = $"Counter source: {string.Join(", ", CounterSourceCatalog.Names)}", HelpName = "NAME" };
        var listen = new Option<string[]>("--listen") { Description = "Listen address for agents, such as vsock://any or hvsock://children; repeatable", HelpName = "ADDRESS" };
        var api = new Option<string?>("--api") { Description = "API address: loopback or a Unix socket", HelpName = "URL" };
        var history = new Option<string?>("--history") { Description = "History folder", HelpName = "FOLDER" };
        var log = new Option<string?>("--log") { Description = "Log format on standard output, one event per line: text or json", HelpName = "FORMAT" };
        log.AcceptOnlyFromAmong("text", "json");
        var set = new Option<string[]>("--set") { Description = "Any other setting, such as Agents:ProcessTopN=10; repeatable", HelpName = "KEY=VALUE" };
        var command = new Command(Name, "Run the broker: receive agent streams and host counters, store them and diagnose the VMs. Prints only its log") { config, source, listen, api, history, log, set };
        command.SetAction(async (parsed, cancellation) =>
        {
            var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            Add(settings, "Source", parsed.GetValue(source));
            Add(settings, "Api:Url", parsed.GetValue(api));
            Add(settings, "LogFormat", parsed.GetValue(log));
            Add(settings, "History:Folder", parsed.GetValue(history));
            var addresses = parsed.GetValue(listen) ?? [];
            for (int i = 0; i < addresses.Length; i++)
            {
                settings[$"Agents:Listen:{i}"] = addresses[i];
            }

            foreach (var (key, value) in Settings(parsed.GetValue(set) ?? []))
            {
                settings[key] = value;
            }

            string? file = parsed.GetValue(config);
            if (OperatingSystem.IsWindows() && BrokerLog.IsWindowsService)
            {
                return await WindowsServiceHost.RunAsync(stopping => RunAsync(file, settings, stopping), cancellation) ? ExitStatus.Ok : ExitStatus.BrokerError;
            }

            await RunAsync(file, settings, cancellation);
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(
            command, "hvi broker --source qemu --set Qemu:SocketFolder=/run/hvintegration/qemu", "hvi broker --source simulated --history /tmp/history",
            "hvi broker --listen hvsock://children", "hvi broker --source qemu --log json");
    }

    /// <summary>A setting that was written as an option, <c>--Agents:HoldMs</c>; null when there is none.</summary>
    public static string? SettingAmong(IEnumerable<string> unmatched) =>
        unmatched.FirstOrDefault(t => t.StartsWith("--", StringComparison.Ordinal) && t.Contains(':', StringComparison.Ordinal));

    /// <summary>Settings of <c>--set KEY=VALUE</c>.</summary>
    /// <exception cref="CommandException">A pair is none.</exception>
    public static Dictionary<string, string?> Settings(IEnumerable<string> pairs)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (string pair in pairs)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new CommandException(ExitStatus.Usage, $"--set '{pair}': use KEY=VALUE, such as Agents:ProcessTopN=10");
            }

            settings[pair[..equals]] = pair[(equals + 1)..];
        }

        return settings;
    }

    /// <summary>Settings of file, environment and command line.</summary>
    /// <exception cref="CommandException">Something is wrong; all faults at once.</exception>
    public static BrokerOptions Load(string? config, Dictionary<string, string?> settings)
    {
        try
        {
            return BrokerConfiguration.Load(config, settings);
        }
        catch (BrokerConfigurationException e)
        {
            throw new CommandException(ExitStatus.Usage, e.Message, e);
        }
    }

    /// <summary>Reads the section <c>Engine</c> of a settings file; its other sections are checked, not used.</summary>
    /// <exception cref="CommandException">Something is wrong; all faults at once.</exception>
    public static RecordingRules LoadRules(string file)
    {
        try
        {
            BrokerConfiguration.LoadFile(file);
            return new RecordingRules(() => BrokerConfiguration.LoadFile(file).Engine);
        }
        catch (BrokerConfigurationException e)
        {
            throw new CommandException(ExitStatus.Usage, $"{string.Join(" ", e.Faults)} The setting names are those of section Engine of the broker settings.", e);
        }
    }

    /// <summary>Starts a broker; failures that an administrator can mend become one sentence and a status.</summary>
    public static async Task<RunningBroker> StartAsync(
        BrokerOptions options, Func<ICounterSource, ICounterSource>? wrap, bool console, CancellationToken cancellation)
    {
        if (TrustedFile.FolderFault(options.History.Folder) is { } fault)
        {
            throw new CommandException(ExitStatus.Usage, $"the broker cannot start: History:Folder: {fault}");
        }

        try
        {
            return await RunningBroker.StartAsync(options, wrap, console, cancellation);
        }
        catch (Exception e) when (e is HistoryException or CounterSourceException or FormatException)
        {
            throw new CommandException(ExitStatus.Usage, $"the broker cannot start: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new CommandException(
                ExitStatus.Usage, $"the broker cannot listen: {e.Message} Another broker may be running. Use --api to set another address.", e);
        }
    }

    private static async Task RunAsync(string? config, Dictionary<string, string?> settings, CancellationToken cancellation)
    {
        // A service that an installer of before made may find no folder yet; what it makes itself, every user could write into.
        if (OperatingSystem.IsWindows() && !Directory.Exists(WindowsInstallation.DataFolder) && WindowsInstallation.IsAdministrator())
        {
            WindowsInstallation.ProtectData();
        }

        var options = Load(config, settings);
        await using var broker = await StartAsync(options, null, console: true, cancellation);
        await broker.WaitAsync(cancellation);
        if (broker.Fault is { } fault)
        {
            throw new CommandException(ExitStatus.BrokerError, $"the broker ended by an error: {fault.Message}", fault);
        }
    }

    private static void Add(Dictionary<string, string?> settings, string key, string? value)
    {
        if (value is not null)
        {
            settings[key] = value;
        }
    }
}
