using System.CommandLine;
using HvIntegration.HostBroker.Bundles;
using HvIntegration.HostBroker.History;
using HvIntegration.HostBroker.Hosting;

namespace HvIntegration.HostBroker.Commands;

/// <summary><c>hvi open</c>: the dashboard over a bundle, on any machine, with no broker.</summary>
internal static class OpenCommand
{
    private const int Percents = 100;

    public static Command Create(TextWriter output)
    {
        var file = new Argument<string>("FILE") { Description = "Bundle that 'hvi bundle' or the dashboard wrote" };
        var api = new Option<string>("--api") { Description = "Address of the dashboard and the API; port 0 takes a free one", DefaultValueFactory = _ => "http://127.0.0.1:0", HelpName = "URL" };
        var config = new Option<string?>("--config") { Description = "Broker's settings whose section Engine has the rules to judge by; without it the defaults of this hvi", HelpName = "FILE" };
        var command = new Command("open", "Show a bundle in the dashboard, read-only and offline, and judge it again by the rules of this hvi") { file, api, config };
        command.SetAction(async (parsed, cancellation) =>
        {
            var rules = parsed.GetValue(config) is { } settings ? BrokerCommand.Load(settings, []).Engine : new BrokerOptions().Engine;
            await using var opened = await OpenAsync(parsed.GetValue(file)!, parsed.GetValue(api)!, rules, parsed.InvocationConfiguration.Error, cancellation);
            var manifest = opened.Replay.Manifest;
            await output.WriteLineAsync(Screen.Safe(new BundleSource(manifest, opened.Replay.Inventory).Words));
            await output.WriteLineAsync($"{opened.Url}/vm/{manifest.Vm.Id}");
            await output.WriteLineAsync("Ctrl+C ends it and removes what was unpacked.");
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
            throw new CommandException(ExitStatus.Cancelled, $"cancelled; '{file}' is not shown and nothing of it is left.", e);
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
