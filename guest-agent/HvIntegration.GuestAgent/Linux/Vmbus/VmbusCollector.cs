using System.Text;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Parsing;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.Text;

namespace HvIntegration.GuestAgent.Linux.Vmbus;

/// <summary>Interrupts, signals and ring levels of every VMBus channel.</summary>
/// <remarks>
/// Source: <c>/sys/bus/vmbus/devices/*/channels/*/</c> (Documentation/ABI/stable/sysfs-bus-vmbus). Absent outside Hyper-V and
/// on kernels before 4.14; single files are absent on kernels before 5.0 and fail while a channel is not open.
/// </remarks>
internal sealed class VmbusCollector(GuestRoot root) : ICollector
{
    /// <summary>Channels that are read; a guest has one for each device and one per processor for disks and adapters.</summary>
    private const int ChannelsMax = 64;

    /// <summary>Channels come and go with devices, and their folders are listed again once in this many reads.</summary>
    private const int ListEvery = 12;

    private static readonly (string File, MetricDefinition Metric)[] Values =
    [
        ("interrupts", GuestMetrics.VmbusInterrupts),
        ("events", GuestMetrics.VmbusEvents),
        ("out_full_total", GuestMetrics.VmbusOutFull),
        ("intr_in_full", GuestMetrics.VmbusInFullInterrupts),
        ("read_avail", GuestMetrics.VmbusReadAvailable),
        ("write_avail", GuestMetrics.VmbusWriteAvailable),
    ];

    private readonly string _devices = root.Of("/sys/bus/vmbus/devices");
    private readonly List<Channel> _channels = [];
    private int _reads;

    /// <inheritdoc/>
    public string Name => "vmbus";

    /// <inheritdoc/>
    public CollectorSchedule Schedule => new(5, 100, false);

    /// <inheritdoc/>
    public CollectOutcome Collect(CollectorSeries series)
    {
        if (_reads++ % ListEvery == 0)
        {
            List(series);
        }

        if (_channels.Count == 0)
        {
            return CollectOutcome.Unavailable("no VMBus channel in /sys/bus/vmbus: not a Hyper-V guest, or the kernel is older than 4.14");
        }

        foreach (var channel in _channels)
        {
            channel.Read(series);
        }

        return CollectOutcome.Ok;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }

    private void List(CollectorSeries series)
    {
        var folders = Folders();
        foreach (var gone in _channels.Where(channel => !folders.Exists(folder => folder.Path == channel.Path)).ToArray())
        {
            gone.Retire(series);
            gone.Dispose();
            _channels.Remove(gone);
        }

        foreach (var (path, device) in folders)
        {
            if (!_channels.Exists(channel => channel.Path == path))
            {
                _channels.Add(new Channel(path, device));
            }
        }
    }

    private List<(string Path, string Device)> Folders()
    {
        var found = new List<(string, string)>();
        try
        {
            if (!Directory.Exists(_devices))
            {
                return found;
            }

            foreach (var device in Directory.EnumerateDirectories(_devices).Order(StringComparer.Ordinal))
            {
                var channels = Path.Join(device, "channels");
                if (!Directory.Exists(channels))
                {
                    continue;
                }

                var label = $"{VmbusDeviceClasses.NameOf(ReadId(device, "class_id"))} {ReadId(device, "device_id")}".TrimEnd();
                found.AddRange(Directory.EnumerateDirectories(channels).Order(StringComparer.Ordinal).Select(channel => (channel, label)));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A device went away while its folders were listed: the next look finds what is left.
        }

        return found.Count <= ChannelsMax ? found : found[..ChannelsMax];
    }

    private static string ReadId(string device, string file)
    {
        using var id = new KernelFile(Path.Join(device, file), 128, 128);
        return id.TryReadOnce(out var text) ? SafeText.Of(Encoding.UTF8.GetString(ByteCursor.Trim(text)).Trim('{', '}'), 64, new Rune('?')) : "";
    }

    private sealed class Channel : IDisposable
    {
        private readonly KernelFile[] _files;
        private readonly int[] _slots = new int[Values.Length];
        private readonly bool[] _defined = new bool[Values.Length];
        private readonly string _device;
        private readonly string _number;

        public Channel(string path, string device)
        {
            Path = path;
            _device = device;
            _number = SafeText.Of(System.IO.Path.GetFileName(path), 32, new Rune('?'));
            _files = [.. Values.Select(value => new KernelFile(System.IO.Path.Join(path, value.File), 64))];
        }

        public string Path { get; }

        public void Read(CollectorSeries series)
        {
            for (var index = 0; index < _files.Length; index++)
            {
                if (!_files[index].TryReadOnce(out var text) || !new ByteCursor(text).TryReadNumber(out var value))
                {
                    continue;
                }

                if (!_defined[index])
                {
                    _defined[index] = true;
                    _slots[index] = series.Define(Values[index].Metric, _device, _number);
                }

                series.Set(_slots[index], value);
            }
        }

        public void Retire(CollectorSeries series)
        {
            for (var index = 0; index < _slots.Length; index++)
            {
                if (_defined[index])
                {
                    series.Retire(_slots[index]);
                }
            }
        }

        public void Dispose()
        {
            foreach (var file in _files)
            {
                file.Dispose();
            }
        }
    }
}
