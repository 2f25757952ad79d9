using HvIntegration.Cli.Client;
using HvIntegration.Cli.Commands;
using HvIntegration.Cli.Report;
using HvIntegration.Cli.Terminal;
using HvIntegration.Cli.Top;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace HvIntegration.HostBroker.Commands;

/// <summary>The command line of <c>hvi</c>: every command, its help, and its exit status.</summary>
internal static class HviCommand
{
    // The last commit of a broker that is told to stop may wait for a slow disk.
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(30);

    /// <summary>Parses the arguments and runs the command.</summary>
    /// <returns>One of <see cref="ExitStatus"/>.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        // The one place through which a command's words go. 'hvi top' draws on the terminal itself.
        using var safeOutput = new SafeWriter(output);
        using var safeErrors = new SafeWriter(errors);
        var parsed = Build(safeOutput, output).Parse(args);
        var configuration = new InvocationConfiguration { Output = safeOutput, Error = safeErrors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = StopMax };
        if (parsed.CommandResult.Command.Name == BrokerCommand.Name && BrokerCommand.SettingAmong(parsed.UnmatchedTokens) is { } setting)
        {
            await safeErrors.WriteLineAsync($"hvi: '{Screen.Safe(setting)}' is not an option. Use --set {Screen.Safe(setting[2..].Split('=')[0])}=VALUE");
            return ExitStatus.Usage;
        }

        try
        {
            int status = await parsed.InvokeAsync(configuration, cancellation);
            return parsed.Errors.Count > 0 ? ExitStatus.Usage : status;
        }
        catch (CommandException e)
        {
            // One sentence on one line, whoever wrote a part of it.
            await safeErrors.WriteLineAsync("hvi: " + Screen.Safe(e.Message));
            return e.Status;
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C of a command that runs until then.
            return ExitStatus.Ok;
        }
    }

    private static RootCommand Build(TextWriter output, TextWriter drawn)
    {
        var root = new RootCommand("Monitors every virtual machine of this host from both sides: the guest side by its agent, the host side by the host counters.")
        {
            BrokerCommand.Create(),
            DemoCommand.Create(output),
            TopCommand.Create(drawn),
            VmsCommand.Create(output),
            ShowCommand.Create(output),
            DiagnoseCommand.Create(output, BrokerCommand.LoadRules),
            HistoryCommand.Create(output),
            EpisodesCommand.Create(output),
            ProcessesCommand.Create(output),
            StackCommand.Create(output),
            ReportCommand.Create(output),
            DashboardCommand.Create(output),
            BundleCommand.Create(output),
            OpenCommand.Create(output),
            CheckCommand.Create(output),
            CountersCommand.Create(output),
            InventoryCommand.Create(output),
            InstallCommand.Create(output),
            InstallCommand.CreateUninstall(output),
            CompletionCommand.Create(output),
        };
        CommandLine.AddExamples(root, "hvi demo", "hvi broker --source qemu", "hvi vms", "hvi show web-01", "hvi diagnose");
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new ExamplesAction((HelpAction)help.Action!);
        }

        return root;
    }

    /// <summary>The usual help, then examples and exit statuses.</summary>
    private sealed class ExamplesAction(HelpAction usual) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int status = usual.Invoke(parseResult);
            if ((CommandLine.ExamplesOf(parseResult.CommandResult.Command) ?? CommandLine.ExamplesOf(parseResult.RootCommandResult.Command)) is { } examples)
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                foreach (string example in examples)
                {
                    output.WriteLine("  " + example);
                }

                output.WriteLine();
                output.WriteLine("Exit codes: 0 OK, 1 findings, 2 usage or configuration error, 3 no broker answers, 4 VM or data not found, 5 the broker failed, 130 canceled.");
            }

            return status;
        }
    }
}
