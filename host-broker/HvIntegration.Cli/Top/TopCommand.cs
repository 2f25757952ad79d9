using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using HvIntegration.Cli.Screens;
using System.CommandLine;
using System.Threading.Channels;
using Spectre.Console;

namespace HvIntegration.Cli.Top;

/// <summary><c>hvi top</c>: the fleet live in a terminal, and both sides of one VM.</summary>
internal static class TopCommand
{
    private const int OnceHeightMax = 2_000;
    private const int OnceFrame = 7;
    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(250);

    public static Command Create(TextWriter output)
    {
        var vm = new Option<string?>("--vm") { Description = "Start with both sides of this VM", HelpName = "VM" };
        vm.CompletionSources.Add(VmNames.Complete);
        var sort = new Option<TopOrder>("--sort") { Description = "Sort order of the list", DefaultValueFactory = _ => TopOrder.Harm };
        var filter = new Option<string?>("--filter") { Description = "Show only VMs with this text in their name, verdict or agent state", HelpName = "TEXT" };
        var once = new Option<bool>("--once") { Description = "Print one screen and exit (default when stdout is not a terminal)" };
        var broker = CommandLine.BrokerOption();
        var command = new Command("top", "Watch every VM live in the terminal: sort, filter, and compare both sides of one VM") { vm, sort, filter, once, broker };
        command.SetAction(async (parsed, cancellation) =>
        {
            string url = parsed.GetValue(broker)!;
            var model = new TopModel { Order = parsed.GetValue(sort), Filter = parsed.GetValue(filter) ?? "" };
            using var client = new ApiClient(url);
            var clock = new TopClock(TimeProvider.System);
            model.Take(await client.GetVmsAsync(cancellation));
            clock.Begin(await client.GetAsync<StatusAnswer>("api/v1/status", cancellation));
            if (parsed.GetValue(vm) is { } name)
            {
                model.Vm = await client.GetAsync<VmAnswer>("api/v1/vms/" + Uri.EscapeDataString(name), cancellation);
                model.Open = model.Selected = model.Vm.Vm.Id;
            }

            bool terminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && !Console.IsInputRedirected;
            if (terminal && !parsed.GetValue(once))
            {
                await RunAsync(Terminal(output), url, model, clock, cancellation);
                return ExitStatus.Ok;
            }

            model.Host = await client.GetAsync<HostAnswer>("api/v1/host", cancellation);
            model.Age = clock.Age(model.Second);
            WriteOnce(CommandLine.Console(output), model);
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(
            command, "hvi top", "hvi top --sort ready", "hvi top --filter web", "hvi top --vm web-01", "hvi top --once > fleet.txt", "NO_COLOR=1 hvi top");
    }

    private static void WriteOnce(IAnsiConsole console, TopModel model)
    {
        if (model.Vm is { } vm)
        {
            VmScreen.Write(console, vm);
            return;
        }

        // The keys of the last line are of no use on paper.
        int height = Math.Min(OnceHeightMax, Math.Max(1, model.Shown().Count) + OnceFrame);
        foreach (var line in TopScreen.Draw(model, Math.Max(TopScreen.WidthMin, console.Profile.Width), Math.Max(TopScreen.HeightMin, height)).SkipLast(4))
        {
            foreach (var (text, style) in line)
            {
                console.Write(text, style ?? Style.Plain);
            }

            console.WriteLine();
        }
    }

    /// <summary>Movement needs escape codes; colour is another matter.</summary>
    private static IAnsiConsole Terminal(TextWriter output) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(output),
        Ansi = AnsiSupport.Detect,
        ColorSystem = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        Interactive = InteractionSupport.Yes,
    });

    private static async Task RunAsync(IAnsiConsole console, string url, TopModel model, TopClock clock, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var terminal = new TopTerminal(console);
        var feed = new TopFeed(url, TimeProvider.System);
        var keys = ReadKeys();
        Task[] following = [feed.FleetAsync(ending.Token), feed.HostAsync(ending.Token)];
        CancellationTokenSource? vmEnding = null;
        Task vmFollowing = Task.CompletedTask;
        Guid? followed = null;
        try
        {
            var size = (0, 0);
            bool changed = true;
            while (true)
            {
                if (model.Open != followed)
                {
                    await EndAsync(vmEnding, vmFollowing);
                    followed = model.Open;
                    vmEnding = followed is null ? null : CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
                    vmFollowing = followed is { } vm ? feed.VmAsync(vm, vmEnding!.Token) : Task.CompletedTask;
                }

                var now = TopTerminal.Size;
                var age = clock.Age(model.Second);
                if (changed || now != size || age != model.Age)
                {
                    (size, model.Age) = (now, age);
                    terminal.Show(TopScreen.Draw(model, now.Width, now.Height));
                }

                changed = await WaitAsync(feed.Changes, keys, ending.Token);
                while (feed.Changes.TryRead(out var change))
                {
                    change(model);
                }

                while (keys.TryRead(out var key))
                {
                    if (!TopKeys.Press(model, key, Math.Max(1, now.Height - 8)))
                    {
                        return;
                    }
                }
            }
        }
        finally
        {
            await ending.CancelAsync();
            await EndAsync(vmEnding, vmFollowing);
            await Task.WhenAll(following).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Waits for a change or a key; false when it only was time to look whether the window changed.</summary>
    private static async Task<bool> WaitAsync(ChannelReader<Action<TopModel>> changes, ChannelReader<ConsoleKeyInfo> keys, CancellationToken cancellation)
    {
        using var one = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        one.CancelAfter(Blink);
        try
        {
            await await Task.WhenAny(changes.WaitToReadAsync(one.Token).AsTask(), keys.WaitToReadAsync(one.Token).AsTask());
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private static async Task EndAsync(CancellationTokenSource? ending, Task following)
    {
        if (ending is not null)
        {
            await ending.CancelAsync();
            await following.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            ending.Dispose();
        }
    }

    /// <summary>A thread of its own: while it waits for a key the terminal does not echo what is typed.</summary>
    private static ChannelReader<ConsoleKeyInfo> ReadKeys()
    {
        var keys = Channel.CreateBounded<ConsoleKeyInfo>(new BoundedChannelOptions(64) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
        var thread = new Thread(() =>
        {
            try
            {
                while (true)
                {
                    keys.Writer.TryWrite(Console.ReadKey(intercept: true));
                }
            }
            catch (InvalidOperationException)
            {
                // The terminal is gone; whoever closed it ends the command too.
            }
        })
        {
            IsBackground = true,
            Name = "keys",
        };
        thread.Start();
        return keys.Reader;
    }
}
