namespace HvIntegration.CounterSources.Simulated;

/// <summary>A program of a simulated guest.</summary>
/// <param name="Pid">Process number in the guest.</param>
/// <param name="Name">Short name, not the command line.</param>
/// <param name="CpuShare">Its part of what the VM's processors do, all programs together 1.</param>
/// <param name="DiskShare">Its part of the disk traffic.</param>
/// <param name="MemoryShare">Its part of the memory in use.</param>
internal sealed record SimulatedProcess(int Pid, string Name, double CpuShare, double DiskShare, double MemoryShare);
