using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Linux.Pressure;

/// <summary>Time in which tasks waited for a processor, for memory or for I/O (PSI).</summary>
/// <remarks>
/// Sources: <c>/proc/pressure/{cpu,memory,io}</c>, field <c>total</c>, microseconds since boot. <c>full</c> of cpu has no
/// meaning for a whole machine (the kernel prints 0) and is left out.
/// </remarks>
internal sealed class PressureCollector(GuestRoot root) : ICollector
{
    private static readonly string[] Resources = ["cpu", "memory", "io"];

    private readonly KernelFile[] _files = [.. Resources.Select(resource => new KernelFile(root.Of($"/proc/pressure/{resource}"), 512))];
    private readonly bool[] _defined = new bool[3];
    private readonly int[] _someSlots = new int[3];
    private readonly int[] _fullSlots = new int[3];

    /// <inheritdoc/>
    public string Name => "pressure";

    /// <inheritdoc/>
    public CollectorSchedule Schedule => CollectorSchedule.EachInterval;

    /// <inheritdoc/>
    public CollectOutcome Collect(CollectorSeries series)
    {
        for (var index = 0; index < _files.Length; index++)
        {
            // psi=0 leaves the files in place and lets open or read fail with "not supported".
            if (!_files[index].TryReadOnce(out var text))
            {
                return _files[index].IsAbsent
                    ? CollectOutcome.Unavailable("/proc/pressure is missing: the kernel is older than 4.20, or its command line has no psi=1")
                    : CollectOutcome.Failed(_files[index].Failure);
            }

            var pressure = PressureFile.Parse(text);
            if (pressure.SomeMicroseconds < 0)
            {
                return CollectOutcome.Failed("/proc/pressure has no line 'some … total='");
            }

            if (!_defined[index])
            {
                _defined[index] = true;
                _someSlots[index] = series.Define(GuestMetrics.PressureStalled, Resources[index], "some");
                _fullSlots[index] = index > 0 ? series.Define(GuestMetrics.PressureStalled, Resources[index], "full") : -1;
            }

            series.Set(_someSlots[index], pressure.SomeMicroseconds);
            series.Set(_fullSlots[index], Math.Max(pressure.FullMicroseconds, 0));
        }

        return CollectOutcome.Ok;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }
}
