using System.Globalization;
using System.Text;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.HyperV;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Commands;

/// <summary>The file of <c>hvi check --report</c>: what a Hyper-V host showed, and the questions that only a real host answers. No name of a machine, VM, path or user is in it.</summary>
/// <param name="System">Edition, build and processors of the host.</param>
/// <param name="Lines">The lines of the check, VMs by number.</param>
/// <param name="Vms">VMs of the inventory.</param>
/// <param name="Reading">The second of two reads; null when counters cannot be read.</param>
/// <param name="ReadMs">Duration of that read, milliseconds.</param>
/// <param name="Scheduler">Scheduler of the hypervisor.</param>
/// <param name="FolderFault">What is wrong with the rights of the data folder; null when nothing is.</param>
internal sealed record HostReport(
    string System, IReadOnlyList<CheckLine> Lines, IReadOnlyList<HyperVVm> Vms, CounterReading? Reading, double ReadMs, SchedulerType Scheduler, string? FolderFault)
{
    private const string InterfaceSet = "Network Interface";
    private const string AdapterSet = "Network Adapter";

    /// <summary>The scheduler in one sentence with what it means for the numbers of a VM.</summary>
    public static string Words(SchedulerType scheduler) => scheduler switch
    {
        SchedulerType.Classic => "classic scheduler",
        SchedulerType.Core => "core scheduler: a VM with one thread per core takes whole cores, so VMs can wait while logical processors are half idle",
        SchedulerType.Root => "root scheduler: CPU wait is not meaningful, and caps, weights and reserves of VMs have no effect; they are not used",
        _ => "not reported: the System log has no event 2 of Microsoft-Windows-Hyper-V-Hypervisor",
    };

    /// <summary>The whole text of the file.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"hvi {ProductVersion.Text} on {System}");
        text.AppendLine().AppendLine("## Checks");
        foreach (var line in Lines)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{(line.Ok ? "ok  " : "FAIL")} {line.Name}: {line.Text}");
        }

        Questions(text);
        Counters(text);
        text.AppendLine().AppendLine("## VMs: state, processors, disks, adapters, checkpoints, version of the integration components reported by the guest, integration services");
        for (int i = 0; i < Vms.Count; i++)
        {
            var vm = Vms[i];
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"VM {i + 1}\t{vm.StateText}\t{vm.VirtualProcessors}\t{vm.Disks.Count}\t{vm.Nics.Count}\t{vm.Checkpoints}\t{vm.IntegrationVersion ?? "-"}\t{string.Join(", ", vm.Services.Select(s => $"{s.Name} {s.Text}"))}");
        }

        return text.ToString();
    }

    private void Questions(StringBuilder text)
    {
        int running = Vms.Count(v => v.State is PartitionState.Running);
        string folder = FolderFault is null ? "only administrators and the system can change the data folder" : "the rights of the data folder are wrong: run icacls on %ProgramData%\\HvIntegration";
        string[] questions =
        [
            "1. Does the agent connect under its service account? In a Windows guest: sc.exe qc hvi-agent; hvi-agent check (line broker). If it is refused: install with SERVICEACCOUNT=LocalSystem.",
            "2. Which source do the disks of a fresh Windows Server guest have? In the guest: hvi-agent check (line disk names the source).",
            $"3. Which set shows the traffic of an adapter below a virtual switch? Here: {Of(InterfaceSet)} rows of {InterfaceSet}, {Of(AdapterSet)} rows of {AdapterSet}. Repeat under network load: Get-Counter '\\{InterfaceSet}(*)\\Bytes Total/sec','\\{AdapterSet}(*)\\Bytes Total/sec'.",
            FormattableString.Invariant($"4. Does Windows return an array with the status of its worst row? Here: {Reading?.Coverage.Count(c => c.ReadsFromRaw > 0) ?? 0} counters were made of raw values. Repeat with a paused VM."),
            "5. Does the service manager restart a failed service? Stop-Process -Name hvi -Force; wait 5 s; sc.exe query \"HvIntegration Broker\". The same in a guest with hvi-agent.",
            $"6. Are sets found that come after the service? Here missing now: {Missing()}. Restart the host, wait 5 minutes, repeat.",
            $"7. Who can change the data folder? Here: {folder}.",
            FormattableString.Invariant($"8. What does a read cost with many VMs? Here: {ReadMs:0} ms with {running} running VMs. Then: hvi counters --summary --reads 60."),
        ];
        text.AppendLine().AppendLine("## Questions for a real host");
        foreach (string question in questions)
        {
            text.AppendLine(question);
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"Scheduler: {Words(Scheduler)}.");
    }

    private int Of(string set) => Reading?.Coverage.Where(c => c.Set == set).Select(c => c.Instances).DefaultIfEmpty().Max() ?? 0;

    private string Missing() => Reading?.Coverage.Where(c => c is { Missing: not null, IsOptional: false }).Select(c => c.Set).Distinct().ToList() is { Count: > 0 } sets ? string.Join(", ", sets) : "none";

    private void Counters(StringBuilder text)
    {
        text.AppendLine().AppendLine("## Counters: set, counter, instances, missing because, reads made of raw values");
        foreach (var counter in Reading?.Coverage ?? [])
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{counter.Set}\t{counter.Counter}\t{counter.Instances}\t{counter.Missing ?? "-"}\t{counter.ReadsFromRaw}");
        }

        text.AppendLine().AppendLine("## Samples of one second, by metric: how many, least, most");
        foreach (var group in (Reading?.Samples ?? []).GroupBy(s => s.Series.MetricId).OrderBy(g => g.Key))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{MetricCatalog.Find(group.Key)!.Name}\t{group.Count()}\t{group.Min(s => s.Value):0.######}\t{group.Max(s => s.Value):0.######}");
        }
    }
}
