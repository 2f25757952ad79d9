using System.Text;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Cpu;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Parsing;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Text;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Linux.Identity;

/// <summary>Reads who this guest is, once.</summary>
/// <remarks>
/// Sources: <c>/proc/sys/kernel/{random/boot_id,osrelease,hostname}</c>, <c>/etc/os-release</c>, <c>/proc/stat</c>,
/// <c>/proc/meminfo</c>, <c>/sys/class/dmi/id</c>, and the Hyper-V pool <c>/var/lib/hyperv/.kvp_pool_3</c>, which the host fills.
/// </remarks>
internal sealed class LinuxIdentity(GuestRoot root)
{
    private const int HintsMax = 32;
    private const int PoolBytesMax = HintsMax * KvpPool.RecordBytes;

    private static readonly (string Key, string Path)[] MachineFiles =
    [
        ("dmi.sys_vendor", "/sys/class/dmi/id/sys_vendor"),
        ("dmi.product_name", "/sys/class/dmi/id/product_name"),
        ("dmi.product_uuid", "/sys/class/dmi/id/product_uuid"),
    ];

    /// <summary>Reads the facts by which a host names this VM.</summary>
    /// <exception cref="IOException">The boot id cannot be read: without it no sample has an address in history.</exception>
    public GuestIdentity Read()
    {
        const string BootIdPath = "/proc/sys/kernel/random/boot_id";
        if (!Guid.TryParse(ReadLine(BootIdPath), out var bootId) || bootId == Guid.Empty)
        {
            throw new IOException($"{root.Of(BootIdPath)} has no boot id: mount procfs on {root.Of("/proc")}");
        }

        return new GuestIdentity(
            OsFamily.Linux, ReadOsName(), ReadLine("/proc/sys/kernel/osrelease"), ReadLine("/proc/sys/kernel/hostname"), bootId,
            ReadProcessors(), ReadMemory(), ReadHints());
    }

    private string ReadOsName()
    {
        foreach (var path in (ReadOnlySpan<string>)["/etc/os-release", "/usr/lib/os-release"])
        {
            foreach (var line in ReadText(path, 8192).Split('\n'))
            {
                if (line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))
                {
                    return SafeText.Of(line["PRETTY_NAME=".Length..].Trim().Trim('"', '\''), ProtocolLimits.LabelBytesMax, new Rune('?'));
                }
            }
        }

        return "Linux";
    }

    private int ReadProcessors()
    {
        using var file = new KernelFile(root.Of("/proc/stat"), 16 * 1024);
        var stat = new ProcStat();
        stat.Parse(file.TryReadOnce(out var text) ? text : default);
        return Math.Max(stat.ProcessorCount, 1);
    }

    private ulong ReadMemory()
    {
        using var file = new KernelFile(root.Of("/proc/meminfo"));
        var memory = new KeyedNumbers("MemTotal");
        memory.Parse(file.TryReadOnce(out var text) ? text : default);
        return (ulong)memory.OrZero(0) * 1024;
    }

    private List<KeyValuePair<string, string>> ReadHints()
    {
        var hints = new List<KeyValuePair<string, string>>();
        foreach (var (key, path) in MachineFiles)
        {
            if (ReadLine(path) is { Length: > 0 } value)
            {
                hints.Add(new(key, value));
            }
        }

        using var pool = new KernelFile(root.Of("/var/lib/hyperv/.kvp_pool_3"), PoolBytesMax, PoolBytesMax);
        if (pool.TryRead(out var bytes))
        {
            hints.AddRange(KvpPool.Parse(bytes, HintsMax - hints.Count, ProtocolLimits.LabelBytesMax));
        }

        return hints;
    }

    private string ReadLine(string path)
    {
        var text = ReadText(path, 1024);
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return SafeText.Of((end >= 0 ? text[..end] : text).Trim(), ProtocolLimits.LabelBytesMax, new Rune('?'));
    }

    private string ReadText(string path, int bytesMax)
    {
        using var file = new KernelFile(root.Of(path), bytesMax, bytesMax);
        return file.TryRead(out var text) ? System.Text.Encoding.UTF8.GetString(text) : "";
    }
}
