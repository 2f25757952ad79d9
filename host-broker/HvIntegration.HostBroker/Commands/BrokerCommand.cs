using System.CommandLine;
using HvIntegration.HostBroker.CounterSources;
using HvIntegration.HostBroker.History;
using HvIntegration.HostBroker.Hosting;

namespace HvIntegration.HostBroker.Commands;

/// <summary><c>hvi broker</c>: the service.</summary>
internal static class BrokerCommand
{
    public static Command Create()
    {
        var config = new Option<string?>("--config") { Description = $"Settings file instead of {BrokerConfiguration.DefaultFile}", HelpName = "FILE" };
        var source = new Option<string?>("--source") { Description = $"Counter source: {string.Join(", ", CounterSourceCatalog.Names)}", HelpName = "NAME" };
        var listen = new Option<string[]>("--listen") { Description = "Address for agents, as vsock://any or hvsock://children; several times for several", HelpName = "ADDRESS" };
        var api = new Option<string?>("--api") { Description = "Address of the API, loopback or a Unix socket", HelpName = "URL" };
        var history = new Option<string?>("--history") { Description = "Folder of the history", HelpName = "FOLDER" };
        var log = new Option<string?>("--log") { Description = "Log on standard output, one event a line: text for people, json for programs", HelpName = "FORMAT" };
        log.AcceptOnlyFromAmong("text", "json");
        var set = new Option<string[]>("--set") { Description = "Any other setting, as Agents:ProcessTopN=10; several times for several", HelpName = "KEY=VALUE" };
        var command = new Command("broker", "Run the broker: take agents' streams and host counters, keep and explain them; prints only its log") { config, source, listen, api, history, log, set };
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

            await RunAsync(parsed.GetValue(config), settings, cancellation);
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(
            command, "hvi broker --source qemu --set Qemu:SocketFolder=/run/hvintegration/qemu", "hvi broker --source simulated --history /tmp/history",
            "hvi broker --listen hvsock://children", "hvi broker --source qemu --log json");
    }

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
                throw new CommandException(ExitStatus.Usage, $"--set '{pair}': write KEY=VALUE, as Agents:ProcessTopN=10");
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

    /// <summary>Starts a broker; failures that an administrator can mend become one sentence and a status.</summary>
    public static async Task<RunningBroker> StartAsync(
        BrokerOptions options, Func<ICounterSource, ICounterSource>? wrap, bool console, CancellationToken cancellation)
    {
        try
        {
            return await RunningBroker.StartAsync(options, wrap, console, cancellation);
        }
        catch (Exception e) when (e is HistoryException or CounterSourceException)
        {
            throw new CommandException(ExitStatus.Usage, $"the broker cannot start: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new CommandException(
                ExitStatus.Usage, $"the broker cannot listen: {e.Message} Another broker may be running; --api takes another address.", e);
        }
    }

    private static async Task RunAsync(string? config, Dictionary<string, string?> settings, CancellationToken cancellation)
    {
        var options = Load(config, settings);
        await using var broker = await StartAsync(options, null, console: true, cancellation);
        await broker.WaitAsync(cancellation);
    }

    private static void Add(Dictionary<string, string?> settings, string key, string? value)
    {
        if (value is not null)
        {
            settings[key] = value;
        }
    }
}
