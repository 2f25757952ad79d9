using System.Globalization;

namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>Finds the CPU cap that holds a thread: cgroup version 1 (cpu.cfs_quota_us) and 2 (cpu.max).</summary>
/// <param name="files">Where /proc and /sys are.</param>
internal sealed class CgroupCpuReader(HostFiles files)
{
    private const int DepthMax = 64;
    private MountTable _mounts = MountTable.Parse("");

    /// <summary>Takes the mounts to look for controllers in.</summary>
    public void UseMounts(MountTable mounts) => _mounts = mounts;

    /// <summary>Path of the thread's group in the hierarchy that has the cpu controller, or null when there is none.</summary>
    /// <param name="cgroupFile">Text of /proc/PID/task/TID/cgroup.</param>
    public static string? GroupOf(string cgroupFile)
    {
        string? unified = null;
        foreach (string line in cgroupFile.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split(':', 3);
            if (parts.Length != 3)
            {
                continue;
            }

            if (parts[0] == "0" && parts[1].Length == 0)
            {
                unified = "2" + parts[2];
            }
            else if (parts[1].Split(',').Contains("cpu"))
            {
                return "1" + parts[2];
            }
        }

        return unified;
    }

    /// <summary>The tightest cap from the group up to the root.</summary>
    /// <param name="group">As <see cref="GroupOf"/> gave it: version digit and path.</param>
    /// <returns>Null when nothing caps it.</returns>
    public CpuQuota? Read(string group)
    {
        bool second = group[0] == '2';
        string path = group[1..];

        // Container engines mount a part of the hierarchy a second time: only a mount that holds the group shows its files.
        var mount = _mounts.Entries.LastOrDefault(m => MountTable.Holds(m.Root, path) && (second
            ? m.FileSystem == "cgroup2"
            : m.FileSystem == "cgroup" && m.SuperOptions.Split(',').Contains("cpu")));
        if (mount is null)
        {
            return null;
        }

        path = mount.Root == "/" ? path : path[mount.Root.Length..];

        CpuQuota? tightest = null;
        string own = path;
        for (int depth = 0; depth < DepthMax; depth++)
        {
            string folder = mount.MountPoint + path.TrimEnd('/');
            if (ReadOne(folder, second, path != own) is { } quota && (tightest is null || quota.Processors < tightest.Value.Processors))
            {
                tightest = quota;
            }

            int slash = path.TrimEnd('/').LastIndexOf('/');
            if (slash < 0)
            {
                break;
            }

            path = path[..slash];
        }

        return tightest;
    }

    private CpuQuota? ReadOne(string folder, bool second, bool ancestor)
    {
        double processors;
        double throttled = double.NaN;
        string native;
        if (second)
        {
            if (!files.TryRead(folder + "/cpu.max", out string text) || !TryRatio(text.Trim().Split(' '), out processors))
            {
                return null;
            }

            native = "cgroup cpu.max";
        }
        else
        {
            if (!files.TryRead(folder + "/cpu.cfs_quota_us", out string quota)
                || !files.TryRead(folder + "/cpu.cfs_period_us", out string period)
                || !TryRatio([quota.Trim(), period.Trim()], out processors))
            {
                return null;
            }

            native = "cgroup cpu.cfs_quota_us";
        }

        if (files.TryRead(folder + "/cpu.stat", out string statistics))
        {
            throttled = second ? Value(statistics, "throttled_usec ") / 1e6 : Value(statistics, "throttled_time ") / 1e9;
        }

        return new CpuQuota(processors, throttled, ancestor, native);
    }

    // "max 100000" and "-1" mean no cap.
    private static bool TryRatio(string[] parts, out double processors)
    {
        processors = 0;
        if (parts.Length != 2
            || !long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long quota)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long period)
            || quota <= 0 || period <= 0)
        {
            return false;
        }

        processors = (double)quota / period;
        return true;
    }

    private static double Value(string text, string key)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(key, StringComparison.Ordinal)
                && ulong.TryParse(line[key.Length..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value))
            {
                return value;
            }
        }

        return double.NaN;
    }
}
