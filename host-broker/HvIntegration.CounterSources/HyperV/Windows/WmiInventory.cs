using System.Runtime.Versioning;

namespace HvIntegration.CounterSources.HyperV.Windows;

/// <summary>The inventory of a Hyper-V host, kept fresh by a thread of its own: WMI may take seconds, counters may not wait for it.</summary>
/// <remarks>Asked at an interval, and at once after a change event. When WMI or the management service restarts, it connects anew.</remarks>
[SupportedOSPlatform("windows")]
public sealed class WmiInventory : IVmInventory
{
    private const string Namespace = @"root\virtualization\v2";
    private const string Changes = "SELECT * FROM __InstanceOperationEvent WITHIN 2 WHERE TargetInstance ISA 'Msvm_ComputerSystem'";
    private const string Management = "vmms";
    private const int RowsMax = 32_768;
    private const int QueryTimeoutMs = 20_000;
    private const int EventWaitMs = 250;
    private static readonly TimeSpan EndMax = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly InventoryPace _pace;
    private readonly ManualResetEventSlim _end = new();
    private readonly ManualResetEventSlim _first = new();
    private readonly Thread _thread;
    private volatile VmDirectory _directory = VmDirectory.Empty;
    private volatile string? _fault = "the inventory has not been read yet";
    private volatile string? _serviceState;
    private volatile SchedulerType _scheduler;

    /// <summary>Starts the thread that reads the inventory.</summary>
    /// <param name="interval">Time between two rounds without a change.</param>
    /// <param name="time">Clock.</param>
    public WmiInventory(TimeSpan interval, TimeProvider time)
    {
        _time = time;
        _interval = interval;
        _pace = new InventoryPace(interval);
        _thread = new Thread(Run) { IsBackground = true, Name = "Hyper-V inventory" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public VmDirectory Directory => _directory;

    /// <inheritdoc/>
    public string? Fault => _fault;

    /// <inheritdoc/>
    public string? ServiceState => _serviceState;

    /// <inheritdoc/>
    public SchedulerType Scheduler => _scheduler;

    /// <summary>Waits for the end of the first round.</summary>
    /// <returns>False when it took longer.</returns>
    public bool WaitForFirst(TimeSpan longest) => _first.Wait(longest);

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Set();
        if (_thread.Join(EndMax))
        {
            _end.Dispose();
            _first.Dispose();
        }
    }

    private void Run()
    {
        _ = Ole.CoInitializeEx(0, Ole.Multithreaded);

        // It changes at a start of the host only.
        _scheduler = HypervisorLog.ReadScheduler();
        try
        {
            while (!_end.IsSet)
            {
                try
                {
                    Follow();
                }
                catch (WbemException e)
                {
                    _fault = $"Hyper-V's inventory: {e.Message}";
                }
                catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
                {
                    _fault = $"Hyper-V inventory: this system has no WMI ({e.Message})";
                }

                _first.Set();
                _end.Wait(_interval);
            }
        }
        finally
        {
            Ole.CoUninitialize();
        }
    }

    // Until the connection ends.
    private void Follow()
    {
        _serviceState = WindowsServiceState.Read(Management);
        using var session = WbemSession.Connect(Namespace);
        nint events = 0;
        try
        {
            events = Subscribe(session);
            while (!_end.IsSet)
            {
                Read(session);
                _first.Set();
                Wait(session, events);
                _serviceState = WindowsServiceState.Read(Management);
            }
        }
        finally
        {
            WbemSession.Release(events);
        }
    }

    private static nint Subscribe(WbemSession session)
    {
        try
        {
            return session.Subscribe(Changes);
        }
        catch (WbemException)
        {
            // Without events the interval must do.
            return 0;
        }
    }

    private void Wait(WbemSession session, nint events)
    {
        long began = _time.GetTimestamp();
        bool hasChanged = false;
        while (!_pace.IsDue(_time.GetElapsedTime(began), hasChanged) && !_end.Wait(EventWaitMs))
        {
            // One change brings others: they are read together.
            while (events != 0 && session.HasEvent(events, 0))
            {
                hasChanged = true;
            }
        }
    }

    private void Read(WbemSession session)
    {
        var rows = new Dictionary<string, IReadOnlyList<CimRow>>(StringComparer.Ordinal);
        var faults = new List<string>();
        foreach (var (name, query) in HyperVMapping.Queries)
        {
            try
            {
                rows[name] = session.Query(query, RowsMax, QueryTimeoutMs);
            }
            catch (WbemException e) when (name != "Msvm_ComputerSystem")
            {
                // A class may be missing on this build; without the list of VMs there is nothing.
                faults.Add($"{name}: {e.Message}");
            }
        }

        _directory = new VmDirectory(HyperVMapping.Map(new CimObjects(rows, faults)), _directory);
        _fault = faults.Count == 0 ? null : $"the Hyper-V inventory is incomplete: {string.Join("; ", faults)}";
    }
}
