using System.ComponentModel.DataAnnotations;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>Settings of the qemu source.</summary>
public sealed class QemuOptions
{
    /// <summary>Folder with one QMP socket per VM, <c>NAME.qmp</c>; the agent's socket of that VM is <c>NAME.agent.sock</c> beside it.</summary>
    /// <value>Default /run/hvintegration/qemu.</value>
    [Required]
    public string SocketFolder { get; set; } = "/run/hvintegration/qemu";

    /// <summary>Folder in which libvirt keeps a file of each VM that runs, <c>NAME.xml</c> and <c>NAME.pid</c>.</summary>
    /// <value>Default /run/libvirt/qemu.</value>
    [Required]
    public string LibvirtFolder { get; set; } = "/run/libvirt/qemu";

    /// <summary>Folder in which Proxmox keeps the process of each VM that runs, <c>NUMBER.pid</c>.</summary>
    /// <value>Default /run/qemu-server.</value>
    [Required]
    public string ProxmoxFolder { get; set; } = "/run/qemu-server";

    /// <summary>Monitors asked at the same time.</summary>
    /// <value>1 to 256. Default 32.</value>
    [Range(1, 256)]
    public int PollConcurrency { get; set; } = 32;

    /// <summary>How long one monitor may take to answer before its connection is given up.</summary>
    /// <value>Milliseconds, 50 to 10,000. Default 2000: a monitor shares its thread with the guest's I/O and is slow on a busy host.</value>
    [Range(50, 10_000)]
    public int MonitorDeadlineMs { get; set; } = 2000;

    /// <summary>How long a read waits for monitors; what answers later comes with the next read, with its true time.</summary>
    /// <value>Milliseconds, 10 to 5,000. Default 250.</value>
    [Range(10, 5000)]
    public int PatienceMs { get; set; } = 250;

    /// <summary>How often names, threads, images and limits are read again.</summary>
    /// <value>Seconds, 1 to 300. Default 5.</value>
    [Range(1, 300)]
    public int RefreshSeconds { get; set; } = 5;

    /// <summary>Most VMs that are watched; more are named in a fault.</summary>
    /// <value>1 to 4,096. Default 512.</value>
    [Range(1, 4096)]
    public int PartitionsMax { get; set; } = 512;

    /// <summary>Busy processes of the host that are named.</summary>
    /// <value>0 to 50. Default 10.</value>
    [Range(0, 50)]
    public int HostProcessesMax { get; set; } = 10;

    /// <summary>Stands for /proc; tests move it.</summary>
    [Required]
    public string ProcRoot { get; set; } = "/proc";

    /// <summary>Stands for /sys; tests move it.</summary>
    [Required]
    public string SysRoot { get; set; } = "/sys";
}
