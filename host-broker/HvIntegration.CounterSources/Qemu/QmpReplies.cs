using System.Text.Json;
using HvIntegration.Model;
using HvIntegration.Protocol.Text;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>Reads the answers of QMP commands. A field of another shape than documented is taken as absent.</summary>
internal static class QmpReplies
{
    private const int RowsMax = 1024;

    // Names of VMs and disks have some tens of characters; the rest of a longer one distinguishes nothing.
    private const int NameBytesMax = 128;
    private const int SentenceBytesMax = 256;

    // No counter of bytes, operations or nanoseconds gets there: 2^63.
    private const double CountMax = 9.2e18;

    // 1 EiB, more than any machine has.
    private const double MemoryBytesMax = 1L << 60;

    /// <summary>QEMU's words for a refusal.</summary>
    public static string ErrorText(JsonElement message) =>
        SafeText.Of(Text(Member(Member(message, "error"), "desc")) ?? "a reply without return or error", SentenceBytesMax);

    /// <summary>query-uuid; <see cref="Guid.Empty"/> when the VM was started without one.</summary>
    public static Guid Uuid(JsonElement value) => Guid.TryParse(Text(Member(value, "UUID")), out var id) ? id : Guid.Empty;

    /// <summary>query-name; null when the VM has none.</summary>
    public static string? Name(JsonElement value) => Named(Text(Member(value, "name")));

    /// <summary>Reads an answer to query-status; unknown when it has no state.</summary>
    public static PartitionState Status(JsonElement value) => Text(Member(value, "status")) switch
    {
        null => PartitionState.Unknown,
        "running" => PartitionState.Running,
        "shutdown" => PartitionState.Off,
        _ => PartitionState.Paused,
    };

    /// <summary>query-status: what QEMU does with a VM that does not run.</summary>
    public static PartitionActivity Activity(JsonElement value) => Text(Member(value, "status")) switch
    {
        "inmigrate" or "postmigrate" or "finish-migrate" => PartitionActivity.Migrating,
        "save-vm" or "restore-vm" => PartitionActivity.Saved,
        "prelaunch" => PartitionActivity.Starting,
        _ => PartitionActivity.None,
    };

    /// <summary>query-status: why QEMU stopped a VM by itself, in its own word; null for a VM that runs, or that somebody stopped.</summary>
    public static string? StopReason(JsonElement value) => Text(Member(value, "status")) switch
    {
        ("io-error" or "guest-panicked" or "internal-error" or "watchdog") and var reason => reason,
        _ => null,
    };

    /// <summary>query-cpus-fast, or query-cpus of QEMU before 2.12: thread of each virtual processor, by its index.</summary>
    public static IReadOnlyList<(int Index, int Thread)> Processors(JsonElement value)
    {
        var found = new List<(int, int)>();
        foreach (var item in Items(value))
        {
            if ((Number(Member(item, "cpu-index")) ?? Number(Member(item, "CPU"))) is { } index and >= 0 and < 65_536
                && (Number(Member(item, "thread-id")) ?? Number(Member(item, "thread_id"))) is { } thread and > 0 and <= int.MaxValue)
            {
                found.Add(((int)index, (int)thread));
            }
        }

        return found;
    }

    /// <summary>query-balloon: bytes the guest has now; null when it has no balloon.</summary>
    public static double? Balloon(JsonElement value) => Bytes(Member(value, "actual"));

    /// <summary>query-memory-size-summary: bytes of memory it was given.</summary>
    public static double? Memory(JsonElement value) =>
        Bytes(Member(value, "base-memory")) is { } size ? size + (Bytes(Member(value, "plugged-memory")) ?? 0) : null;

    /// <summary>query-blockstats: one row per disk, named as <see cref="DiskName"/> says.</summary>
    public static IReadOnlyList<QemuDiskStatistics> DiskStatistics(JsonElement value)
    {
        var found = new List<QemuDiskStatistics>();
        foreach (var item in Items(value))
        {
            var statistics = Member(item, "stats");
            if (IsFirmware(item) || DiskName(item) is not { } name || statistics.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            found.Add(new QemuDiskStatistics(
                name,
                Count(statistics, "rd_operations"), Count(statistics, "rd_bytes"), Count(statistics, "rd_total_time_ns") / 1e9,
                Count(statistics, "wr_operations"), Count(statistics, "wr_bytes"), Count(statistics, "wr_total_time_ns") / 1e9,
                Count(statistics, "failed_rd_operations") + Count(statistics, "failed_wr_operations") + Count(statistics, "failed_flush_operations")));
        }

        return found;
    }

    /// <summary>query-block: image and limits of each disk that has a medium.</summary>
    public static IReadOnlyList<QemuDisk> Disks(JsonElement value)
    {
        var found = new List<QemuDisk>();
        foreach (var item in Items(value))
        {
            var medium = Member(item, "inserted");
            if (medium.ValueKind != JsonValueKind.Object || IsFirmware(item, medium) || DiskName(item, medium) is not { } name)
            {
                continue;
            }

            found.Add(new QemuDisk(
                name, Text(Member(medium, "file")) ?? "",
                Limit(medium, "iops", "iops_rd", "iops_wr"), Limit(medium, "bps", "bps_rd", "bps_wr")));
        }

        return found;
    }

    /// <summary>The drive's id; else the device's id, else the node's name: what the administrator wrote comes first. Last the device's path.</summary>
    /// <remarks>QEMU numbers the nodes that have no name again at every start (<c>#block188</c>): the path of the device stays.</remarks>
    private static string? DiskName(JsonElement item, JsonElement medium = default)
    {
        if (Named(Text(Member(item, "device"))) is { } device)
        {
            return device;
        }

        const string named = "/machine/peripheral/";
        const string machine = "/machine/";
        string path = Text(Member(item, "qdev")) ?? "";
        string id = path.StartsWith(named, StringComparison.Ordinal) ? path[named.Length..].Split('/')[0] : path;
        if (id.Length > 0 && !id.StartsWith('/'))
        {
            return Named(id);
        }

        var node = Node(item, medium);
        bool numbered = node is null || node.StartsWith('#');
        return !numbered || path.Length == 0 ? Named(node)
            : Named(path.StartsWith(machine, StringComparison.Ordinal) ? path[machine.Length..] : path);
    }

    // UEFI and its variables lie in flash chips, which are drives to QEMU and no disks to the guest.
    private static bool IsFirmware(JsonElement item, JsonElement medium = default) =>
        (Text(Member(item, "device")) ?? "").StartsWith("pflash", StringComparison.Ordinal)
        || (Text(Member(item, "qdev")) ?? "").StartsWith("/machine/system.flash", StringComparison.Ordinal)
        || (Node(item, medium) ?? "").StartsWith("libvirt-pflash", StringComparison.Ordinal);

    private static string? Node(JsonElement item, JsonElement medium) => Text(Member(item, "node-name")) ?? Text(Member(medium, "node-name"));

    private static string? Named(string? text) => text is { Length: > 0 } && SafeText.Of(text, NameBytesMax) is { Length: > 0 } name ? name : null;

    // A limit on reads alone or writes alone is no limit on both: only a total, or both halves, is one number.
    private static double? Limit(JsonElement medium, string total, string reads, string writes) =>
        Count(medium, total) is > 0 and var all ? all
        : Count(medium, reads) is > 0 and var read && Count(medium, writes) is > 0 and var write ? read + write
        : null;

    /// <summary>A member of an object; of kind Undefined when there is none of this name.</summary>
    public static JsonElement Member(JsonElement value, string name)
    {
        try
        {
            return value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : default;
        }
        catch (InvalidOperationException)
        {
            // A name with half of a surrogate pair in an escape: JSON allows it, and it cannot be compared.
            return default;
        }
    }

    private static IEnumerable<JsonElement> Items(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Take(RowsMax) : [];

    private static double? Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) ? number : null;

    private static double? Bytes(JsonElement value) => Number(value) is { } number and >= 0 and <= MemoryBytesMax ? number : null;

    // NaN where the monitor has no such number or an impossible one: no sample is made of it.
    private static double Count(JsonElement value, string name) => Number(Member(value, name)) is { } number and >= 0 and < CountMax ? number : double.NaN;

    private static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair in an escape: JSON allows it, text does not.
            return null;
        }
    }
}
