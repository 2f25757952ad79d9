using System.Text.Json;
using System.Text.Json.Serialization;

namespace HvIntegration.Recordings;

/// <summary>VM configuration that counters do not carry. Absent means not known.</summary>
/// <remarks>Schema: docs/schemas/inventory.schema.json.</remarks>
internal sealed class InventoryFile
{
    private const int Version1 = 1;
    private const int VmsMax = 4_096;

    private static readonly JsonSerializerOptions Reading = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    /// <summary>Version of the form: 1.</summary>
    public int? Version { get; set; }

    /// <summary>The host that the inventory describes.</summary>
    public HostEntry? Host { get; set; }

    /// <summary>VMs of the host, each with its settings.</summary>
    public List<VmEntry> Vms { get; set; } = [];

    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="OfflineException">It cannot be read or says what cannot be; all faults at once.</exception>
    public static InventoryFile Read(string file)
    {
        InventoryFile? inventory;
        try
        {
            inventory = JsonSerializer.Deserialize<InventoryFile>(File.ReadAllBytes(file), Reading);
        }
        catch (JsonException e)
        {
            string place = e.LineNumber is { } line ? $", line {line + 1}, column {(e.BytePositionInLine ?? 0) + 1}" : "";
            string what = e.Path is { Length: > 1 } path ? $"{path} does not match the schema" : "not valid JSON";
            throw new OfflineException($"{file}{place}: {what} ({Reason(e)}); compare it with docs/schemas/inventory.schema.json", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new OfflineException($"{file}: cannot be read ({e.Message}); check the path and the access rights", e);
        }

        var faults = inventory is null ? ["the file is empty"] : inventory.Faults();
        return faults.Count == 0 ? inventory! : throw new OfflineException($"{file}: {string.Join("; ", faults)}; compare it with docs/schemas/inventory.schema.json");
    }

    /// <summary>The entry of a VM by GUID, else by name; null when it has none or the name is not one VM's alone.</summary>
    public VmEntry? Find(string name, Guid id)
    {
        if (Vms.FirstOrDefault(v => v.Id == id) is { } exact)
        {
            return exact;
        }

        var named = Vms.Where(v => HvIntegration.CounterSources.HyperV.VmNames.Canonical(v.Name ?? "") == HvIntegration.CounterSources.HyperV.VmNames.Canonical(name)).Take(2).ToList();
        return named.Count == 1 ? named[0] : null;
    }

    private static string Reason(JsonException e) => e.Message.Split(" Path:", 2)[0].TrimEnd('.');

    private List<string> Faults()
    {
        var faults = new List<string>();
        if (Version != Version1)
        {
            faults.Add(Version is null ? "version is missing; it must be 1" : $"version is {Version}; this hvi reads version 1");
        }

        if (Vms.Count > VmsMax)
        {
            faults.Add($"vms has {Vms.Count} entries; the maximum is {VmsMax}");
        }

        Range(faults, "host.logicalProcessors", Host?.LogicalProcessors, 1, 4096);
        for (int i = 0; i < Vms.Count; i++)
        {
            var vm = Vms[i];
            string at = $"vms[{i}]";
            if (string.IsNullOrWhiteSpace(vm.Name))
            {
                faults.Add($"{at}.name is missing");
            }

            Range(faults, $"{at}.virtualProcessors", vm.VirtualProcessors, 1, 4096);
            Range(faults, $"{at}.processor.limitPercent", vm.Processor?.LimitPercent, 0, 100);
            Range(faults, $"{at}.processor.reservePercent", vm.Processor?.ReservePercent, 0, 100);
            Range(faults, $"{at}.processor.weight", vm.Processor?.Weight, 0, 10_000);
            Range(faults, $"{at}.memory.startupMb", vm.Memory?.StartupMb, 1, 1e9);
            Range(faults, $"{at}.memory.minimumMb", vm.Memory?.MinimumMb, 1, 1e9);
            Range(faults, $"{at}.memory.maximumMb", vm.Memory?.MaximumMb, 1, 1e9);
            Range(faults, $"{at}.memory.bufferPercent", vm.Memory?.BufferPercent, 0, 2000);
            for (int d = 0; d < vm.Disks.Count; d++)
            {
                Range(faults, $"{at}.disks[{d}].maximumIops", vm.Disks[d].MaximumIops, 0, 1e9);
                if (string.IsNullOrWhiteSpace(vm.Disks[d].Path))
                {
                    faults.Add($"{at}.disks[{d}].path is missing");
                }
            }
        }

        return faults;
    }

    private static void Range(List<string> faults, string name, double? value, double least, double greatest)
    {
        if (value is { } v && !(v >= least && v <= greatest))
        {
            faults.Add(FormattableString.Invariant($"{name} is {v}; use a value from {least} to {greatest}"));
        }
    }

    /// <summary>Host part of the inventory file.</summary>
    internal sealed class HostEntry
    {
        /// <summary>Computer name of the host, as in the counter paths.</summary>
        public string? Name { get; set; }

        /// <summary>Number of logical processors of the host.</summary>
        public int? LogicalProcessors { get; set; }
    }

    /// <summary>One VM of the inventory file.</summary>
    internal sealed class VmEntry
    {
        /// <summary>Display name of the VM on the host.</summary>
        public string? Name { get; set; }

        /// <summary>GUID of the VM on the host.</summary>
        public Guid? Id { get; set; }

        /// <summary>Number of virtual processors of the VM.</summary>
        public int? VirtualProcessors { get; set; }

        /// <summary>Processor settings: cap, reserve and weight.</summary>
        public ProcessorEntry? Processor { get; set; }

        /// <summary>Memory settings: start, minimum, maximum and buffer.</summary>
        public MemoryEntry? Memory { get; set; }

        /// <summary>Virtual disks of the VM with their quotas.</summary>
        public List<DiskEntry> Disks { get; set; } = [];
    }

    /// <summary>Processor settings of a VM.</summary>
    internal sealed class ProcessorEntry
    {
        /// <summary>Cap, per cent of the VM's own virtual processors; 100 is none.</summary>
        public double? LimitPercent { get; set; }

        /// <summary>Reserve, per cent of the VM's own virtual processors.</summary>
        public double? ReservePercent { get; set; }

        /// <summary>Relative weight; 100 is usual.</summary>
        public double? Weight { get; set; }
    }

    /// <summary>Memory settings of a VM, MiB.</summary>
    internal sealed class MemoryEntry
    {
        /// <summary>True with dynamic memory.</summary>
        public bool? Dynamic { get; set; }

        /// <summary>At start; all of it without dynamic memory.</summary>
        public double? StartupMb { get; set; }

        /// <summary>Minimum memory as configured, MiB.</summary>
        public double? MinimumMb { get; set; }

        /// <summary>Maximum memory as configured, MiB.</summary>
        public double? MaximumMb { get; set; }

        /// <summary>Target buffer, per cent.</summary>
        public double? BufferPercent { get; set; }

        /// <summary>Most it may be assigned, bytes; null when not known.</summary>
        public double? MaximumBytes => (Dynamic == false ? StartupMb : MaximumMb) * 1024 * 1024;
    }

    /// <summary>A virtual disk with its path and quotas.</summary>
    internal sealed class DiskEntry
    {
        /// <summary>Path on the host.</summary>
        public string Path { get; set; } = "";

        /// <summary>Storage QoS maximum, operations of 8 KiB per second; 0 is none.</summary>
        public double? MaximumIops { get; set; }
    }
}
