using HvIntegration.Api.Contract;
using HvIntegration.Cli.Terminal;
using HvIntegration.Model;
using Spectre.Console;

namespace HvIntegration.Cli.Screens;

/// <summary>Every VM in one line: inside, outside, what it suffers from.</summary>
internal static class VmsScreen
{
    private const int FixedColumns = 57;
    private const int NameMax = 28;
    private const int NameMin = 8;

    public static void Write(IAnsiConsole console, VmsAnswer answer)
    {
        var screen = new Screen(console);
        SourceLine.Write(screen, answer.Source);
        if (answer.Vms.Count == 0)
        {
            screen.Line(("No VM yet: the counter source lists none. 'hvi check' shows the reason.", null));
            return;
        }

        int name = Math.Clamp(answer.Vms.Max(v => v.Name.Length), NameMin, NameMax);
        int room = Math.Max(12, screen.Width - FixedColumns - name);
        screen.Line(($"{"VM".PadRight(name)} {"state",-8}{"agent",-10}{"busy",7}{"run",8}{"ready",8}{"steal",8}  verdict", Styles.Dim));
        screen.Line(($"{"".PadRight(name)} {"",-8}{"",-10}{"guest",7}{"host",8}{"host",8}{"both",8}", Styles.Dim));
        foreach (var vm in answer.Vms)
        {
            string verdict = vm.Verdict is { } v ? v.Title + Quantity.Likely(v.Hypothesis, v.Probability) : "no data yet";
            screen.Line(
                (Screen.Safe(vm.Name, name).PadRight(name) + " ", Styles.Strong),
                ($"{vm.State,-8}{vm.Agent,-10}", vm.Agent is "live" or "simulated" ? Styles.Plain : Styles.Warn),
                ($"{Share(vm, SignalIds.GuestBusy),7}{Share(vm, SignalIds.HostRun),8}{Share(vm, SignalIds.Ready),8}{Share(vm, SignalIds.Steal),8}  ", null),
                (Screen.Safe(verdict, room), vm.Verdict is { } w ? Styles.OfVerdict(w.Hypothesis, w.Side) : Styles.Dim));
        }

        screen.Line(($"{answer.Vms.Count} VMs, second {Quantity.Clock(answer.Second, date: true)} UTC. '-': not measured; 'hvi show VM' shows the reason.", Styles.Dim));
    }

    private static string Share(VmSummary vm, string id) =>
        vm.Headline.FirstOrDefault(s => s.Id == id) is { Value: { } value } signal
            ? (signal.Quality == "estimated" ? "~" : "") + Quantity.Percent(value).Replace(" %", "%", StringComparison.Ordinal)
            : "-";
}
