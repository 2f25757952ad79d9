using System.Globalization;

namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>Reads what a service or VM reads and writes, by disk of the host: <c>io.stat</c> of cgroup version 2.</summary>
/// <param name="files">Where /proc and /sys are.</param>
internal sealed class CgroupIoReader(HostFiles files)
{
    private const int DevicesMax = 256;

    // With systemd, and as libvirt makes them itself.
    private static readonly string[] Scopes = [".scope", ".libvirt-qemu"];
    private MountTable _mounts = MountTable.Parse("");

    /// <summary>Takes the mounts to look for the hierarchy in.</summary>
    public void UseMounts(MountTable mounts) => _mounts = mounts;

    /// <summary>Counters of the scope that a process belongs to; empty where the hierarchy has no io controller.</summary>
    /// <param name="process">Any process of the scope.</param>
    public IReadOnlyList<CgroupIo> Read(int process)
    {
        if (!files.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/cgroup"), out string text) || ScopeOf(text) is not { } group
            || _mounts.Entries.LastOrDefault(m => m.FileSystem == "cgroup2" && MountTable.Holds(m.Root, group)) is not { } mount)
        {
            return [];
        }

        string folder = mount.MountPoint + (mount.Root == "/" ? group : group[mount.Root.Length..]).TrimEnd('/');
        return files.TryRead(folder + "/io.stat", out text) ? Parse(text) : [];
    }

    // A manager divides the scope of a VM further (emulator, virtual processors): the scope is the VM.
    private static string? ScopeOf(string cgroupFile)
    {
        foreach (string line in cgroupFile.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("0::/", StringComparison.Ordinal))
            {
                string group = line[3..];
                string? scope = Array.Find(Scopes, s => group.Contains(s + "/", StringComparison.Ordinal));
                return scope is null ? group : group[..(group.LastIndexOf(scope + "/", StringComparison.Ordinal) + scope.Length)];
            }
        }

        return null;
    }

    private List<CgroupIo> Parse(string text)
    {
        var found = new List<CgroupIo>();
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(DevicesMax))
        {
            // "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0"
            string[] parts = line.Split(' ');

            // A stacked device and those below it count the same operation: only the lowest counts here.
            if (files.ReadLink("/sys/dev/block/" + parts[0]) is { } link && Path.GetFileName(link) is { Length: > 0 } device
                && !files.Names($"/sys/class/block/{device}/slaves").Any())
            {
                found.Add(new CgroupIo(device, Value(parts, "rios="), Value(parts, "rbytes="), Value(parts, "wios="), Value(parts, "wbytes=")));
            }
        }

        return found;
    }

    private static double Value(string[] parts, string key) =>
        Array.Find(parts, p => p.StartsWith(key, StringComparison.Ordinal)) is { } part
        && ulong.TryParse(part.AsSpan(key.Length), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : double.NaN;
}
