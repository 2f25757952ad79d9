namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>What an image lies on.</summary>
/// <param name="Name">Label of the store: "vda", "dm-3", "tmpfs /run", "nfs filer:/vm".</param>
/// <param name="BlockDevice">Its line in /proc/diskstats; null when the host has no block device for it.</param>
internal sealed record BackingStore(string Name, string? BlockDevice);
