namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>A busy process of the host that belongs to no VM.</summary>
/// <param name="Label">name(pid).</param>
/// <param name="Readings">Host time and CPU seconds, rising time; two when the process is new on the list, else one.</param>
internal sealed record HostProcess(string Label, IReadOnlyList<(long Ns, double CpuSeconds)> Readings);
