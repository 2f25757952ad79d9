using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using HvIntegration.Model;
using HvIntegration.Protocol.Text;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>Reads the file that libvirt keeps of a VM that runs (<c>/run/libvirt/qemu/NAME.xml</c>): process, state, threads, memory.</summary>
/// <remarks>Source: libvirt's domain XML format; the element around it is <c>domstatus</c>. What has another shape is taken as absent.</remarks>
internal static class LibvirtDomain
{
    /// <summary>Longest file: a VM with hundreds of disks stays far below.</summary>
    public const int CharactersMax = 4 * 1024 * 1024;

    private const int RowsMax = 1024;
    private const int NameBytesMax = 128;

    /// <summary>Reads the file; null when it is not the status of a VM that runs.</summary>
    /// <param name="text">Any text.</param>
    public static ManagedVm? Parse(string text)
    {
        XElement root;
        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = CharactersMax };
            using var reader = XmlReader.Create(new StringReader(text), settings);
            root = XDocument.Load(reader).Root!;
        }
        catch (XmlException)
        {
            return null;
        }

        var domain = root.Element("domain");
        if (root.Name != "domstatus" || domain is null || Number(root.Attribute("pid")) is not { } process || domain.Element("name")?.Value is not { Length: > 0 } name)
        {
            return null;
        }

        name = SafeText.Of(name, NameBytesMax);
        var (state, activity, stop) = State(root.Attribute("state")?.Value, root.Attribute("reason")?.Value);
        return new ManagedVm("libvirt/" + name, process, name, Guid.TryParse(domain.Element("uuid")?.Value, out var id) ? id : Guid.Empty)
        {
            State = state,
            Activity = activity,
            StopReason = stop,
            Processors = [.. Threads(root)],
            MemoryBytes = Bytes(domain.Element("memory")),
            AgentAddress = Number(domain.Element("devices")?.Element("vsock")?.Element("cid")?.Attribute("address")) is { } cid
                ? string.Create(CultureInfo.InvariantCulture, $"cid:{cid}") : null,
        };
    }

    private static IEnumerable<(int Index, int Thread)> Threads(XElement root)
    {
        foreach (var vcpu in root.Element("vcpus")?.Elements("vcpu").Take(RowsMax) ?? [])
        {
            // Emulation in one thread (old TCG) has the same or no thread for all of them.
            if (int.TryParse(vcpu.Attribute("id")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && Number(vcpu.Attribute("pid")) is { } thread)
            {
                yield return (index, thread);
            }
        }
    }

    private static (PartitionState State, PartitionActivity Activity, string? Stop) State(string? state, string? reason) => (state, reason) switch
    {
        ("running" or "idle" or "blocked", _) => (PartitionState.Running, PartitionActivity.None, null),
        ("shutoff", _) => (PartitionState.Off, PartitionActivity.None, null),
        ("crashed", _) or ("paused", "panicked" or "crashed") => (PartitionState.Paused, PartitionActivity.None, "guest-panicked"),
        ("paused", "ioerror" or "I/O error") => (PartitionState.Paused, PartitionActivity.None, "io-error"),
        ("paused", "watchdog") => (PartitionState.Paused, PartitionActivity.None, "watchdog"),
        ("paused", "migration" or "postcopy") => (PartitionState.Paused, PartitionActivity.Migrating, null),
        ("paused", "save") => (PartitionState.Paused, PartitionActivity.Saved, null),
        ("paused", "snapshot" or "from snapshot") => (PartitionState.Paused, PartitionActivity.Checkpoint, null),
        ("paused", "starting up") => (PartitionState.Paused, PartitionActivity.Starting, null),
        ("paused" or "pmsuspended", _) => (PartitionState.Paused, PartitionActivity.None, null),
        _ => (PartitionState.Unknown, PartitionActivity.None, null),
    };

    private static double? Bytes(XElement? memory)
    {
        double unit = memory?.Attribute("unit")?.Value switch
        {
            "b" or "bytes" => 1,
            null or "KiB" or "k" => 1 << 10,
            "MiB" or "M" => 1 << 20,
            "GiB" or "G" => 1 << 30,
            _ => double.NaN,
        };
        return long.TryParse(memory?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value * unit is > 0 and <= 1L << 60 and var bytes ? bytes : null;
    }

    private static int? Number(XAttribute? attribute) =>
        int.TryParse(attribute?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0 ? value : null;
}
