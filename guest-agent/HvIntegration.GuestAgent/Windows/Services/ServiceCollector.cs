using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Services;

/// <summary>Whether watched services run, and how often any service started or stopped.</summary>
/// <remarks>
/// Source: <c>EnumServicesStatusExW</c>. Watched: the Hyper-V integration services, Remote Desktop, and every service
/// whose state changed since the agent's start; together at most 64.
/// </remarks>
internal sealed class ServiceCollector() : WindowsCollector("service", new CollectorSchedule(15, 5000, true))
{
    private const int ServicesMax = 4096;
    private const int WatchedMax = 64;

    private static readonly string[] AlwaysWatched =
        ["vmicheartbeat", "vmickvpexchange", "vmicshutdown", "vmictimesync", "vmicvss", "vmicrdv", "vmicguestinterface", "vmicvmsession", "TermService"];

    private readonly NativeBuffer _buffer = new(128 * 1024, 4 * 1024 * 1024);
    private readonly Dictionary<string, Service> _services = new(StringComparer.OrdinalIgnoreCase);
    private nint _manager;
    private int _changesSlot = -1;
    private long _changes;
    private int _watched;

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_manager != 0)
        {
            _ = AdvApi32.CloseServiceHandle(_manager);
            _manager = 0;
        }

        _buffer.Dispose();
    }

    /// <inheritdoc/>
    protected override CollectOutcome Read(CollectorSeries series)
    {
        if (_manager == 0 && AdvApi32.OpenManager(out _manager) is var refused && refused != 0)
        {
            return OfError("OpenSCManager", refused);
        }

        int error = AdvApi32.ReadServices(_manager, _buffer, out int count);
        if (error != 0)
        {
            return OfError("EnumServicesStatusEx", error);
        }

        var lookup = _services.GetAlternateLookup<ReadOnlySpan<char>>();
        ReadOnlySpan<byte> content = _buffer.Content(_buffer.Length);
        for (var index = 0; index < count; index++)
        {
            if (!ServiceRow.TryParse(content, _buffer.Address, index, out var name, out uint state))
            {
                continue;
            }

            bool runs = state == ServiceRow.Running;
            if (!lookup.TryGetValue(name, out Service? service))
            {
                if (_services.Count >= ServicesMax)
                {
                    continue;
                }

                service = new Service(name.ToString(), runs);
                _services.Add(service.Name, service);
                if (Array.Exists(AlwaysWatched, watched => watched.Equals(service.Name, StringComparison.OrdinalIgnoreCase)))
                {
                    Watch(series, service);
                }
            }
            else if (service.Runs != runs)
            {
                service.Runs = runs;
                _changes++;
                Watch(series, service);
            }

            series.Set(service.Slot, runs ? 1 : 0);
        }

        _changesSlot = _changesSlot < 0 ? series.Define(GuestMetrics.ServiceChanges) : _changesSlot;
        series.Set(_changesSlot, _changes);
        return CollectOutcome.Ok;
    }

    private void Watch(CollectorSeries series, Service service)
    {
        if (service.Slot < 0 && _watched < WatchedMax)
        {
            _watched++;
            service.Slot = series.Define(GuestMetrics.ServiceState, service.Name);
        }
    }

    private sealed class Service(string name, bool runs)
    {
        public string Name => name;

        public bool Runs { get; set; } = runs;

        public int Slot { get; set; } = -1;
    }
}
