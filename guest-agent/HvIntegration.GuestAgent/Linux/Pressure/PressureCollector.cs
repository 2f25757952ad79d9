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

    /// <summary>A hundred years, microseconds.</summary>
    private const long MicrosecondsMax = 100L * 366 * 86_400 * 1_000_000;

    private const string NoPressure = "/proc/pressure is missing: the kernel is older than 4.20, or its command line has no psi=1";

    private static readonly string[] NoTotal = [.. Resources.Select(resource => $"/proc/pressure/{resource} has no line 'some … total='")];

    private readonly KernelFile[] _files = [.. Resources.Select(resource => new KernelFile(root.Of($"/proc/pressure/{resource}"), 512))];
    private readonly OptionalSeries[] _some = [.. Resources.Select(resource => new OptionalSeries(GuestMetrics.PressureStalled, MicrosecondsMax, resource, "some"))];
    private readonly OptionalSeries[] _full = [.. Resources.Select(resource => new OptionalSeries(GuestMetrics.PressureStalled, MicrosecondsMax, resource, "full"))];
    private readonly string[] _faults = ["", "", ""];
    private readonly string[] _told = ["", "", ""];
    private CollectOutcome _partial;

    /// <inheritdoc/>
    public string Name => "pressure";

    /// <inheritdoc/>
    public CollectorSchedule Schedule => CollectorSchedule.EachInterval;

    /// <inheritdoc/>
    public CollectOutcome Collect(CollectorSeries series)
    {
        var (absent, faults) = (0, 0);
        for (var index = 0; index < _files.Length; index++)
        {
            var fault = Read(series, index);
            _faults[index] = fault;
            faults += fault.Length > 0 ? 1 : 0;
            absent += fault.Length > 0 && _files[index].IsAbsent ? 1 : 0;
        }

        return absent == _files.Length ? CollectOutcome.Unavailable(NoPressure) : faults == 0 ? CollectOutcome.Ok : Partial(faults);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    // Each file is read for itself: what one lacks does not take the others away. Gives what is wrong with it, empty when nothing is.
    private string Read(CollectorSeries series, int index)
    {
        // psi=0 leaves the files in place and lets open or read fail with "not supported".
        var isRead = _files[index].TryReadOnce(out var text);
        var pressure = isRead ? PressureFile.Parse(text) : new PressureFile(-1, -1);
        _some[index].Set(series, pressure.SomeMicroseconds);
        _full[index].Set(series, index > 0 ? pressure.FullMicroseconds : -1);
        return !isRead ? _files[index].Failure : pressure.SomeMicroseconds < 0 ? NoTotal[index] : "";
    }

    private CollectOutcome Partial(int faults)
    {
        if (!_faults.AsSpan().SequenceEqual(_told))
        {
            _faults.CopyTo(_told, 0);
            var reason = string.Join("; ", _faults.Where(f => f.Length > 0).Distinct());
            _partial = faults == _files.Length ? CollectOutcome.Failed(reason) : CollectOutcome.Partial(reason);
        }

        return _partial;
    }
}
