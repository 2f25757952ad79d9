using System.Globalization;
using System.Text.RegularExpressions;
using HvIntegration.Model;

namespace HvIntegration.CounterSources.HyperV;

/// <summary>Makes VMs of the objects of <c>root\virtualization\v2</c>. Pure: it asks nothing.</summary>
/// <remarks>Classes and properties: the Hyper-V WMI provider's documentation. Captions and names are localised, so nothing is told by them.</remarks>
internal static partial class HyperVMapping
{
    private const string RealizedType = "Microsoft:Hyper-V:System:Realized";
    private const string HardDiskType = "Microsoft:Hyper-V:Virtual Hard Disk";
    private const string SnapshotType = "Microsoft:Hyper-V:Snapshot:Realized";
    private const double FullProcessor = 100_000;

    // Class of the component on the VM's side, and our stable name for the service.
    private static readonly (string Class, string Name)[] ServiceClasses =
    [
        ("Msvm_HeartbeatComponent", "heartbeat"), ("Msvm_TimeSyncComponent", "time-sync"), ("Msvm_KvpExchangeComponent", "key-value"),
        ("Msvm_ShutdownComponent", "shutdown"), ("Msvm_VssComponent", "vss"), ("Msvm_GuestServiceInterfaceComponent", "guest-services"),
    ];

    /// <summary>Queries whose results this mapping reads: class and WQL. Only what is read is asked for.</summary>
    public static IReadOnlyList<(string Class, string Query)> Queries { get; } =
    [
        ("Msvm_ComputerSystem", "SELECT Name, ElementName, EnabledState, HealthState, OperationalStatus, OnTimeInMilliseconds, ProcessID, ReplicationState FROM Msvm_ComputerSystem"),
        ("Msvm_VirtualSystemSettingData", "SELECT InstanceID, VirtualSystemIdentifier, VirtualSystemType, VirtualSystemSubType, Version FROM Msvm_VirtualSystemSettingData"),
        ("Msvm_ProcessorSettingData", "SELECT InstanceID, VirtualQuantity, Reservation, Limit, Weight FROM Msvm_ProcessorSettingData"),
        ("Msvm_MemorySettingData", "SELECT InstanceID, VirtualQuantity, Reservation, Limit, DynamicMemoryEnabled, TargetMemoryBuffer, Weight FROM Msvm_MemorySettingData"),
        ("Msvm_StorageAllocationSettingData", "SELECT InstanceID, ResourceSubType, HostResource, IOPSLimit, IOPSReservation FROM Msvm_StorageAllocationSettingData"),
        ("Msvm_SyntheticEthernetPort", "SELECT DeviceID, SystemName, ElementName, PermanentAddress FROM Msvm_SyntheticEthernetPort"),
        ("Msvm_EmulatedEthernetPort", "SELECT DeviceID, SystemName, ElementName, PermanentAddress FROM Msvm_EmulatedEthernetPort"),
        ("Msvm_SummaryInformation", "SELECT Name, MemoryUsage FROM Msvm_SummaryInformation"),
        .. ServiceClasses.Select(s => (s.Class, s.Class == "Msvm_KvpExchangeComponent"
            ? "SELECT SystemName, EnabledState, OperationalStatus, GuestIntrinsicExchangeItems FROM Msvm_KvpExchangeComponent"
            : $"SELECT SystemName, EnabledState, OperationalStatus FROM {s.Class}")),
    ];

    [GeneratedRegex(@"<PROPERTY NAME=""(?<name>Name|Data)""[^>]*>\s*<VALUE>(?<value>[^<]*)</VALUE>", RegexOptions.CultureInvariant)]
    private static partial Regex ItemPattern();

    /// <summary>Makes one VM of the objects that belong to it, for each; sorted by name.</summary>
    public static IReadOnlyList<HyperVVm> Map(CimObjects objects)
    {
        var settings = Realized(objects, "Msvm_VirtualSystemSettingData").ToLookup(r => r.Id, r => r.Row);
        var active = settings.SelectMany(g => g.Select(r => (g.Key, r))).Where(s => s.r.Text("VirtualSystemType") == RealizedType).ToLookup(s => s.Key, s => s.r);
        var checkpoints = objects.Of("Msvm_VirtualSystemSettingData").Where(r => r.Text("VirtualSystemType") == SnapshotType)
            .GroupBy(r => r.Text("VirtualSystemIdentifier"), StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.Count(), StringComparer.OrdinalIgnoreCase);
        var processors = Realized(objects, "Msvm_ProcessorSettingData").ToLookup(r => r.Id, r => r.Row);
        var memories = Realized(objects, "Msvm_MemorySettingData").ToLookup(r => r.Id, r => r.Row);
        var disks = Realized(objects, "Msvm_StorageAllocationSettingData").ToLookup(r => r.Id, r => r.Row);
        var summaries = objects.Of("Msvm_SummaryInformation").ToLookup(r => r.Text("Name"), StringComparer.OrdinalIgnoreCase);
        var nics = objects.Of("Msvm_SyntheticEthernetPort").Select(r => (Row: r, IsLegacy: false))
            .Concat(objects.Of("Msvm_EmulatedEthernetPort").Select(r => (Row: r, IsLegacy: true)))
            .ToLookup(n => n.Row.Text("SystemName"), StringComparer.OrdinalIgnoreCase);
        var services = ServiceClasses.SelectMany(s => objects.Of(s.Class).Select(r => (s.Name, Row: r))).ToLookup(s => s.Row.Text("SystemName"), StringComparer.OrdinalIgnoreCase);

        // The host itself is a computer system too: its Name is no GUID.
        return
        [
            .. objects.Of("Msvm_ComputerSystem")
                .Select(r => (Row: r, IsVm: Guid.TryParseExact(r.Text("Name"), "D", out var id), Id: id))
                .Where(r => r.IsVm)
                .Select(r => Vm(r.Id, r.Row, active[r.Id].FirstOrDefault(), processors[r.Id].FirstOrDefault(), memories[r.Id].FirstOrDefault()) with
                {
                    AssignedMb = summaries[r.Row.Text("Name")].FirstOrDefault()?.Number("MemoryUsage"),
                    Disks = [.. disks[r.Id].Where(d => d.Text("ResourceSubType") == HardDiskType && d.Texts("HostResource").Count > 0).Select(Disk)],
                    Nics = [.. nics[r.Row.Text("Name")].Select(n => Nic(n.Row, n.IsLegacy))],
                    Services = [.. services[r.Row.Text("Name")].Select(s => Service(s.Name, s.Row))],
                    IntegrationVersion = services[r.Row.Text("Name")].Where(s => s.Name == "key-value").Select(s => GuestItem(s.Row, "IntegrationServicesVersion")).FirstOrDefault(),
                    Checkpoints = checkpoints.GetValueOrDefault(r.Row.Text("Name")),
                })
                .OrderBy(v => v.Name, StringComparer.OrdinalIgnoreCase).ThenBy(v => v.Id),
        ];
    }

    /// <summary>VM GUID of an InstanceID as <c>Microsoft:&lt;VMGUID&gt;\…</c>; null for definitions and checkpoints of others.</summary>
    internal static Guid? OwnerOf(string instanceId)
    {
        const string prefix = "Microsoft:";
        const int guidLength = 36;
        return instanceId.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && instanceId.Length >= prefix.Length + guidLength
            && (instanceId.Length == prefix.Length + guidLength || instanceId[prefix.Length + guidLength] == '\\')
            && Guid.TryParseExact(instanceId.AsSpan(prefix.Length, guidLength), "D", out var id)
            ? id
            : null;
    }

    private static IEnumerable<(Guid Id, CimRow Row)> Realized(CimObjects objects, string className) =>
        objects.Of(className).Select(r => (Id: OwnerOf(r.Text("InstanceID")), Row: r)).Where(r => r.Id is not null).Select(r => (r.Id!.Value, r.Row));

    private static HyperVVm Vm(Guid id, CimRow system, CimRow? settings, CimRow? processor, CimRow? memory)
    {
        long state = system.Number("EnabledState") ?? 0;
        bool critical = system.Number("HealthState") == 25;
        var (partition, text) = state switch
        {
            2 => (PartitionState.Running, "running"),
            3 => (PartitionState.Off, "off"),
            4 or 32774 => (PartitionState.Running, "stopping"),
            6 or 32769 => (PartitionState.Off, "saved"),
            9 or 32768 => (PartitionState.Paused, critical ? "paused-critical" : "paused"),
            10 or 32770 => (PartitionState.Running, "starting"),
            11 or 32782 => (PartitionState.Running, "resetting"),
            32779 => (PartitionState.Off, "fast-saved"),
            32780 => (PartitionState.Running, "fast-saving"),
            32781 => (PartitionState.Running, "stopping"),
            32783 => (PartitionState.Off, "hibernated"),
            32784 => (PartitionState.Running, "servicing"),
            32773 => (PartitionState.Running, "saving"),
            32776 => (PartitionState.Paused, "pausing"),
            32777 => (PartitionState.Running, "resuming"),
            _ => (PartitionState.Unknown, string.Create(CultureInfo.InvariantCulture, $"state {state}")),
        };
        string subType = settings?.Text("VirtualSystemSubType") ?? "";
        return new HyperVVm(id, system.Text("ElementName"))
        {
            State = partition,
            StateText = text,
            Activity = Activity(state, system.Numbers("OperationalStatus")),
            WorkerProcessId = (int)(system.Number("ProcessID") ?? 0),
            VirtualProcessors = (int)(processor?.Number("VirtualQuantity") ?? 0),
            Processor = processor is null ? null : new HyperVProcessor(
                (processor.Number("Limit") ?? 100_000) / FullProcessor * 100, (processor.Number("Reservation") ?? 0) / FullProcessor * 100, processor.Number("Weight") ?? 100),
            Memory = memory is null ? null : new HyperVMemory(
                memory.Flag("DynamicMemoryEnabled") ?? false, memory.Number("VirtualQuantity") ?? 0, memory.Number("Reservation") ?? 0, memory.Number("Limit") ?? 0,
                memory.Number("TargetMemoryBuffer") ?? 20, memory.Number("Weight") ?? 0),
            OnTimeMs = system.Number("OnTimeInMilliseconds"),
            Replication = Replication(system.Number("ReplicationState")),
            Generation = subType.EndsWith(":1", StringComparison.Ordinal) ? 1 : subType.EndsWith(":2", StringComparison.Ordinal) ? 2 : 0,
            ConfigurationVersion = settings?.Text("Version") is { Length: > 0 } version ? version : null,
        };
    }

    // The second status tells what is done to a VM that runs. A save is a state of its own.
    private static PartitionActivity Activity(long state, IReadOnlyList<long> status)
    {
        const long creatingSnapshot = 32768;
        const long applyingSnapshot = 32769;
        const long migrating = 32774;
        return status.Contains(migrating) ? PartitionActivity.Migrating
            : status.Contains(creatingSnapshot) || status.Contains(applyingSnapshot) ? PartitionActivity.Checkpoint
            : state switch
            {
                6 or 32769 or 32773 or 32779 or 32780 => PartitionActivity.Saved,
                10 or 32770 => PartitionActivity.Starting,
                _ => PartitionActivity.None,
            };
    }

    private static string? Replication(long? state) => state switch
    {
        null => null,
        0 => "disabled",
        1 => "ready",
        2 => "waiting-for-first-replication",
        3 => "replicating",
        11 => "critical",
        var other => string.Create(CultureInfo.InvariantCulture, $"state {other}"),
    };

    private static HyperVDisk Disk(CimRow row) => new(row.Texts("HostResource")[0], row.Number("IOPSLimit") ?? 0, row.Number("IOPSReservation") ?? 0);

    private static HyperVNic Nic(CimRow row, bool isLegacy)
    {
        string id = row.Text("DeviceID");
        return new HyperVNic(row.Text("ElementName"), id[(id.LastIndexOf('\\') + 1)..], row.Text("PermanentAddress"), isLegacy);
    }

    private static IntegrationService Service(string name, CimRow row)
    {
        bool enabled = row.Number("EnabledState") == 2;
        long? status = row.Numbers("OperationalStatus") is [var first, ..] ? first : null;
        return new IntegrationService(name, enabled, enabled && status is not null ? status == 2 : null, !enabled ? "switched off" : status switch
        {
            null => "not reported",
            2 => "ok",
            3 => "degraded: the versions of host and guest differ",
            6 => "error",
            7 => "error that cannot be repaired",
            12 => "no contact: the guest's service is not installed or not started",
            13 => "lost communication: the guest hangs, or its service ended",
            var other => string.Create(CultureInfo.InvariantCulture, $"status {other}"),
        });
    }

    // Written by the guest: shown, never trusted.
    private static string? GuestItem(CimRow row, string key)
    {
        const int lengthMax = 64;
        foreach (string item in row.Texts("GuestIntrinsicExchangeItems"))
        {
            string? name = null;
            string? data = null;
            foreach (Match match in ItemPattern().Matches(item))
            {
                if (match.Groups["name"].Value == "Name")
                {
                    name = match.Groups["value"].Value;
                }
                else
                {
                    data = match.Groups["value"].Value;
                }
            }

            if (name == key && data is { Length: > 0 and <= lengthMax })
            {
                return data;
            }
        }

        return null;
    }
}
