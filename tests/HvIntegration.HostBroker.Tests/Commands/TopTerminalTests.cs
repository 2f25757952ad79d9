using HvIntegration.HostBroker.Commands;
using HvIntegration.HostBroker.Tests.Api;
using HvIntegration.Cli.Client;

namespace HvIntegration.HostBroker.Tests.Commands;

/// <summary><c>hvi top</c> as a user has it: the program in a real terminal of 80x24, keys pressed, the screen read.</summary>
public sealed class TopTerminalTests(SimulatedBroker broker) : IClassFixture<SimulatedBroker>
{
    private const char Escape = '\u001b';

    [Fact]
    public async Task Top_In80x24_SortsFiltersOpensAVmAndQuits()
    {
        var vms = (await broker.GetAsync<HvIntegration.Api.Contract.VmsAnswer>("api/v1/vms")).Vms.Select(v => v.Name).Order(StringComparer.OrdinalIgnoreCase).ToList();
        await using var terminal = await StartAsync("TERM=screen-256color");

        string fleet = await terminal.WaitAsync(s => s.Contains("hvi top", StringComparison.Ordinal) && vms.All(v => s.Contains(v, StringComparison.Ordinal)), "the fleet");
        Assert.Contains("SIMULATED", fleet, StringComparison.Ordinal);
        Assert.Contains($"{vms.Count} VMs", fleet, StringComparison.Ordinal);
        AssertFits(fleet);

        await terminal.PressAsync("n");
        string sorted = await terminal.WaitAsync(s => InOrder(s, vms), "the order by name");
        AssertFits(sorted);
        await terminal.PressAsync("R");
        await terminal.WaitAsync(s => InOrder(s, vms.AsEnumerable().Reverse()), "the order by name turned round");

        string wanted = vms[^1];
        await terminal.PressAsync("/");
        await terminal.PressAsync("-l", wanted);
        await terminal.PressAsync("Enter");
        string filtered = await terminal.WaitAsync(s => s.Contains("1 shown", StringComparison.Ordinal), "the filtered list");
        Assert.Contains(wanted, filtered, StringComparison.Ordinal);

        await terminal.PressAsync("Enter");
        string vm = await terminal.WaitAsync(s => s.Contains("GUEST", StringComparison.Ordinal) && s.Contains("HOST", StringComparison.Ordinal), "both sides of the VM");
        Assert.Contains(wanted, vm, StringComparison.Ordinal);
        AssertFits(vm);

        await terminal.PressAsync("q");
        Assert.Equal(ExitStatus.Ok, await terminal.ExitStatusAsync());
        Assert.DoesNotContain("HOST", await terminal.CaptureAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Top_WithNoColor_HasNoColourOnTheScreen()
    {
        await using var coloured = await StartAsync("TERM=screen-256color");
        await using var plain = await StartAsync("TERM=screen-256color", "NO_COLOR=1");
        await coloured.WaitAsync(s => s.Contains(broker.VmName, StringComparison.Ordinal), "the fleet in colour");
        await plain.WaitAsync(s => s.Contains(broker.VmName, StringComparison.Ordinal), "the fleet without colour");

        Assert.True(HasColour(await coloured.CaptureAsync(escapes: true)));
        Assert.False(HasColour(await plain.CaptureAsync(escapes: true)));
        await plain.PressAsync("q");
        Assert.Equal(ExitStatus.Ok, await plain.ExitStatusAsync());
    }

    private Task<TmuxScreen> StartAsync(params string[] environment) =>
        TmuxScreen.StartAsync(environment, "dotnet", typeof(HviCommand).Assembly.Location, "top", "--broker", broker.Url);

    private static void AssertFits(string screen)
    {
        string[] lines = screen.TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 1, TmuxScreen.Height);
        Assert.All(lines, l => Assert.InRange(l.Length, 0, TmuxScreen.Width));
    }

    /// <summary>Whether the rows of the list, which begin with a name after one space, are in this order. Below its line the sentence may begin with a name too.</summary>
    private static bool InOrder(string screen, IEnumerable<string> names)
    {
        var wanted = names.ToList();
        return screen.Split('\n').TakeWhile(l => !l.StartsWith('─')).Select(l => wanted.Find(n => l.Length > 2 && l[1..].StartsWith(n + " ", StringComparison.Ordinal))).OfType<string>().SequenceEqual(wanted);
    }

    /// <summary>A select-graphic-rendition code that sets a colour: 30 to 49 or 90 to 107. Bold, dim and inverse are none.</summary>
    private static bool HasColour(string screen) => screen.Split(Escape).Skip(1)
        .Where(s => s.StartsWith('[') && s.Contains('m', StringComparison.Ordinal))
        .SelectMany(s => s[1..s.IndexOf('m', StringComparison.Ordinal)].Split(';'))
        .Any(code => int.TryParse(code, out int n) && n is (>= 30 and <= 38) or (>= 40 and <= 48) or (>= 90 and <= 107));
}
