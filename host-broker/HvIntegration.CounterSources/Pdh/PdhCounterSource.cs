using System.Runtime.Versioning;
using HvIntegration.CounterSources.HyperV.Counters;
using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;
using HvIntegration.CounterSources.HyperV;
using HvIntegration.CounterSources.HyperV.Windows;

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

    /// <summary>PERF_DETAIL_WIZARD: sets of every level of detail.</summary>
    internal const uint DetailWizard = 400;

    // Sets that a host may well lack (cluster, replica) are looked for again at the start, and then rarely.
    private const int EarlyRefreshes = 4;
    private const int RareRefresh = 20;
    private static readonly TimeSpan QuickRefresh = TimeSpan.FromMilliseconds(200);

    private readonly PdhOptions _options;
    private readonly IVmInventory _inventory;
    private readonly PdhBuffer _buffer = new();
    private readonly List<CounterReader> _readers = [.. LiveCounters.All.Select(c => new CounterReader(c))];
    private readonly List<string> _notices = [];
    private nint _query;
    private long? _triedNs;
    private int _tries;
    private Task? _refresh;
    private readonly LivePlan _plan;
    private readonly ProcessSnapshot _processes = new();
    private long _previousNs;
    private bool _costsLeftOut;

    /// <summary>Makes the source; pdh.dll is called at the first read.</summary>
    /// <param name="options">Checked settings.</param>
    /// <param name="inventory">VMs; disposed with the source.</param>
    public PdhCounterSource(PdhOptions options, IVmInventory inventory)
    {
        _options = options;
        _inventory = inventory;
        _plan = new LivePlan(new VmHints { Partitions = options.Partitions, DiskOwners = options.DiskOwners, DiskOwnerRemedy = "set its owner with Pdh:DiskOwners" });
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

        WorkerProcesses.Read(directory, _processes, nowNs, samples);
        VmSettings.Add(directory, _inventory.Scheduler, nowNs, samples);
        faults.AddRange(MissingCounters());
        faults.AddRange(_plan.Faults);
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
        _processes.Dispose();
        _inventory.Dispose();
        return default;
    }

    private void AddCounters(long nowNs)
    {
        bool isDue = _triedNs is not { } tried || nowNs - tried >= _options.RetrySeconds * NanosecondsPerSecond;
        if (isDue)
        {
            _triedNs = nowNs;
            Open();
            Refresh();
        }

        // A quick refresh is waited for; the list of a host with many providers takes seconds, and its sets are added when it is there.
        if ((isDue || _refresh is not null) && _refresh?.Wait(isDue ? QuickRefresh : TimeSpan.Zero) is null or true)
        {
            _refresh = null;
            AddMissing();
        }
    }

    private void Open()
    {
        if (_query == 0)
        {
            uint status = PdhNative.PdhOpenQueryW(null, 0, out _query);
            if (status != PdhStatus.ValidData)
            {
                _query = 0;
                throw new PdhException(status, "pdh.dll cannot open a query");
            }
        }
    }

    // PDH remembers the list of sets of its first call: a set that came later, as after a start of the system, is never found without this.
    private void Refresh()
    {
        var missing = _readers.Where(r => r.Status == PdhStatus.NoObject).ToList();
        bool isWorthIt = missing.Any(r => !r.Counter.IsOptional) || _tries <= EarlyRefreshes || _tries % RareRefresh == 0;
        if (_tries++ > 0 && missing.Count > 0 && isWorthIt && _refresh is null)
        {
            _refresh = Task.Run(RefreshSets);
        }
    }

    private static unsafe void RefreshSets()
    {
        uint characters = 0;
        _ = PdhNative.PdhEnumObjectsW(null, null, null, ref characters, DetailWizard, 1);
    }

    private void AddMissing()
    {
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
        _plan.Follow(changed, directory, Columns);
        int column = 0;
        foreach (var reader in _readers)
        {
            if (IsWithoutMeaning(reader))
            {
                Array.Fill(reader.Values, double.NaN);
            }

            reader.Values.CopyTo(_plan.Row, column);
            column += reader.Values.Length;
        }

        _plan.Sampler!.Emit(_plan.Row, _previousNs == 0 ? nowNs : _previousNs, nowNs, samples, _notices);
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

    private List<CounterPath> Columns()
    {
        var columns = new List<CounterPath>();
        foreach (var reader in _readers)
        {
            foreach (string name in reader.Names)
            {
                columns.Add(new CounterPath(Environment.MachineName, reader.Counter.Set, reader.Counter.HasInstances ? name : null, reader.Counter.Name));
            }
        }

        return columns;
    }

    private IReadOnlyList<PartitionInfo> Partitions(VmDirectory directory)
    {
        var partitions = directory.Vms.ToDictionary(v => v.Id, v => new PartitionInfo(
            v.Id, v.Name, v.State, v.VirtualProcessors,
            VmSettings.Cap(v, _inventory.Scheduler),
            v.Memory is { } m ? (m.IsDynamic ? m.MaximumMb : m.StartupMb) * 1024 * 1024 : null, null)
        { Activity = v.Activity });
        foreach (var (id, name, processors) in _plan.Plan?.Partitions ?? [])
        {
            partitions.TryAdd(id, new PartitionInfo(
                id, name, _plan.Sampler!.IsAlive(id) ? PartitionState.Running : PartitionState.Unknown, processors, null, null, null));
        }

        return [.. partitions.Values];
    }

    // A virtual processor queues as a thread of Windows then: the hypervisor does not see it wait.
    private bool IsWithoutMeaning(CounterReader reader) => !VmSettings.HasProcessorControls(_inventory.Scheduler) && reader.Counter is
        { Set: HostSets.VirtualProcessor, Name: "CPU Wait Time Per Dispatch" or "CPU Contention Time Per Dispatch" };

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
        IsWithoutMeaning(reader) ? "not meaningful: this host has the root scheduler"
        : reader.Handle != 0 ? null
        : _costsLeftOut && reader.Counter.IsCost ? $"omitted: more than {_options.CostProcessorsMax} virtual processors (Pdh:CostProcessorsMax)"
        : PdhStatus.Text(reader.Status),
        reader.Counter.IsOptional || IsWithoutMeaning(reader))
    {
        ReadsFromRaw = reader.ReadsFromRaw,
    };
}
