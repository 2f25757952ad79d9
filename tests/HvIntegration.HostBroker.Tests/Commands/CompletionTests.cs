using HvIntegration.HostBroker.Commands;
using HvIntegration.HostBroker.Tests.Api;
using HvIntegration.Cli.Client;

namespace HvIntegration.HostBroker.Tests.Commands;

/// <summary>The completion scripts in the shells themselves: in a terminal, the Tab key pressed, the line read.</summary>
public sealed class CompletionTests(SimulatedBroker broker) : IClassFixture<SimulatedBroker>, IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-tab-").FullName;

    [Theory]
    [InlineData("bash", "bash", "--norc")]
    [InlineData("zsh", "zsh", "-f")]
    public async Task Tab_InAShellThatSourcedTheScript_CompletesCommandsVmsOptionsAndValues(string shell, params string[] command)
    {
        string program = Path.Combine(_folder, "hvi");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec dotnet '{typeof(HviCommand).Assembly.Location}' \"$@\"\n", TestContext.Current.CancellationToken);
        string[] environment = [$"PATH={_folder}:{Environment.GetEnvironmentVariable("PATH")}", $"HOME={_folder}", "PS1=> ", $"HVI_BROKER_URL={broker.Url}", "TERM=screen"];
        await using var terminal = await TmuxScreen.StartAsync(environment, command);
        await terminal.PressAsync("-l", "chmod +x ~/hvi");
        await terminal.PressAsync("Enter");
        await terminal.PressAsync("-l", $"source <(hvi completion {shell}) && echo load''ed");
        await terminal.PressAsync("Enter");
        await terminal.WaitAsync(s => s.Contains("loaded", StringComparison.Ordinal), "the end of the script");

        // A word before it that holds the program's name, as a file's may.
        await TabAsync(terminal, "echo hvi.txt; hvi sho", "hvi show ");
        await TabAsync(terminal, broker.VmName[..^1], $"hvi show {broker.VmName} ");
        await TabAsync(terminal, "--fo", $"{broker.VmName} --format ");
        await TabAsync(terminal, "js", "--format json ");
        await CancelLineAsync(terminal);
        await TabAsync(terminal, $"hvi bundle --vm {broker.VmName[..^1]}", $"--vm {broker.VmName} ");
        await CancelLineAsync(terminal);
        await terminal.PressAsync("C-l");
        await terminal.PressAsync("-l", "hvi ");
        await terminal.PressAsync("Tab", "Tab");
        string list = await terminal.WaitAsync(s => s.Contains("uninstall", StringComparison.Ordinal) && s.Contains("episodes", StringComparison.Ordinal), "the list of commands");
        Assert.DoesNotContain("/h", list, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "bash", "--norc")]
    [InlineData("zsh", "zsh", "-f")]
    public async Task Tab_VmNamedToBecomeCode_IsOneArgument(string shell, params string[] command)
    {
        const string Name = "evil'; touch ~/owned; \"$(touch ~/owned)`touch ~/owned` \u2019; touch ~/owned; \u2018 && touch ~/owned #";
        await using var hostile = await Ingest.TestBroker.StartAsync();
        hostile.Source.Partitions = [hostile.Source.Partitions[0] with { Name = Name }];
        using (var client = new ApiClient(hostile.Url))
        {
            await Ingest.TestBroker.EventuallyAsync(
                async () => (await client.GetVmsAsync(TestContext.Current.CancellationToken)).Vms.Any(v => v.Name == Name), "the name is known");
        }

        // The program is told what it gets: one argument for each line of the file.
        string program = Path.Combine(_folder, "hvi");
        await File.WriteAllTextAsync(
            program,
            $"#!/bin/sh\ncase $1 in show) shift; printf '%s\\n' \"$@\" > ~/got ;; *) exec dotnet '{typeof(HviCommand).Assembly.Location}' \"$@\" ;; esac\n",
            TestContext.Current.CancellationToken);
        string[] environment = [$"PATH={_folder}:{Environment.GetEnvironmentVariable("PATH")}", $"HOME={_folder}", "PS1=> ", $"HVI_BROKER_URL={hostile.Url}", "TERM=screen", "LC_ALL=C.UTF-8"];
        await using var terminal = await TmuxScreen.StartAsync(environment, command);
        await terminal.PressAsync("-l", $"chmod +x ~/hvi && source <(hvi completion {shell}) && echo load''ed");
        await terminal.PressAsync("Enter");
        await terminal.WaitAsync(s => s.Contains("loaded", StringComparison.Ordinal), "the end of the script");

        await terminal.PressAsync("-l", "hvi show evil");
        await terminal.PressAsync("Tab");
        await terminal.WaitAsync(s => s.Contains("touch", StringComparison.Ordinal), "the name");
        await terminal.PressAsync("Enter");
        await terminal.PressAsync("-l", "echo do''ne");
        await terminal.PressAsync("Enter");
        await terminal.WaitAsync(s => s.Contains("\ndone", StringComparison.Ordinal), "the prompt after the command");

        Assert.False(File.Exists(Path.Combine(_folder, "owned")));
        Assert.Equal([Name], await File.ReadAllLinesAsync(Path.Combine(_folder, "got"), TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        // A completion that the closing terminal interrupts may still leave a file in its home.
        for (var tries = 0; Directory.Exists(_folder); tries++)
        {
            try
            {
                Directory.Delete(_folder, recursive: true);
            }
            catch (IOException) when (tries < 50)
            {
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }

    // What is typed before the next prompt is thrown away with the line.
    private static async Task CancelLineAsync(TmuxScreen terminal)
    {
        await terminal.PressAsync("C-c");
        await terminal.WaitAsync(s => s.TrimEnd().EndsWith("\n>", StringComparison.Ordinal), "the prompt after a line that was given up");
    }

    // The cursor stands behind the blank that a shell adds to a whole word; a capture leaves blanks at the end out.
    private static async Task TabAsync(TmuxScreen terminal, string typed, string line)
    {
        await terminal.PressAsync("-l", "--", typed);
        await terminal.PressAsync("Tab");
        await terminal.WaitAsync(s => s.TrimEnd().EndsWith(line.TrimEnd(), StringComparison.Ordinal), line);
    }
}
