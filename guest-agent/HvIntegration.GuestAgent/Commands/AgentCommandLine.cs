using System.Collections;
using System.CommandLine;
using System.CommandLine.Parsing;
using HvIntegration.GuestAgent.Hosting;

namespace HvIntegration.GuestAgent.Commands;

/// <summary>The command line of <c>hvi-agent</c>.</summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="environment">Environment variables.</param>
internal sealed class AgentCommandLine(TextWriter output, TextWriter error, IDictionary environment)
{
    // Everything that a command prints goes through these two.
    private readonly SafeWriter _output = SafeWriter.Over(output);
    private readonly SafeWriter _error = SafeWriter.Over(error);

    private const string Examples = """

        Examples:
          hvi-agent check                                  check the collectors of this guest, with remedies
          hvi-agent once                                   one sample as text
          hvi-agent payload                                the exact data for the host
          hvi-agent run --broker unix:///run/hvi/vm1.sock  stream to a broker over a Unix socket
          hvi-agent record day.hvi --seconds 86400         one day of frames in a file

        Options come from /etc/hvintegration/agent.json, then HVI_AGENT_* variables (HVI_AGENT_TOP_N=5), then the command line.
        Exit codes: 0 healthy, 1 degraded, 2 unusable.
        """;

    private readonly List<(AgentOption Definition, Option Option)> _options = [];
    private readonly Option<string?> _config = new("--config")
    {
        Description = $"options file (default {OptionsFile.DefaultPath}, if it exists)",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Parses the arguments and runs the command they name.</summary>
    /// <returns>See <see cref="ExitStatus"/>.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellation)
    {
        try
        {
            return await InvokeAsync(args, cancellation);
        }
        finally
        {
            await _output.FlushAsync(CancellationToken.None);
            await _error.FlushAsync(CancellationToken.None);
        }
    }

    private Task<int> InvokeAsync(string[] args, CancellationToken cancellation)
    {
        RootCommand root = Create();
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (ParseError fault in parsed.Errors)
            {
                _error.WriteLine($"hvi-agent: {fault.Message}");
            }

            _error.WriteLine("hvi-agent --help shows the commands and options.");
            return Task.FromResult(ExitStatus.Unusable);
        }

        return parsed.InvokeAsync(new InvocationConfiguration { Output = _output, Error = _error, ProcessTerminationTimeout = TimeSpan.FromSeconds(10) }, cancellation);
    }

    private RootCommand Create()
    {
        var root = new RootCommand("hvi-agent: collects the guest-side metrics of a virtual machine and sends them to the broker on its host." + Environment.NewLine + Examples);
        root.Options.Add(_config);
        foreach (AgentOption definition in AgentOption.All)
        {
            Option option = definition.IsSwitch
                ? new Option<bool?>("--" + definition.Name) { Description = definition.Help, Recursive = true, Hidden = definition.IsHidden }
                : new Option<string?>("--" + definition.Name) { Description = definition.Help, Recursive = true, Hidden = definition.IsHidden, HelpName = definition.ValueName };
            _options.Add((definition, option));
            root.Options.Add(option);
        }

        var format = new Option<string>("--format") { Description = "table (default) or json", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "json");
        var seconds = new Option<int>("--seconds") { Description = "duration, 1 to 604800 (default 60)", DefaultValueFactory = _ => 60, HelpName = "COUNT" };
        seconds.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out int value) || value is < 1 or > 604_800))
            {
                result.AddError("--seconds: use a whole number from 1 to 604800");
            }
        });
        var file = new Argument<string>("FILE") { Description = "output file; it must not exist" };

        Add(root, new Command("run", "Sample and stream to the broker until stopped. The service runs this command."),
            (_, options, cancellation) => new RunCommand(options).RunAsync(cancellation));
        Add(root, new Command("once", "Take one sample and print it.") { format },
            (parsed, options, _) => Task.FromResult(new OnceCommand(options, _output).Run(parsed.GetValue(format) == "json")));
        Add(root, new Command("check", "Check each prerequisite and collector, and show a remedy for each failure.") { format },
            (parsed, options, cancellation) => new CheckCommand(options, _output).RunAsync(parsed.GetValue(format) == "json", cancellation));
        Add(root, new Command("record", "Write the frames for the broker to a file, length-delimited.") { file, seconds },
            (parsed, options, cancellation) => Task.FromResult(new RecordCommand(options, _output, _error).Run(parsed.GetValue(file)!, parsed.GetValue(seconds), cancellation)));
        Add(root, new Command("payload", "Print the exact data for the host, decoded, with sizes."),
            (_, options, cancellation) => Task.FromResult(new PayloadCommand(options, _output).Run(cancellation)));
        root.Subcommands.Add(Prepare());
        return root;
    }

    // Without options: the package runs it before anyone could have written any.
    private Command Prepare()
    {
        var command = new Command("prepare", "Windows: protect the folder of agent.json, and let the service read performance counters. The package runs this command.") { Hidden = true };
        command.SetAction(_ =>
        {
            try
            {
                return new PrepareCommand(_output).Run();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
            {
                _error.WriteLine($"hvi-agent: {e.Message}");
                return ExitStatus.Unusable;
            }
        });
        return command;
    }

    private void Add(RootCommand root, Command command, Func<ParseResult, AgentOptions, CancellationToken, Task<int>> run)
    {
        command.SetAction(async (parsed, cancellation) =>
        {
            var faults = new List<string>();
            AgentOptions options = AgentOptionsLoader.Load(Settings(parsed, faults), AgentParts.CollectorNames, faults);
            if (faults.Count > 0)
            {
                foreach (string fault in faults)
                {
                    _error.WriteLine($"hvi-agent: {fault}");
                }

                return ExitStatus.Unusable;
            }

            try
            {
                return await run(parsed, options, cancellation);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException or FormatException)
            {
                _error.WriteLine($"hvi-agent: {e.Message}");
                return ExitStatus.Unusable;
            }
        });
        root.Subcommands.Add(command);
    }

    private List<OptionSetting> Settings(ParseResult parsed, List<string> faults)
    {
        string? config = parsed.GetValue(_config);
        var settings = new List<OptionSetting>(OptionsFile.Read(config ?? OptionsFile.DefaultPath, config is not null, faults));
        settings.AddRange(AgentOptionsLoader.FromEnvironment(environment));
        foreach (var (definition, option) in _options)
        {
            if (parsed.GetResult(option) is not { Implicit: false } result)
            {
                continue;
            }

            // The last one wins, as with most commands; a switch without a value means true.
            settings.Add(new OptionSetting(definition.Name, result.Tokens.Count > 0 ? result.Tokens[^1].Value : "true", "--" + definition.Name));
        }

        return settings;
    }
}
