using System.Text.Json;
using HvIntegration.Model;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>Reads the answers of QMP commands. A field of another shape than documented is taken as absent.</summary>
internal static class QmpReplies
{
    private const int RowsMax = 1024;

    /// <summary>QEMU's words for a refusal.</summary>
    public static string ErrorText(JsonElement message) =>
        Text(Member(Member(message, "error"), "desc")) ?? "a reply without return or error";

    /// <summary>query-uuid; <see cref="Guid.Empty"/> when the VM was started without one.</summary>
    public static Guid Uuid(JsonElement value) => Guid.TryParse(Text(Member(value, "UUID")), out var id) ? id : Guid.Empty;

    /// <summary>query-name; null when the VM has none.</summary>
    public static string? Name(JsonElement value) => Text(Member(value, "name")) is { Length: > 0 } name ? name : null;

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

    /// <summary>query-cpus-fast: thread of each virtual processor, by its index.</summary>
    public static IReadOnlyList<(int Index, int Thread)> Processors(JsonElement value)
    {
        var found = new List<(int, int)>();
        foreach (var item in Items(value))
        {
            if (Number(Member(item, "cpu-index")) is { } index and >= 0 and < 65_536
                && Number(Member(item, "thread-id")) is { } thread and > 0 and <= int.MaxValue)
            {
                found.Add(((int)index, (int)thread));
            }
        }

        return found;
    }

    /// <summary>query-balloon: bytes the guest has now; null when it has no balloon.</summary>
    public static double? Balloon(JsonElement value) => Number(Member(value, "actual"));

    /// <summary>query-memory-size-summary: bytes of memory it was given.</summary>
    public static double? Memory(JsonElement value) =>
        Number(Member(value, "base-memory")) is { } size ? size + (Number(Member(value, "plugged-memory")) ?? 0) : null;

    /// <summary>query-blockstats: one row per disk, named as <see cref="DiskName"/> says.</summary>
    public static IReadOnlyList<QemuDiskStatistics> DiskStatistics(JsonElement value)
    {
        var found = new List<QemuDiskStatistics>();
        foreach (var item in Items(value))
        {
            var statistics = Member(item, "stats");
            if (DiskName(item) is not { } name || statistics.ValueKind != JsonValueKind.Object)
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
            if (medium.ValueKind != JsonValueKind.Object || DiskName(item, medium) is not { } name)
            {
                continue;
            }

            found.Add(new QemuDisk(
                name, Text(Member(medium, "file")) ?? "",
                Limit(medium, "iops", "iops_rd", "iops_wr"), Limit(medium, "bps", "bps_rd", "bps_wr")));
        }

        return found;
    }

    /// <summary>The drive's id; else the device's id, else the node's name: what the administrator wrote comes first.</summary>
    private static string? DiskName(JsonElement item, JsonElement medium = default)
    {
        if (Text(Member(item, "device")) is { Length: > 0 } device)
        {
            return device;
        }

        const string named = "/machine/peripheral/";
        if (Text(Member(item, "qdev")) is { } path)
        {
            string id = path.StartsWith(named, StringComparison.Ordinal) ? path[named.Length..].Split('/')[0] : path;
            if (id.Length > 0 && !id.StartsWith('/'))
            {
                return id;
            }
        }

        return (Text(Member(item, "node-name")) ?? Text(Member(medium, "node-name"))) is { Length: > 0 } node ? node : null;
    }

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

    private static double Count(JsonElement value, string name) => Number(Member(value, name)) is { } number and >= 0 ? number : 0;

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
