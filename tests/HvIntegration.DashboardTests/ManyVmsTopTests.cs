using HvIntegration.HostBroker.Commands;
using HvIntegration.HostBroker.Tests.Commands;
using HvIntegration.Cli.Client;
using System.Globalization;
using System.Text.RegularExpressions;

namespace HvIntegration.DashboardTests;

/// <summary><c>hvi top</c> at the size at which it would be too slow: 1,024 VMs in a terminal of 80x24.</summary>
public sealed partial class ManyVmsTopTests
{
    private const int Vms = 1024;
    private const int Seconds = 8;

    // Processor time of one frame, the second's changes of every VM read and the start of the program included. A quarter is where keys feel late.
    private const double FrameSecondsMax = 0.25;

    [Fact]
    public async Task Top_Of1024Vms_StartsSortsFiltersOpensAndIsQuick()
    {
        await using var broker = await FastBroker.StartAsync(new ManyVmsSource(Vms));
        await broker.AdvanceAsync(6);
        string program = typeof(HviCommand).Assembly.Location;
        await using var terminal = await TmuxScreen.StartAsync(
            ["TERM=screen-256color"], "bash", "-c", "TIMEFORMAT='used %U %S.'; time dotnet \"$@\"", "top", program, "top", "--broker", broker.Url);
        await terminal.WaitAsync(s => s.Contains($"{Vms} VMs", StringComparison.Ordinal), "the fleet");

        await terminal.PressAsync("n");
        Fits(await terminal.WaitAsync(s => s.Contains(" vm-0001 ", StringComparison.Ordinal) && s.Contains("order: name", StringComparison.Ordinal), "the order by name"));
        await terminal.PressAsync("R");
        await terminal.WaitAsync(s => s.Contains(" vm-1023 ", StringComparison.Ordinal), "the last name first");
        await terminal.PressAsync("r", "R");
        await terminal.WaitAsync(s => s.Contains("order: ready", StringComparison.Ordinal) && s.Contains("50 %", StringComparison.Ordinal), "those that wait first");
        for (int second = 0; second < Seconds; second++)
        {
            await broker.AdvanceAsync(1);
            await terminal.WaitAsync(s => s.Contains(Clock(broker.Second), StringComparison.Ordinal), "the newest second");
        }

        await terminal.PressAsync("/");
        await terminal.PressAsync("-l", "vm-0777");
        await terminal.PressAsync("Enter");
        Fits(await terminal.WaitAsync(s => s.Contains("1 shown", StringComparison.Ordinal) && s.Contains("vm-0777 ", StringComparison.Ordinal), "the filtered list"));
        await terminal.PressAsync("Enter");
        Fits(await terminal.WaitAsync(s => s.Contains("GUEST", StringComparison.Ordinal) && s.Contains("HOST", StringComparison.Ordinal), "both sides"));
        await terminal.PressAsync("q");
        Assert.Equal(ExitStatus.Ok, await terminal.ExitStatusAsync());
        var used = Used().Match(await terminal.CaptureAsync());
        double seconds = double.Parse(used.Groups[1].Value, CultureInfo.InvariantCulture) + double.Parse(used.Groups[2].Value, CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine($"{seconds:0.00} s of processor time for {Seconds} seconds and a dozen keys");
        Assert.True(seconds / Seconds < FrameSecondsMax, $"{seconds} s of processor time for {Seconds} frames");
    }

    private static string Clock(long second) => DateTimeOffset.FromUnixTimeSeconds(second).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static void Fits(string screen)
    {
        string[] lines = screen.TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 1, TmuxScreen.Height);
        Assert.All(lines, l => Assert.InRange(l.Length, 0, TmuxScreen.Width));
    }

    [GeneratedRegex(@"used ([0-9.]+) ([0-9.]+)\.")]
    private static partial Regex Used();
}
