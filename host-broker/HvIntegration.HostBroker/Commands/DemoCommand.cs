using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using HvIntegration.Cli.Screens;
using HvIntegration.Cli.Terminal;
using HvIntegration.HostBroker.Settings;
using System.CommandLine;
using System.Text.Json;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using Spectre.Console;

namespace HvIntegration.HostBroker.Commands;

/// <summary><c>hvi demo</c>: the whole product on a simulated host, with this machine's own agent beside it.</summary>
internal static class DemoCommand
{
    private const int SecondsWithoutTerminal = 20;
    private const int HistoryMiB = 256;
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);

    public static Command Create(TextWriter output)
    {
        var seconds = new Option<int?>("--seconds") { Description = "Run for N seconds, print once and exit (default 20 when stdout is not a terminal)", HelpName = "N" };
        var vm = new Option<string?>("--vm") { Description = "VM to show (default: the most affected VM)", HelpName = "VM" };
        var noAgent = new Option<bool>("--no-agent") { Description = "Do not run the agent of this machine" };
        var format = CommandLine.FormatOption();
        seconds.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int?>() is < 1 or > 86_400)
            {
                r.AddError("--seconds must be from 1 to 86400");
            }
        });
        var command = new Command("demo", "Run the product on a SIMULATED host, with the agent of this machine in addition") { seconds, vm, noAgent, format };
        command.SetAction(async (parsed, cancellation) =>
        {
            string folder = Directory.CreateTempSubdirectory("hvi-demo-").FullName;
            try
            {
                await RunAsync(
                    output, parsed.InvocationConfiguration.Error, folder, parsed.GetValue(seconds), parsed.GetValue(vm), !parsed.GetValue(noAgent), parsed.GetValue(format) == "json", cancellation);
                return ExitStatus.Ok;
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return CommandLine.AddExamples(command, "hvi demo", "hvi demo --seconds 30", "hvi demo --seconds 30 --format json");
    }

    private static async Task RunAsync(
        TextWriter output, TextWriter errors, string folder, int? seconds, string? vm, bool withAgent, bool json, CancellationToken cancellation)
    {
        var options = new BrokerOptions { Source = "simulated", LogLevel = LogLevel.Error };
        options.Api.Url = "http://127.0.0.1:0";
        options.History.Folder = Path.Combine(folder, "history");
        options.History.SizeMaxMiB = HistoryMiB;
        string socket = Path.Combine(folder, "this-machine.agent.sock");
        string name = $"{Environment.MachineName} (this machine)";
        var thisMachine = new PartitionInfo(
            PartitionGuid.FromName("demo", name), name, PartitionState.Running, Environment.ProcessorCount, null, null, "unix:" + socket);

        await using var broker = await BrokerCommand.StartAsync(
            options, withAgent ? inner => new DemoSource(inner, thisMachine) : null, console: false, cancellation);
        var (agent, reason) = withAgent ? await LocalAgent.StartAsync(socket, cancellation) : (null, null);
        await using var ending = agent;
        using var client = new ApiClient(broker.Url);
        var console = CommandLine.Console(output);
        bool live = console.Profile.Capabilities.Interactive && seconds is null && !json;
        int left = seconds ?? SecondsWithoutTerminal;
        if (!live)
        {
            await errors.WriteLineAsync($"hvi: dashboard at {broker.Url} for {left} s");
        }

        using var timer = new PeriodicTimer(Refresh);
        while (await timer.WaitForNextTickAsync(cancellation) && (live || --left > 0))
        {
            if (live)
            {
                var (vms, one) = await ReadAsync(client, vm, cancellation);
                console.Clear(home: true);
                Write(console, vms, one, broker.Url, reason, withAgent ? name : null);
                new Screen(console).Line(("Ctrl+C ends the demo.", Styles.Dim));
            }
        }

        var (lastVms, last) = await ReadAsync(client, vm, cancellation);
        if (json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(new DemoAnswer(lastVms.Source, lastVms.Vms, last, reason), ApiClient.Json));
        }
        else
        {
            Write(console, lastVms, last, broker.Url, reason, withAgent ? name : null);
        }
    }

    private static async Task<(VmsAnswer Vms, VmAnswer? One)> ReadAsync(ApiClient client, string? vm, CancellationToken cancellation)
    {
        var vms = await client.GetAsync<VmsAnswer>("api/v1/vms", cancellation);
        var chosen = vm is null
            ? vms.Vms.OrderByDescending(v => v.Verdict is { } d && !Hypotheses.IsHealthy(d.Hypothesis) && !Hypotheses.IsUnknown(d.Hypothesis) ? d.Probability : 0).FirstOrDefault()?.Id.ToString()
            : vm;
        var one = chosen is null ? null : await client.GetAsync<VmAnswer>("api/v1/vms/" + Uri.EscapeDataString(chosen), cancellation);
        return (vms, one);
    }

    private static void Write(IAnsiConsole console, VmsAnswer vms, VmAnswer? one, string url, string? reason, string? thisMachine)
    {
        var screen = new Screen(console);
        VmsScreen.Write(console, vms);
        if (reason is not null)
        {
            screen.Wrapped(reason, 0, Styles.Warn);
        }
        else if (thisMachine is not null)
        {
            screen.Wrapped(
                $"{thisMachine} is real, with guest-side data only. The host is simulated, so no host-side number describes this machine.", 0, Styles.Warn);
        }

        screen.Line();
        if (one is not null)
        {
            VmScreen.Write(console, one);
        }

        screen.Line(($"In a browser: {url}  From another terminal: hvi vms --broker {url}", Styles.Dim));
    }

    /// <summary>The demo's view as <c>--format json</c> gives it.</summary>
    private sealed record DemoAnswer(SourceLabel Source, IReadOnlyList<VmSummary> Vms, VmAnswer? Vm, string? AgentMissing);
}
