using HvIntegration.Broker.Bundles;
using HvIntegration.Cli.Client;
using HvIntegration.Cli.Terminal;
using HvIntegration.HostBroker.Composition;
using HvIntegration.HostBroker.Settings;
using System.CommandLine;
using HvIntegration.History;

namespace HvIntegration.HostBroker.Commands;

/// <summary><c>hvi open</c>: the dashboard over a bundle, on any machine, with no broker.</summary>
internal static class OpenCommand
{
    private const int Percents = 100;

    public static Command Create(TextWriter output)
    {
        var file = new Argument<string>("FILE") { Description = "Bundle written by 'hvi bundle' or the dashboard" };
        var api = new Option<string>("--api") { Description = "Address of the dashboard and the API; port 0 selects a free port", DefaultValueFactory = _ => "http://127.0.0.1:0", HelpName = "URL" };
        var config = new Option<string?>("--config") { Description = "Broker settings file; its section Engine sets the rules (default: the built-in rules of this hvi)", HelpName = "FILE" };
        var command = new Command("open", "Show a bundle in the dashboard, read-only and offline, and diagnose it again with the rules of this hvi") { file, api, config };
        command.SetAction(async (parsed, cancellation) =>
        {
            var rules = parsed.GetValue(config) is { } settings ? BrokerCommand.Load(settings, []).Engine : new BrokerOptions().Engine;
            await using var opened = await OpenAsync(parsed.GetValue(file)!, parsed.GetValue(api)!, rules, parsed.InvocationConfiguration.Error, cancellation);
            var manifest = opened.Replay.Manifest;
            await output.WriteLineAsync(Screen.Safe(new BundleSource(manifest, opened.Replay.Inventory).Words));
            await output.WriteLineAsync($"{opened.Url}/vm/{manifest.Vm.Id}");
            await output.WriteLineAsync("Ctrl+C stops it and removes the unpacked files.");
            await output.FlushAsync(cancellation);
            await opened.App.WaitForShutdownAsync(cancellation);
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(command, "hvi open incident.hvi", "hvi open incident.hvi --api http://127.0.0.1:8788", "hvi open incident.hvi --config /etc/hvintegration/broker.json");
    }

    private static async Task<OpenedBundle> OpenAsync(string file, string api, Engine.Options.EngineOptions rules, TextWriter errors, CancellationToken cancellation)
    {
        var progress = ProgressLine.On(errors);
        try
        {
            return await OpenedBundle.StartAsync(file, api, rules, new Told(progress), cancellation);
        }
        catch (Exception e) when (e is BundleException or HistoryException or FormatException)
        {
            throw new CommandException(ExitStatus.Usage, e.Message, e);
        }
        catch (OperationCanceledException e)
        {
            throw new CommandException(ExitStatus.Cancelled, $"Canceled. '{file}' is not shown, and its unpacked files were removed.", e);
        }
        catch (IOException e)
        {
            throw new CommandException(ExitStatus.Usage, $"'{file}' cannot be shown: {e.Message}", e);
        }
        finally
        {
            progress.End();
        }
    }

    private sealed class Told(ProgressLine line) : IProgress<double>
    {
        public void Report(double value) => line.Percent("reading", (int)(value * Percents));
    }
}
