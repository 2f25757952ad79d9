using System.Globalization;
using System.Text.RegularExpressions;
using HvIntegration.CounterSources.LinuxHost;
using HvIntegration.Model;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>Finds the VMs of libvirt and of Proxmox from the files of these managers. Nothing is asked of a manager or of a monitor that belongs to it.</summary>
/// <remarks>libvirt's calls wait behind a job of the same VM (a migration, a backup) and its monitor serves libvirt alone; files never wait.</remarks>
/// <param name="options">Folders and limits.</param>
/// <param name="files">Where /proc is.</param>
internal sealed partial class ManagedVms(QemuOptions options, HostFiles files)
{
    /// <summary>Reads the files of both managers.</summary>
    /// <param name="faults">Where to put what is missing, one sentence each.</param>
    /// <returns>VMs whose process runs.</returns>
    public IReadOnlyList<ManagedVm> Find(List<string> faults)
    {
        var found = new List<ManagedVm>();
        OfLibvirt(found, faults);
        OfProxmox(found);
        return [.. found.Take(options.PartitionsMax)];
    }

    /// <summary>Threads of the virtual processors, by their names (<c>CPU 0/KVM</c>, <c>CPU 0/TCG</c>).</summary>
    /// <param name="process">Process of QEMU.</param>
    public IReadOnlyList<(int Index, int Thread)> Threads(int process)
    {
        var found = new List<(int Index, int Thread)>();
        foreach (string task in files.Names(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task")))
        {
            if (int.TryParse(task, NumberStyles.None, CultureInfo.InvariantCulture, out int thread)
                && files.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task/{thread}/comm"), out string name)
                && ProcessorThread().Match(name) is { Success: true } match
                && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            {
                found.Add((index, thread));
            }
        }

        found.Sort();
        return found;
    }

    private void OfLibvirt(List<ManagedVm> found, List<string> faults)
    {
        int denied = 0;
        foreach (string path in Files(options.LibvirtFolder, "*.xml"))
        {
            if (!files.TryRead(path, out string text))
            {
                denied++;
                found.AddRange(OfCommandLine("libvirt/", Path.ChangeExtension(path, ".pid")));
            }
            else if (LibvirtDomain.Parse(text) is { } vm && IsQemu(vm.Process))
            {
                found.Add(vm);
            }
        }

        if (denied > 0)
        {
            faults.Add($"{options.LibvirtFolder}: access to the state of {denied} VMs is denied, so their states are not known. Run hvi as root");
        }
    }

    private void OfProxmox(List<ManagedVm> found)
    {
        foreach (string path in Files(options.ProxmoxFolder, "*.pid"))
        {
            found.AddRange(OfCommandLine("proxmox/", path));
        }
    }

    private IEnumerable<ManagedVm> OfCommandLine(string manager, string pidFile)
    {
        string own = Path.GetFileNameWithoutExtension(pidFile);
        if (!files.TryRead(pidFile, out string text) || !int.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int process)
            || process <= 0 || !IsQemu(process) || !files.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/cmdline"), out string arguments))
        {
            yield break;
        }

        var line = QemuCommandLine.Parse(arguments);
        yield return new ManagedVm(manager + own, process, line.Name ?? own, line.Uuid)
        {
            State = PartitionState.Unknown,
            MemoryBytes = line.MemoryBytes,
        };
    }

    // A file may name a process that has ended, and whose number belongs to another now. The program of Proxmox is called kvm.
    private bool IsQemu(int process) =>
        files.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"), out string stat) && TaskStat.TryParse(stat, out var task)
        && (task.Name.StartsWith("qemu", StringComparison.Ordinal) || task.Name.StartsWith("kvm", StringComparison.Ordinal));

    private List<string> Files(string folder, string pattern)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal).Take(options.PartitionsMax)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No such manager on this host.
            return [];
        }
    }

    [GeneratedRegex("^CPU ([0-9]{1,5})/(KVM|TCG)", RegexOptions.CultureInvariant)]
    private static partial Regex ProcessorThread();
}
