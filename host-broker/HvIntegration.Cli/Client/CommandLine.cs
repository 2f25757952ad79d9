using HvIntegration.Cli.Terminal;
using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace HvIntegration.Cli.Client;

/// <summary>What the commands of <c>hvi</c> share: options, examples, and where their output goes.</summary>
internal static class CommandLine
{
    /// <summary>Names the broker to ask.</summary>
    public const string BrokerOptionName = "--broker";

    private static readonly Dictionary<string, string[]> Examples = new(StringComparer.Ordinal);

    /// <summary>Gives a command examples, which its help shows last.</summary>
    public static T AddExamples<T>(T command, params string[] examples)
        where T : Command
    {
        Examples[command.Name] = examples;
        return command;
    }

    /// <summary>Examples of a command, in order; null when it has none.</summary>
    public static IReadOnlyList<string>? ExamplesOf(Command command) => Examples.GetValueOrDefault(command.Name);

    /// <summary>Option for the broker to ask.</summary>
    public static Option<string> BrokerOption() => new(BrokerOptionName)
    {
        Description = "API address of the broker (also set by HVI_BROKER_URL; default: the socket of an installed broker, otherwise loopback)",
        HelpName = "URL",
        DefaultValueFactory = _ => BrokerUrlDefault(),
    };

    /// <summary>The broker that a command asks when no option names one.</summary>
    public static string BrokerUrlDefault() => Environment.GetEnvironmentVariable("HVI_BROKER_URL") is { Length: > 0 } url ? url : ApiClient.FindBroker();

    /// <summary>Option for the form of the output.</summary>
    /// <param name="table">The output is a table, so csv is a form of it too.</param>
    public static Option<string> FormatOption(bool table = false)
    {
        var option = new Option<string>("--format")
        {
            Description = table ? "Output format: text, json or csv" : "Output format: text or json",
            DefaultValueFactory = _ => "text",
        };
        option.AcceptOnlyFromAmong(table ? ["text", "json", "csv"] : ["text", "json"]);
        return option;
    }

    /// <summary>Writes an answer in the form that was asked for.</summary>
    /// <param name="output">Writer for the output.</param>
    /// <param name="format">One of those of <see cref="FormatOption"/> for a table.</param>
    /// <param name="answer">The API's answer; json is exactly it.</param>
    /// <param name="text">Writes the text format.</param>
    /// <param name="csv">Writes the CSV format.</param>
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
        // On a terminal its control sequences pass; Screen answers for the text between them.
        var drawn = SafeWriter.Under(output);
        bool terminal = ReferenceEquals(drawn, System.Console.Out) && !System.Console.IsOutputRedirected;
        bool plain = !terminal || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(terminal || ReferenceEquals(drawn, output) ? drawn : output),
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
}
