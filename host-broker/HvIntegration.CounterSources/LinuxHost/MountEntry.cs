namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>One line of /proc/self/mountinfo.</summary>
/// <param name="Device">"major:minor"; major 0 has no block device of its own.</param>
/// <param name="Root">Folder of the file system that is mounted.</param>
/// <param name="MountPoint">Path under which the file system is seen.</param>
/// <param name="FileSystem">ext4, cgroup2, ...</param>
/// <param name="Source">/dev/sda1, tmpfs, server:/share, ...</param>
/// <param name="SuperOptions">Options of the file system; controllers of a version 1 cgroup.</param>
internal sealed record MountEntry(
    string Device, string Root, string MountPoint, string FileSystem, string Source, string SuperOptions);
