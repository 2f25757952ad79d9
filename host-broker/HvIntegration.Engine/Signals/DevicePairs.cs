using HvIntegration.Engine.Timeline;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Signals;

/// <summary>The disks and adapters of one VM on both sides, and which is which: found by what passes through them, because names cannot tell.</summary>
/// <remarks>
/// Source: diagnosis reference, section 2.3 and trap 6. Bytes and operations are conserved between the sides, so the host device
/// whose rates follow those of a guest device is the same one. A pair is taken only when it is clearly the best and used by no other.
/// </remarks>
internal sealed class DevicePairs
{
    private const int PairSeconds = 30;
    private const double ApartMax = 0.2;
    private const double UnitsMin = 60;
    private const int DevicesMax = 64;

    private readonly Dictionary<string, (string Host, double Apart)> _disks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Host, double Apart)> _adapters = new(StringComparer.Ordinal);
    private int _guestVersion = -1;
    private int _hostVersion = -1;
    private long _pairedAt = long.MinValue;

    /// <summary>Disks of the guest.</summary>
    public List<Device> GuestDisks { get; private set; } = [];

    /// <summary>Virtual disks of the host.</summary>
    public List<Device> HostDisks { get; private set; } = [];

    /// <summary>Adapters of the guest.</summary>
    public List<Device> GuestAdapters { get; private set; } = [];

    /// <summary>Virtual adapters of the host.</summary>
    public List<Device> HostAdapters { get; private set; } = [];

    /// <summary>Host disk of each guest disk that could be paired, and how far apart their rates are, 0 to 1.</summary>
    public IReadOnlyDictionary<string, (string Host, double Apart)> Disks => _disks;

    /// <summary>Host adapter of each guest adapter that could be paired.</summary>
    public IReadOnlyDictionary<string, (string Host, double Apart)> Adapters => _adapters;

    /// <summary>Takes new series in, and pairs anew every 30 seconds.</summary>
    public void Refresh(SideTimeline guest, SideTimeline host, long second)
    {
        var changed = _guestVersion != guest.Version || _hostVersion != host.Version;
        if (_guestVersion != guest.Version)
        {
            _guestVersion = guest.Version;
            GuestDisks = Devices(guest, GuestMetrics.DiskOperations, GuestMetrics.DiskIo, GuestMetrics.DiskOperationTime, null);
            GuestAdapters = Devices(guest, GuestMetrics.NetworkPackets, GuestMetrics.NetworkIo, null, null);
        }

        if (_hostVersion != host.Version)
        {
            _hostVersion = host.Version;
            HostDisks = Devices(host, HostMetrics.DiskOperations, HostMetrics.DiskIo, HostMetrics.DiskOperationTime, HostMetrics.DiskLowerOperationTime);
            HostAdapters = Devices(host, HostMetrics.NicPackets, HostMetrics.NicIo, null, null);
        }

        if (changed)
        {
            Keep(_disks, GuestDisks, HostDisks);
            Keep(_adapters, GuestAdapters, HostAdapters);
        }

        if (_pairedAt == long.MinValue || second - _pairedAt >= PairSeconds)
        {
            _pairedAt = second;
            Pair(GuestDisks, HostDisks, second, _disks, d => d.Operations.Count > 0 ? d.Operations : d.Bytes);
            Pair(GuestAdapters, HostAdapters, second, _adapters, d => d.Bytes.Count > 0 ? d.Bytes : d.Operations);
        }
    }

    // A pair ends with either of its devices.
    private static void Keep(Dictionary<string, (string Host, double Apart)> pairs, List<Device> guests, List<Device> hosts)
    {
        foreach (var gone in pairs.Where(p => !guests.Exists(d => d.Name == p.Key) || !hosts.Exists(d => d.Name == p.Value.Host)).Select(p => p.Key).ToList())
        {
            pairs.Remove(gone);
        }
    }

    private static List<Device> Devices(SideTimeline side, MetricDefinition operations, MetricDefinition bytes, MetricDefinition? times, MetricDefinition? lower)
    {
        var devices = new List<Device>();
        Take(side.Of(operations), d => d.Operations, directed: true);
        Take(side.Of(bytes), d => d.Bytes, directed: true);
        if (times is not null)
        {
            Take(side.Of(times), d => d.Times, directed: true);
        }

        if (lower is not null)
        {
            Take(side.Of(lower), d => d.Lower, directed: false);
        }

        return devices;

        void Take(List<TimelineSeries> list, Func<Device, List<TimelineSeries>> to, bool directed)
        {
            foreach (var series in list)
            {
                var name = directed ? series.BeforeLast : series.Key.Instance;
                var device = devices.Find(d => d.Name == name);
                if (device is null)
                {
                    if (devices.Count == DevicesMax)
                    {
                        continue;
                    }

                    devices.Add(device = new Device(name));
                }

                to(device).Add(series);
            }
        }
    }

    private static void Pair(
        List<Device> guests, List<Device> hosts, long second, Dictionary<string, (string Host, double Apart)> pairs, Func<Device, List<TimelineSeries>> units)
    {
        // What was paired and has been quiet since stays paired.
        var found = new List<(string Guest, string Host, double Apart)>();
        foreach (var guest in guests)
        {
            foreach (var host in hosts)
            {
                if (Apart(units(guest), units(host), second) is { } apart and <= ApartMax)
                {
                    found.Add((guest.Name, host.Name, apart));
                }
            }
        }

        foreach (var (guest, host, apart) in found.OrderBy(f => f.Apart).ThenBy(f => f.Guest, StringComparer.Ordinal).ThenBy(f => f.Host, StringComparer.Ordinal))
        {
            var rival = found.Where(f => (f.Guest == guest) != (f.Host == host)).Select(f => f.Apart).DefaultIfEmpty(1).Min();
            if (rival >= Math.Max(2 * apart, apart + 0.03))
            {
                foreach (var stale in pairs.Where(p => p.Value.Host == host && p.Key != guest).Select(p => p.Key).ToList())
                {
                    pairs.Remove(stale);
                }

                pairs[guest] = (host, apart);
            }
        }
    }

    // Sum of the differences over the sum of both: 0 when the rates are the same in every second.
    private static double? Apart(List<TimelineSeries> guest, List<TimelineSeries> host, long second)
    {
        var apart = 0.0;
        var total = 0.0;
        var seconds = 0;
        for (var at = second - PairSeconds + 1; at <= second; at++)
        {
            var (inside, outside) = (HostSignals.Sum(guest, at), HostSignals.Sum(host, at));
            if (!double.IsNaN(inside) && !double.IsNaN(outside))
            {
                apart += Math.Abs(inside - outside);
                total += inside + outside;
                seconds++;
            }
        }

        return seconds >= PairSeconds / 3 && total >= 2 * UnitsMin ? apart / total : null;
    }
}
