using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using HvIntegration.Cli.Screens;
using HvIntegration.Cli.Terminal;
using System.CommandLine;

namespace HvIntegration.Cli.Commands;

/// <summary><c>hvi processes VM</c>: who is busy inside, now or at a kept time; or the guest's whole process table.</summary>
internal static class ProcessesCommand
{
    private const int SecondsDefault = 10;
    private const int RowsDefault = 20;
    private const int TableRowsDefault = 200;

    public static Command Create(TextWriter output)
    {
        var vm = ShowCommand.VmArgument();
        var at = new Option<string>("--at") { Description = "End of the time range: now, -15m, Unix seconds or ISO 8601", DefaultValueFactory = _ => "now", HelpName = "TIME" };
        var seconds = new Option<int>("--seconds") { Description = "Length of the time range, seconds", DefaultValueFactory = _ => SecondsDefault, HelpName = "N" };
        var rows = new Option<int?>("--rows") { Description = $"Maximum number of processes (default {RowsDefault}, with --all {TableRowsDefault})", HelpName = "N" };
        var all = new Option<bool>("--all") { Description = "Request the whole process table from the agent now: totals since each process started" };
        var broker = CommandLine.BrokerOption();
        var format = CommandLine.FormatOption(table: true);
        var command = new Command("processes", "Show the busiest processes in a VM, now or at a stored time") { vm, at, seconds, rows, all, broker, format };
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) && (result.GetResult(at) is { Implicit: false } || result.GetResult(seconds) is { Implicit: false }))
            {
                result.AddError("--all requests the table from the agent now; do not use it with --at or --seconds");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            string path = $"api/v1/vms/{Uri.EscapeDataString(parsed.GetValue(vm)!)}/processes";
            using var client = new ApiClient(parsed.GetValue(broker)!);
            if (parsed.GetValue(all))
            {
                var table = await client.GetAsync<ProcessTableAnswer>($"{path}?rows={parsed.GetValue(rows) ?? TableRowsDefault}", cancellation);
                CommandLine.Write(output, parsed.GetValue(format)!, table, ProcessesScreen.Write, WriteCsv);
                return ExitStatus.Ok;
            }

            var top = await client.GetAsync<TopProcessesAnswer>(
                $"{path}/top?at={Uri.EscapeDataString(parsed.GetValue(at)!)}&seconds={parsed.GetValue(seconds)}&rows={parsed.GetValue(rows) ?? RowsDefault}", cancellation);
            CommandLine.Write(output, parsed.GetValue(format)!, top, ProcessesScreen.Write, WriteCsv);
            return top.Processes.Count > 0 ? ExitStatus.Ok : ExitStatus.NotFound;
        });
        return CommandLine.AddExamples(
            command, "hvi processes web-01", "hvi processes web-01 --at -2h --seconds 60", "hvi processes web-01 --all --rows 500", "hvi processes web-01 --format csv > processes.csv");
    }

    private static void WriteCsv(TextWriter output, TopProcessesAnswer answer)
    {
        var table = new CsvTable(
            output, "origin", "vm", "vm_name", "from", "to", "pid", "name", "cpu_share", "run_wait_share", "resident_bytes", "read_bytes_per_second", "write_bytes_per_second",
            "major_faults_per_second");
        foreach (var p in answer.Processes)
        {
            table.Row(
                answer.Source.Origin, answer.Vm.Id, answer.Vm.Name, CsvTable.Time(answer.FromSecond), CsvTable.Time(answer.ToSecond), p.Pid, p.Name, p.CpuShare, p.RunWaitShare,
                p.ResidentBytes, p.ReadBytesPerSecond, p.WriteBytesPerSecond, p.MajorFaultsPerSecond);
        }
    }

    private static void WriteCsv(TextWriter output, ProcessTableAnswer answer)
    {
        var table = new CsvTable(
            output, "origin", "vm", "vm_name", "pid", "parent_pid", "name", "user_id", "state", "threads", "start_seconds", "cpu_seconds", "run_wait_seconds", "resident_bytes",
            "private_bytes", "major_faults", "read_bytes", "write_bytes");
        foreach (var p in answer.Processes)
        {
            table.Row(
                answer.Source.Origin, answer.Vm.Id, answer.Vm.Name, p.Pid, p.ParentPid, p.Name, p.UserId, p.State, p.Threads, p.StartSeconds, p.CpuSeconds, p.RunWaitSeconds,
                p.ResidentBytes, p.PrivateBytes, p.MajorFaults, p.ReadBytes, p.WriteBytes);
        }
    }
}
