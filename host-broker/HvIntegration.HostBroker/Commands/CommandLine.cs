using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text.Json;
using HvIntegration.HostBroker.Api;
using HvIntegration.HostBroker.Commands.Report;
using HvIntegration.HostBroker.Commands.Top;
using Spectre.Console;

namespace HvIntegration.HostBroker.Commands;

/// <summary>The command line of <c>hvi</c>.</summary>
internal static class CommandLine
{
    /// <summary>Names the broker to ask.</summary>
    public const string BrokerOptionName = "--broker";

    // The last commit of a broker that is told to stop may wait for a slow disk.
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(30);
    private static readonly Dictionary<string, string[]> Examples = new(StringComparer.Ordinal);

    /// <summary>Parses and runs.</summary>
    /// <returns>One of <see cref="ExitStatus"/>.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var parsed = Build(output).Parse(args);
        var configuration = new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = StopMax };
        try
        {
            int status = await parsed.InvokeAsync(configuration, cancellation);
            return parsed.Errors.Count > 0 ? ExitStatus.Usage : status;
        }
        catch (CommandException e)
        {
            await errors.WriteLineAsync("hvi: " + e.Message);
            return e.Status;
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C of a command that runs until then.
            return ExitStatus.Ok;
        }
    }

    private static RootCommand Build(TextWriter output)
    {
        var root = new RootCommand("Both sides of every virtual machine of this host: inside by its agent, outside by the host's counters.")
        {
            BrokerCommand.Create(),
            DemoCommand.Create(output),
            TopCommand.Create(output),
            VmsCommand.Create(output),
            ShowCommand.Create(output),
            DiagnoseCommand.Create(output),
            HistoryCommand.Create(output),
            EpisodesCommand.Create(output),
            ProcessesCommand.Create(output),
            StackCommand.Create(output),
            ReportCommand.Create(output),
            BundleCommand.Create(output),
            OpenCommand.Create(output),
            CheckCommand.Create(output),
            CountersCommand.Create(output),
            InventoryCommand.Create(output),
            InstallCommand.Create(output),
            InstallCommand.CreateUninstall(output),
            CompletionCommand.Create(output),
        };
        AddExamples(root, "hvi demo", "hvi broker --source qemu", "hvi vms", "hvi show web-01", "hvi diagnose");
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new ExamplesAction((HelpAction)help.Action!);
        }

        return root;
    }

    /// <summary>Gives a command examples, which its help shows last.</summary>
    public static T AddExamples<T>(T command, params string[] examples)
        where T : Command
    {
        Examples[command.Name] = examples;
        return command;
    }

    /// <summary>Option for the broker to ask.</summary>
    public static Option<string> BrokerOption() => new(BrokerOptionName)
    {
        Description = "API of the broker to ask; HVI_BROKER_URL sets it too",
        HelpName = "URL",
        DefaultValueFactory = _ => BrokerUrlDefault(),
    };

    /// <summary>The broker a command asks when it is told none.</summary>
    public static string BrokerUrlDefault() => Environment.GetEnvironmentVariable("HVI_BROKER_URL") is { Length: > 0 } url ? url : ApiOptions.DefaultUrl;

    /// <summary>Option for the form of the output.</summary>
    /// <param name="table">The output is a table, so csv is a form of it too.</param>
    public static Option<string> FormatOption(bool table = false)
    {
        var option = new Option<string>("--format")
        {
            Description = table ? "text for people, json for programs, csv for spreadsheets" : "text for people, json for programs",
            DefaultValueFactory = _ => "text",
        };
        option.AcceptOnlyFromAmong(table ? ["text", "json", "csv"] : ["text", "json"]);
        return option;
    }

    /// <summary>Writes an answer in the form that was asked for.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="format">One of those of <see cref="FormatOption"/> for a table.</param>
    /// <param name="answer">The API's answer; json is exactly it.</param>
    /// <param name="text">For people.</param>
    /// <param name="csv">For spreadsheets.</param>
    public static void Write<T>(TextWriter output, string format, T answer, Action<IAnsiConsole, T> text, Action<TextWriter, T> csv)
    {
        switch (format)
        {
            case "json":
                output.WriteLine(JsonSerializer.Serialize(answer, ApiClient.Json));
                break;
            case "csv":
                csv(output, answer);
                break;
            default:
                text(Console(output), answer);
                break;
        }
    }

    /// <summary>A console on a writer: colour and width of the terminal where there is one, plain 100 columns where not.</summary>
    public static IAnsiConsole Console(TextWriter output)
    {
        bool terminal = ReferenceEquals(output, System.Console.Out) && !System.Console.IsOutputRedirected;
        bool plain = !terminal || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = terminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!terminal)
        {
            console.Profile.Width = int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out int columns) && columns > 0 ? columns : 100;
            console.Profile.Capabilities.Unicode = true;
        }

        return console;
    }

    /// <summary>The usual help, then examples and exit statuses.</summary>
    private sealed class ExamplesAction(HelpAction usual) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int status = usual.Invoke(parseResult);
            if (Examples.TryGetValue(parseResult.CommandResult.Command.Name, out var examples)
                || Examples.TryGetValue("hvi", out examples))
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                foreach (string example in examples)
                {
                    output.WriteLine("  " + example);
                }

                output.WriteLine();
                output.WriteLine("Exit status: 0 well, 1 something found, 2 wrong use or setting, 3 no broker answers, 4 no such VM or nothing kept, 5 the broker failed, 130 cancelled.");
            }

            return status;
        }
    }
}
