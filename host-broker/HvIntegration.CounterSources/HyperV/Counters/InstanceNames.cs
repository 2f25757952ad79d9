using System.Globalization;
using System.Text.RegularExpressions;
using HvIntegration.CounterSources.PerformanceCounters;

namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>Reads what the instance of a column is about: the VM and the processor, adapter, disk or pipe of it.</summary>
/// <param name="names">VMs that were found in the columns.</param>
/// <param name="legacy">VMs with a legacy adapter.</param>
/// <param name="disks">Owners of virtual disks.</param>
internal sealed partial class InstanceNames(VmNames names, HashSet<Guid> legacy, DiskOwnership disks)
{
    // The root partition's own port at a virtual switch: what passes it is not on the wire yet.
    private const string VirtualAdapter = "Hyper-V Virtual ";

    // Rows that filter drivers have beside the adapter they are bound to: the same packets again.
    private static readonly string[] Filters = ["LightWeight Filter", "Packet Scheduler", "Native MAC Layer", "802.3 MAC Layer"];

    private readonly Dictionary<string, (Guid Id, string Adapter)?> _adapters = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(InstanceKind Kind, string Instance), SeriesOwner?> _owners = [];
    private readonly Dictionary<string, string> _uplinks = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Name of the VM in an instance with a suffix of Hyper-V; null when it has none.</summary>
    /// <param name="instance">Without <c>#n</c>.</param>
    public static string? VmOf(string instance) => SuffixPattern().Match(instance) is { Success: true } match ? match.Groups["vm"].Value : null;

    /// <summary>Name of the VM and number of the processor in an instance of the virtual processor set; null when it is none.</summary>
    /// <param name="instance">Without <c>#n</c>.</param>
    public static (string Vm, string Number)? ProcessorOf(string instance) => Numbered(ProcessorPattern().Match(instance));

    /// <summary>True for a set whose instances are the names of VMs and nothing else.</summary>
    public static bool IsNameAlone(CounterPath column) => column.IsSet(HostSets.DynamicMemoryVm) || column.IsSet(HostSets.VidPartition);

    /// <summary>Notes the VM's name that a column carries.</summary>
    public static void Note(CounterPath column, VmNames names)
    {
        if (column.Instance is null || CounterPath.IsTotal(column.BaseInstance))
        {
            return;
        }

        if (IsNameAlone(column))
        {
            var (name, duplicate) = names.Split(column.Instance, column.BaseInstance, column.Duplicate);
            names.Note(name, duplicate);
        }
        else if (column.IsSet(HostSets.VirtualProcessor) && ProcessorOf(column.BaseInstance) is { } vp)
        {
            names.Note(vp.Vm, column.Duplicate);
        }
        else if (column.Set.StartsWith("Hyper-V ", StringComparison.OrdinalIgnoreCase) && VmOf(column.BaseInstance) is { } vm)
        {
            // Two legacy adapters of one VM differ by #1 alone: that tells nothing about names.
            names.Note(vm, column.IsSet(HostSets.LegacyAdapter) ? 0 : column.Duplicate);
        }
    }

    /// <summary>Owner of a column by the form of its instance; null when the instance is none of that form.</summary>
    public SeriesOwner? Find(InstanceKind kind, CounterPath path)
    {
        // A set has many counters, and each has the same instances.
        var key = (kind, path.Instance ?? "");
        if (!_owners.TryGetValue(key, out var known))
        {
            _owners[key] = known = Search(kind, path);
        }

        return known;
    }

    private SeriesOwner? Search(InstanceKind kind, CounterPath path)
    {
        string instance = path.BaseInstance;
        return kind switch
        {
            InstanceKind.Host => SeriesOwner.Host,
            InstanceKind.HostPart => CounterPath.IsTotal(instance) ? null : SeriesOwner.Host,
            InstanceKind.NamedPart => CounterPath.IsTotal(instance) ? null : new SeriesOwner(Guid.Empty, instance),
            InstanceKind.Switch => new SeriesOwner(Guid.Empty, instance),
            InstanceKind.HostTotal => null,
            InstanceKind.VirtualProcessor => ProcessorOf(instance) is { } vp ? new SeriesOwner(names.Id(vp.Vm), vp.Number + Duplicate(path)) : null,
            InstanceKind.WorkerProcessor => Numbered(WorkerProcessorPattern().Match(instance)) is { } wp ? new SeriesOwner(names.Id(wp.Vm), wp.Number) : null,
            InstanceKind.LogicalProcessor => HostProcessor(instance) ?? (CounterPath.IsTotal(instance) ? new SeriesOwner(Guid.Empty, CounterPath.Total) : null),
            InstanceKind.RootProcessor => HostProcessor(instance),
            InstanceKind.Vm => CounterPath.IsTotal(instance) ? null : Vm(names.Split(path.Instance ?? "", instance, path.Duplicate).Name),
            InstanceKind.VmAndSuffix => VmOf(instance) is { } vm ? Vm(vm) : null,
            InstanceKind.IdeController => VmOf(instance) is { } vm ? Vm(vm) with { Label = "Ide Controller" } : null,
            InstanceKind.VirtualDisk => disks.Find(path.Instance ?? ""),
            InstanceKind.Volume => Volume(instance),
            InstanceKind.PhysicalDisk => LetterPattern().Match(instance) is { Success: true } m ? new SeriesOwner(Guid.Empty, m.Value.ToUpperInvariant()) : null,
            InstanceKind.ClusterVolume => CounterPath.IsTotal(instance) ? null : new SeriesOwner(Guid.Empty, "C:-CLUSTERSTORAGE-" + instance.ToUpperInvariant()),
            InstanceKind.NetworkAdapter => Adapter(path),
            InstanceKind.VmNetworkAdapter => VmAdapter(instance),
            InstanceKind.LegacyAdapter => VmOf(instance) is { } vm ? new SeriesOwner(names.Id(vm), "Ethernet Card" + Duplicate(path)) : null,
            InstanceKind.Uplink => Uplink(path.Instance ?? ""),
            InstanceKind.AdapterUplink => path.Duplicate > 0 || Filters.Any(f => instance.Contains(f, StringComparison.OrdinalIgnoreCase)) ? null : Uplink(instance),
            InstanceKind.Pipe => Pipe(path),
            InstanceKind.PipeDevice => names.LongestKnown(instance) is { } device ? new SeriesOwner(device.Id, device.Tail) : null,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such form of instances"),
        };
    }

    [GeneratedRegex(@"^(?<vm>.+):Hv VP (?<n>\d{1,4})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ProcessorPattern();

    [GeneratedRegex(@"^(?<vm>.+):WP VP (?<n>\d{1,4})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WorkerProcessorPattern();

    [GeneratedRegex(@"^(?<vm>.+):(?:HvPt|Ethernet Card|Ide Controller|WP VP \d{1,4}|Remoting|VM Live Migration|Current or most recent Save-Restore-Snapshot operation|[^:]*\{[0-9A-F-]{36}\})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SuffixPattern();

    [GeneratedRegex(@"^(?:Hv LP|Root VP) (?<n>\d{1,5})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HostProcessorPattern();

    [GeneratedRegex("[A-Z]:", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LetterPattern();

    // The device's name may hold hyphens and colons of its own; what follows the last of them is a GUID nobody has explained.
    [GeneratedRegex(@"^(?<front>.+)-\{?(?<id>[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})\}?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PipePattern();

    private static (string Vm, string Number)? Numbered(Match match) => match.Success
        ? (match.Groups["vm"].Value, match.Groups["n"].Value.TrimStart('0') is { Length: > 0 } number ? number : "0")
        : null;

    private static SeriesOwner? HostProcessor(string instance) =>
        HostProcessorPattern().Match(instance) is { Success: true } match ? new SeriesOwner(Guid.Empty, match.Groups["n"].Value) : null;

    private static SeriesOwner? Volume(string instance) => CounterPath.IsTotal(instance) || instance.StartsWith("HarddiskVolume", StringComparison.OrdinalIgnoreCase)
        ? null
        : new SeriesOwner(Guid.Empty, instance.ToUpperInvariant());

    // Two sets name one adapter, in any case: the first spelling is shown.
    private SeriesOwner? Uplink(string adapter)
    {
        if (CounterPath.IsTotal(adapter) || TunnelAdapters.Contain(adapter) || adapter.Contains(VirtualAdapter, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string written = adapter.Replace('(', '[').Replace(')', ']').Replace('/', '_').Replace('\\', '_');
        if (!_uplinks.TryGetValue(written, out string? label))
        {
            _uplinks[written] = label = written;
        }

        return new SeriesOwner(Guid.Empty, label);
    }

    private static string Duplicate(CounterPath path) =>
        path.Duplicate > 0 ? string.Create(CultureInfo.InvariantCulture, $"#{path.Duplicate}") : "";

    private SeriesOwner Vm(string name) => new(names.Id(name), IsGroup: names.IsGroup(name));

    private SeriesOwner? Adapter(CounterPath path)
    {
        if (VmAdapter(path.BaseInstance) is not { } owner)
        {
            return new SeriesOwner(Guid.Empty, path.Instance ?? "");
        }

        // This set shows one direction of legacy adapters only, which end with a short number; their own set shows both.
        bool isLegacy = legacy.Contains(owner.Partition)
            && path.BaseInstance.LastIndexOf("--", StringComparison.Ordinal) is var at && path.BaseInstance.Length - at <= 6;
        return isLegacy ? null : owner;
    }

    private SeriesOwner? VmAdapter(string instance)
    {
        if (!_adapters.TryGetValue(instance, out var known))
        {
            _adapters[instance] = known = names.NoteAdapter(instance);
        }

        return known is { } adapter ? new SeriesOwner(adapter.Id, adapter.Adapter) : null;
    }

    private SeriesOwner? Pipe(CounterPath path)
    {
        string instance = path.BaseInstance;
        var match = PipePattern().Match(instance);
        if (CounterPath.IsTotal(instance) || names.LongestKnown(match.Success ? match.Groups["front"].Value : instance) is not { } known)
        {
            return null;
        }

        return new SeriesOwner(known.Id, known.Tail + (match.Success ? " " + match.Groups["id"].Value[..8] : "") + Duplicate(path));
    }
}
