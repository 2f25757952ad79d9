using System.Runtime.Versioning;
using HvIntegration.CounterSources.HyperV.Counters;
using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;
using HvIntegration.CounterSources.HyperV;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.Pdh;

/// <summary>The counters of this Hyper-V host, live, by pdh.dll, and its VMs by Hyper-V's management.</summary>
/// <remarks>
/// Rows of cooked values go the same way as those of a recording (<see cref="CounterPlan"/>, <see cref="CounterRowSampler"/>). Each counter
/// is added by itself: one that is missing is told with its reason, asked for again now and then, and harms no other.
/// </remarks>
[SupportedOSPlatform("windows")]
public sealed class PdhCounterSource : ICounterSource
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly PdhOptions _options;
    private readonly IVmInventory _inventory;
    private readonly PdhBuffer _buffer = new();
    private readonly List<CounterReader> _readers = [.. LiveCounters.All.Select(c => new CounterReader(c))];
    private readonly List<string> _notices = [];
    private nint _query;
    private long? _triedNs;
    private VmDirectory? _plannedWith;
    private CounterPlan? _plan;
    private CounterRowSampler? _sampler;
    private double[] _row = [];
    private long _previousNs;
    private bool _costsLeftOut;

    /// <summary>Makes the source; pdh.dll is called at the first read.</summary>
    /// <param name="options">Checked settings.</param>
    /// <param name="inventory">VMs; disposed with the source.</param>
    public PdhCounterSource(PdhOptions options, IVmInventory inventory)
    {
        _options = options;
        _inventory = inventory;
    }

    /// <inheritdoc/>
    public string Name => "pdh";

    /// <inheritdoc/>
    public SourceOrigin Origin => SourceOrigin.Live;

    /// <inheritdoc/>
    public ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation)
    {
        var samples = new HostSampleList();
        var faults = new List<string>();
        var directory = _inventory.Directory;
        if (_inventory.Fault is { } inventoryFault)
        {
            faults.Add(inventoryFault);
        }

        // Counters and the last inventory go on without it; VMs that change meanwhile are not noticed.
        if (_inventory is { Fault: null, ServiceState: { } state and not "running" })
        {
            faults.Add($"Hyper-V's management service (vmms) is {state}: the list of VMs may be old");
        }

        AddCounters(nowNs);
        uint status = _query == 0 ? PdhStatus.NoData : PdhNative.PdhCollectQueryData(_query);
        if (status == PdhStatus.ValidData)
        {
            Read(directory, nowNs, samples, cancellation);
        }
        else if (_query != 0)
        {
            faults.Add($"the counters were not collected: {PdhStatus.Text(status)}");
        }

        WorkerProcesses.Read(directory, nowNs, samples);
        AddSettings(directory, nowNs, samples);
        faults.AddRange(MissingCounters());
        faults.AddRange(_notices);
        _notices.Clear();
        return ValueTask.FromResult(new CounterReading(Partitions(directory), samples.Samples, faults, false)
        {
            Coverage = [.. _readers.Select(Coverage)],
        });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_query != 0)
        {
            _ = PdhNative.PdhCloseQuery(_query);
            _query = 0;
        }

        _buffer.Dispose();
        _inventory.Dispose();
        return default;
    }

    private void AddCounters(long nowNs)
    {
        if (_triedNs is { } tried && nowNs - tried < _options.RetrySeconds * NanosecondsPerSecond)
        {
            return;
        }

        _triedNs = nowNs;
        if (_query == 0)
        {
            uint status = PdhNative.PdhOpenQueryW(null, 0, out _query);
            if (status != PdhStatus.ValidData)
            {
                _query = 0;
                throw new PdhException(status, "pdh.dll cannot open a query");
            }
        }

        // A set that is missing is asked for by its first counter only.
        var missingSets = new HashSet<string>(StringComparer.Ordinal);
        foreach (var reader in _readers.Where(r => r.Handle == 0 && !(_costsLeftOut && r.Counter.IsCost)))
        {
            if (!missingSets.Contains(reader.Counter.Set))
            {
                reader.Add(_query);
                if (reader.Status == PdhStatus.NoObject)
                {
                    missingSets.Add(reader.Counter.Set);
                }
            }
            else
            {
                reader.NoteMissing(PdhStatus.NoObject);
            }
        }
    }

    private void Read(VmDirectory directory, long nowNs, HostSampleList samples, CancellationToken cancellation)
    {
        bool changed = false;
        foreach (var reader in _readers)
        {
            if (reader.Handle != 0)
            {
                cancellation.ThrowIfCancellationRequested();
                changed |= reader.Read(_buffer);
            }
        }

        LeaveOutCosts(ref changed);
        if (changed || _plan is null || !ReferenceEquals(directory, _plannedWith))
        {
            Plan(directory);
        }

        int column = 0;
        foreach (var reader in _readers)
        {
            reader.Values.CopyTo(_row, column);
            column += reader.Values.Length;
        }

        _sampler!.Emit(_row, _previousNs == 0 ? nowNs : _previousNs, nowNs, samples, _notices);
        _previousNs = nowNs;
    }

    // Twenty counters for each of ten thousand processors would cost the host what they are to find.
    private void LeaveOutCosts(ref bool changed)
    {
        int processors = _readers.Where(r => r.Counter.Set == HostSets.VirtualProcessor).Select(r => r.Names.Length).DefaultIfEmpty().Max() - 1;
        bool leaveOut = processors > _options.CostProcessorsMax;
        if (leaveOut && !_costsLeftOut)
        {
            foreach (var reader in _readers.Where(r => r.Counter.IsCost))
            {
                reader.Remove();
            }

            changed = true;
        }

        _costsLeftOut = leaveOut;
    }

    private void Plan(VmDirectory directory)
    {
        var columns = new List<CounterPath>();
        foreach (var reader in _readers)
        {
            foreach (string name in reader.Names)
            {
                columns.Add(new CounterPath(Environment.MachineName, reader.Counter.Set, reader.Counter.HasInstances ? name : null, reader.Counter.Name));
            }
        }

        _plan = new CounterPlan(columns, new VmHints { Partitions = _options.Partitions, DiskOwners = _options.DiskOwners }, directory);
        _sampler = new CounterRowSampler(_plan, speed: 1, mayBeCapped: false);
        _row = new double[columns.Count];
        _plannedWith = directory;
    }

    private IReadOnlyList<PartitionInfo> Partitions(VmDirectory directory)
    {
        var partitions = directory.Vms.ToDictionary(v => v.Id, v => new PartitionInfo(
            v.Id, v.Name, v.State, v.VirtualProcessors,
            v is { Processor: { LimitPercent: < 100 } cap, VirtualProcessors: > 0 } ? cap.LimitPercent / 100 * v.VirtualProcessors : null,
            v.Memory is { } m ? (m.IsDynamic ? m.MaximumMb : m.StartupMb) * 1024 * 1024 : null, null)
        { Activity = v.Activity });
        foreach (var (id, name, processors) in _plan?.Partitions ?? [])
        {
            partitions.TryAdd(id, new PartitionInfo(
                id, name, _sampler!.IsAlive(id) ? PartitionState.Running : PartitionState.Unknown, processors, null, null, null));
        }

        return [.. partitions.Values];
    }

    private static void AddSettings(VmDirectory directory, long nowNs, HostSampleList samples)
    {
        foreach (var vm in directory.Vms.Where(v => v.State is PartitionState.Running))
        {
            if (vm.Processor is { } processor)
            {
                samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.VpWeight), nowNs, processor.Weight, "Msvm_ProcessorSettingData.Weight");
                if (processor.LimitPercent < 100)
                {
                    samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.VpLimit), nowNs, processor.LimitPercent / 100 * vm.VirtualProcessors, "Msvm_ProcessorSettingData.Limit");
                }
            }

            if (vm.Memory is { } memory)
            {
                double maximum = (memory.IsDynamic ? memory.MaximumMb : memory.StartupMb) * 1024 * 1024;
                samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.MemoryMaximum), nowNs, maximum, "Msvm_MemorySettingData.Limit");
            }

            foreach (var service in vm.Services)
            {
                if (service.IsWell is { } well)
                {
                    samples.Gauge(vm.Id, HostSeries.Of(StackMetrics.IntegrationService, service.Name), nowNs, well ? 1 : 0, "Msvm component OperationalStatus");
                }
            }

            if (vm.Nics.Count > 0)
            {
                samples.Gauge(vm.Id, HostSeries.Of(StackMetrics.EmulatedAdapters), nowNs, vm.Nics.Count(n => n.IsLegacy), "Msvm_EmulatedEthernetPort");
            }

            // Rows of VMs with one name cannot be told apart; what management tells by GUID can.
            if (vm.AssignedMb is { } assigned && directory.SharedNames.ContainsKey(VmNames.Canonical(vm.Name)))
            {
                samples.Gauge(
                    vm.Id, HostSeries.Of(HostMetrics.MemoryAssigned), nowNs, assigned * 1024.0 * 1024, "Msvm_SummaryInformation.MemoryUsage", SampleQuality.Estimated);
            }
        }
    }

    private IEnumerable<string> MissingCounters()
    {
        foreach (var set in _readers.Where(r => r.Handle == 0 && !r.Counter.IsOptional).GroupBy(r => (r.Counter.Set, r.Status)))
        {
            string what = set.Key.Status == PdhStatus.NoObject ? set.Key.Set : $"{set.Key.Set}: {string.Join(", ", set.Select(r => r.Counter.Name))}";
            yield return $"{what}: {PdhStatus.Text(set.Key.Status)}; retried every {_options.RetrySeconds} s";
        }
    }

    private CounterCoverage Coverage(CounterReader reader) => new(
        reader.Counter.Set, reader.Counter.Name, reader.Names.Length,
        reader.Handle != 0 ? null
        : _costsLeftOut && reader.Counter.IsCost ? $"omitted: more than {_options.CostProcessorsMax} virtual processors (Pdh:CostProcessorsMax)"
        : PdhStatus.Text(reader.Status),
        reader.Counter.IsOptional);
}
