namespace HvIntegration.CounterSources.HyperV;

/// <summary>What one process of the host uses.</summary>
/// <param name="Id">Number of the process.</param>
/// <param name="CpuSeconds">Processor time since its start, user and kernel, seconds.</param>
/// <param name="WorkingSetBytes">Physical memory in use, bytes.</param>
/// <param name="Handles">Open handles.</param>
/// <param name="Threads">Number of threads.</param>
public readonly record struct HostProcessUse(int Id, double CpuSeconds, long WorkingSetBytes, uint Handles, int Threads);
