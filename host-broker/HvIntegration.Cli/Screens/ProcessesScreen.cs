using HvIntegration.Api.Contract;
using HvIntegration.Cli.Terminal;
using Spectre.Console;

namespace HvIntegration.Cli.Screens;

/// <summary>Processes of a guest as lines.</summary>
internal static class ProcessesScreen
{
    private const int NameMax = 18;
    private const int TitleMax = 40;

    /// <summary>The busiest over a kept time.</summary>
    public static void Write(IAnsiConsole console, TopProcessesAnswer answer)
    {
        var screen = new Screen(console);
        screen.Line(
            (Screen.Safe(answer.Vm.Name, TitleMax), Styles.Strong),
            ($"  busiest processes {Quantity.Clock(answer.FromSecond, date: true)} to {Quantity.Clock(answer.ToSecond)} UTC", Styles.Dim));
        SourceLine.Write(screen, answer.Source);
        if (answer.Processes.Count == 0)
        {
            screen.Line(("No process is stored for this time: no agent was connected, or the time is older than the stored data.", Styles.Warn));
            return;
        }

        WriteLines(screen, answer.Processes);
    }

    /// <summary>Writes the whole process table of the guest.</summary>
    public static void Write(IAnsiConsole console, ProcessTableAnswer answer)
    {
        var screen = new Screen(console);
        screen.Line(
            (Screen.Safe(answer.Vm.Name, TitleMax), Styles.Strong),
            ($"  {answer.Processes.Count} processes, totals since each started{(answer.Truncated ? "; more exist: raise --rows" : "")}", Styles.Dim));
        SourceLine.Write(screen, answer.Source);
        screen.Line(($"  {"pid",8} {"parent",8} {"name",-NameMax} {"user",6} s {"threads",7} {"CPU time",10} {"waited",10} {"memory",10}", Styles.Dim));
        foreach (var p in answer.Processes.OrderByDescending(p => p.CpuSeconds).ThenBy(p => p.Pid))
        {
            screen.Line((
                $"  {p.Pid,8} {p.ParentPid,8} {Screen.Safe(p.Name, NameMax),-NameMax} {p.UserId,6} {p.State} {p.Threads,7} "
                + $"{Quantity.Time(p.CpuSeconds),10} {Quantity.Time(p.RunWaitSeconds),10} {Quantity.Bytes(p.ResidentBytes),10}", null));
        }
    }

    /// <summary>Header and one line a process, rates.</summary>
    public static void WriteLines(Screen screen, IEnumerable<ProcessView> processes)
    {
        screen.Line(($"  {"pid",8} {"name",-NameMax} {"CPU",7} {"waited",8} {"memory",10} {"read",11} {"written",11}", Styles.Dim));
        foreach (var p in processes)
        {
            screen.Line((
                $"  {p.Pid,8} {Screen.Safe(p.Name, NameMax),-NameMax} {Quantity.Percent(p.CpuShare),7} {Quantity.Percent(p.RunWaitShare),8} "
                + $"{Quantity.Bytes(p.ResidentBytes),10} {Quantity.Bytes(p.ReadBytesPerSecond) + "/s",11} {Quantity.Bytes(p.WriteBytesPerSecond) + "/s",11}", null));
        }
    }
}
