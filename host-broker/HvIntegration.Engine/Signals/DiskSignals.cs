using HvIntegration.Model;
using HvIntegration.Engine.Timeline;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Signals;

/// <summary>The disk-latency ladder of a VM and of each of its disks: inside the guest, in the host's stack, in the store below.</summary>
/// <remarks>
/// Averages are weighted by operations. The VM's ladder is over all its disks and needs no pairing; that of a single disk needs
/// the pair of guest and host device. A negative residue beyond the error bar means that the windows or the disks do not match:
/// it is missing, never clamped. Source: diagnosis reference, section 2.3.
/// </remarks>
internal static class DiskSignals
{
    private const int DisksShownMax = 16;
    private const double BytesMin = 1e5;
    private const double BytesPerOperation = 65_536;

    // An operation in flight at an edge has its time in one second and its end in the next.
    private const double OperationSplitShare = 0.1;

    public static void Derive(SignalInput input, SignalFrame frame)
    {
        var second = input.Second;
        var guest = Load(input.Guest, GuestMetrics.DiskOperations, GuestMetrics.DiskOperationTime, second);
        var host = Load(input.Host, HostMetrics.DiskOperations, HostMetrics.DiskOperationTime, second);
        Latency(frame, SignalCatalog.DiskGuestLatency, guest, input.GuestEdges, Native(input.Guest, GuestMetrics.DiskOperationTime), input.NoGuest);
        Latency(frame, SignalCatalog.DiskDeviceLatency, host, input.HostEdges, Native(input.Host, HostMetrics.DiskOperationTime), input.NoHost);
        Lower(input, frame, host);
        Residue(frame, SignalCatalog.DiskInside, SignalCatalog.DiskGuestLatency, SignalCatalog.DiskDeviceLatency, "guest minus device latency");
        Residue(frame, SignalCatalog.DiskStack, SignalCatalog.DiskDeviceLatency, SignalCatalog.DiskLowerLatency, "device minus lower latency");

        Rate(frame, SignalCatalog.DiskGuestIops, guest.Operations, input.GuestEdges, Native(input.Guest, GuestMetrics.DiskOperations), input.NoGuest);
        Rate(frame, SignalCatalog.DiskHostIops, host.Operations, input.HostEdges, Native(input.Host, HostMetrics.DiskOperations), input.NoHost);
        var guestBytes = HostSignals.Sum(input.Guest.Of(GuestMetrics.DiskIo), second);
        var hostBytes = HostSignals.Sum(input.Host.Of(HostMetrics.DiskIo), second);
        Rate(frame, SignalCatalog.DiskGuestBytes, guestBytes, input.GuestEdges, Native(input.Guest, GuestMetrics.DiskIo), input.NoGuest);
        Rate(frame, SignalCatalog.DiskHostBytes, hostBytes, input.HostEdges, Native(input.Host, HostMetrics.DiskIo), input.NoHost);
        var edges = input.GuestEdges + input.HostEdges;
        if (guest.Operations >= input.Limits.DiskIopsMin && host.Operations >= 0)
        {
            frame.Add(SignalCatalog.DiskConservation, host.Operations / guest.Operations, edges + (2 / guest.Operations), SampleQuality.Measured, "host operations divided by guest operations");
        }

        if (guestBytes >= BytesMin && hostBytes >= 0)
        {
            frame.Add(SignalCatalog.DiskConservationBytes, hostBytes / guestBytes, edges + 0.02, SampleQuality.Measured, "host bytes divided by guest bytes, all disks");
        }

        Queues(input, frame);
        Quota(input, frame);
        if (frame.Words)
        {
            input.Pairs.Refresh(input.Guest, input.Host, second);
            Single(input, frame);
        }
    }

    /// <summary>Latency that the guest sees in this second, seconds; NaN when there is none.</summary>
    public static double GuestLatency(SignalInput input)
    {
        var load = Load(input.Guest, GuestMetrics.DiskOperations, GuestMetrics.DiskOperationTime, input.Second);
        return load.Operations >= 0.5 ? load.Seconds / load.Operations : double.NaN;
    }

    /// <summary>True when a disk of the one lies on a store of the other; null when the stores of either are not known.</summary>
    public static bool? ShareStore(SideTimeline one, SideTimeline other, long second)
    {
        var known = false;
        var ofOther = other.Of(HostMetrics.DiskStore);
        foreach (var mine in one.Of(HostMetrics.DiskStore))
        {
            if (!(mine.At(second) > 0))
            {
                continue;
            }

            foreach (var theirs in ofOther)
            {
                if (theirs.At(second) > 0)
                {
                    known = true;
                    if (string.Equals(mine.Last, theirs.Last, StringComparison.OrdinalIgnoreCase))
                    {
                        return true;
                    }
                }
            }
        }

        return known ? false : null;
    }

    /// <summary>Operations per second as a load on a store: large ones count as several, one for each 64 KiB. Bytes that are not known count nothing.</summary>
    public static double Load(double operations, double bytes) => double.IsNaN(bytes) ? operations : Math.Max(operations, bytes / BytesPerOperation);

    /// <summary>Load that all users give the stores of a VM, the host itself among them; NaN when its stores are not known.</summary>
    public static double StoreLoad(SideTimeline root, SideTimeline vm, long second)
    {
        var stores = vm.Of(HostMetrics.DiskStore);
        if (stores.Count == 0)
        {
            return double.NaN;
        }

        return Load(StoreSum(root, HostMetrics.StoreOperations, stores, second), StoreSum(root, HostMetrics.StoreIo, stores, second));
    }

    private static void Lower(SignalInput input, SignalFrame frame, DiskLoad host)
    {
        var time = HostSignals.Sum(input.Host.Of(HostMetrics.DiskLowerOperationTime), input.Second);
        if (!double.IsNaN(time))
        {
            Latency(frame, SignalCatalog.DiskLowerLatency, host with { Seconds = time }, input.HostEdges, Native(input.Host, HostMetrics.DiskLowerOperationTime), input.NoHost);
            return;
        }

        // No counter below the virtual disk: the backing device's own latency stands for it, over all who use it.
        var stores = input.Host.Of(HostMetrics.DiskStore);
        var operations = StoreSum(input.Root, HostMetrics.StoreOperations, stores, input.Second);
        var seconds = StoreSum(input.Root, HostMetrics.StoreOperationTime, stores, input.Second);
        if (operations > 0 && seconds >= 0)
        {
            frame.Add(
                SignalCatalog.DiskLowerLatency, seconds / operations, OperationSplitShare * seconds / operations, SampleQuality.Estimated,
                frame.Words ? "latency of the backing device, from all its users: " + Native(input.Root, HostMetrics.StoreOperationTime) : "backing device");
            return;
        }

        frame.Missing(SignalCatalog.DiskLowerLatency, double.IsNaN(operations) ? "this host reports no latency below the virtual disk" : "no operation reached the backing device");
    }

    private static double StoreSum(SideTimeline root, MetricDefinition metric, List<TimelineSeries> stores, long second)
    {
        var sum = double.NaN;
        foreach (var series in root.Of(metric))
        {
            if (stores.Count > 0 && !IsStore(stores, series.BeforeLast, second))
            {
                continue;
            }

            var value = series.At(second);
            sum = double.IsNaN(value) ? sum : double.IsNaN(sum) ? value : sum + value;
        }

        return sum;
    }

    private static bool IsStore(List<TimelineSeries> stores, string name, long second)
    {
        foreach (var store in stores)
        {
            if (string.Equals(store.Last, name, StringComparison.OrdinalIgnoreCase) && store.At(second) > 0)
            {
                return true;
            }
        }

        return false;
    }

    private static void Latency(SignalFrame frame, SignalDefinition signal, DiskLoad load, double edges, string source, string absent)
    {
        if (double.IsNaN(load.Operations) || double.IsNaN(load.Seconds))
        {
            frame.Missing(signal, absent);
            return;
        }

        // Fewer than half an operation in a second is the tail of one: no average.
        if (load.Operations < 0.5)
        {
            frame.Missing(signal, "no operation in this second");
            return;
        }

        var latency = load.Seconds / load.Operations;
        frame.Add(signal, latency, latency * ((2 * edges) + (OperationSplitShare / Math.Sqrt(load.Operations))), SampleQuality.Measured, source);
    }

    private static void Residue(SignalFrame frame, SignalDefinition signal, SignalDefinition above, SignalDefinition below, string source)
    {
        if (!frame.Has(above) || !frame.Has(below))
        {
            frame.Missing(signal, "one of the two latencies is missing");
            return;
        }

        var residue = frame.Value(above) - frame.Value(below);
        var error = frame.Error(above) + frame.Error(below) + (OperationSplitShare * Math.Max(frame.Value(above), frame.Value(below)));
        if (residue < -error)
        {
            frame.Missing(
                signal, frame.Words
                    ? $"unknown: {source} is {NumberText.Milliseconds(residue)}, below zero by more than its error bar of {NumberText.Milliseconds(error)}"
                    : "unknown");
            return;
        }

        var (upper, lower) = (frame.QualityOf(above), frame.QualityOf(below));
        frame.Add(signal, residue, error, upper > lower ? upper : lower, source);
    }

    private static void Rate(SignalFrame frame, SignalDefinition signal, double rate, double edges, string source, string absent)
        => frame.Add(signal, rate, edges * rate, SampleQuality.Measured, double.IsNaN(rate) ? absent : source);

    private static void Queues(SignalInput input, SignalFrame frame)
    {
        var queueTime = HostSignals.Sum(input.Guest.Of(GuestMetrics.DiskQueueTime), input.Second);
        frame.Add(
            SignalCatalog.DiskGuestQueue, double.IsNaN(queueTime) ? HostSignals.Sum(input.Guest.Of(GuestMetrics.DiskInFlight), input.Second) : queueTime,
            double.NaN, SampleQuality.Measured, Native(input.Guest, double.IsNaN(queueTime) ? GuestMetrics.DiskInFlight : GuestMetrics.DiskQueueTime));
        frame.Add(
            SignalCatalog.DiskHostQueue, HostSignals.Sum(input.Host.Of(HostMetrics.DiskQueueLength), input.Second), double.NaN,
            SampleQuality.Measured, Native(input.Host, HostMetrics.DiskQueueLength));
        var busiest = double.NaN;
        foreach (var series in input.Guest.Of(GuestMetrics.DiskIoTime))
        {
            var share = series.At(input.Second);
            busiest = share <= busiest || double.IsNaN(share) ? busiest : share;
        }

        frame.Add(SignalCatalog.DiskGuestBusy, busiest, double.NaN, SampleQuality.Measured, Native(input.Guest, GuestMetrics.DiskIoTime));

        // Windows has no pressure-stall counters: a disk that is never idle while the processors are means that tasks wait for it.
        if (!double.IsNaN(busiest) && input.Guest.Of(GuestMetrics.PressureStalled).Count == 0)
        {
            var busy = frame.Has(SignalCatalog.GuestBusy) ? Math.Min(1, frame.Value(SignalCatalog.GuestBusy)) : 0;
            frame.Add(SignalCatalog.PsiIoSome, Math.Clamp(busiest, 0, 1), double.NaN, SampleQuality.Estimated, "estimated from the disk's busy time");
            frame.Add(SignalCatalog.PsiIoFull, Math.Clamp(busiest, 0, 1) * (1 - busy), double.NaN, SampleQuality.Estimated, "estimated from the disk's busy time");
        }
    }

    private static void Quota(SignalInput input, SignalFrame frame)
    {
        var second = input.Second;
        var highest = double.NaN;
        var source = string.Empty;
        foreach (var cap in input.Host.Of(HostMetrics.DiskQosIops))
        {
            var limit = cap.At(second);
            if (limit > 0)
            {
                var rate = DiskSum(input.Host.Of(HostMetrics.DiskNormalizedOperations), cap.Key.Instance, second, exact: true);
                rate = double.IsNaN(rate) ? DiskSum(input.Host.Of(HostMetrics.DiskOperations), cap.Key.Instance, second, exact: false) : rate;
                Take(limit, rate, cap, "operations/s");
            }
        }

        foreach (var cap in input.Host.Of(HostMetrics.DiskQosBandwidth))
        {
            var limit = cap.At(second);
            if (limit > 0)
            {
                Take(limit, DiskSum(input.Host.Of(HostMetrics.DiskIo), cap.Key.Instance, second, exact: false), cap, "bytes/s");
            }
        }

        if (double.IsNaN(highest))
        {
            frame.Missing(SignalCatalog.DiskQosUse, "no storage quota is known for this VM");
        }
        else
        {
            frame.Add(SignalCatalog.DiskQosUse, highest, input.HostEdges * highest, SampleQuality.Measured, source);
        }

        void Take(double limit, double rate, TimelineSeries cap, string unit)
        {
            if (rate >= 0 && !(rate / limit <= highest))
            {
                highest = rate / limit;
                source = frame.Words ? $"{cap.Native}, {cap.Key.Instance}: {NumberText.Compact(rate)} of {NumberText.Compact(limit)} {unit}" : cap.Native;
            }
        }
    }

    private static double DiskSum(List<TimelineSeries> list, string disk, long second, bool exact)
    {
        var sum = double.NaN;
        foreach (var series in list)
        {
            if ((exact ? series.Key.Instance : series.BeforeLast) == disk)
            {
                var value = series.At(second);
                sum = double.IsNaN(value) ? sum : double.IsNaN(sum) ? value : sum + value;
            }
        }

        return sum;
    }

    private static void Single(SignalInput input, SignalFrame frame)
    {
        foreach (var disk in input.Pairs.GuestDisks.Take(DisksShownMax))
        {
            One(frame, disk, SignalCatalog.DiskGuestIops, SignalCatalog.DiskGuestLatency, input.Second);
            if (input.Pairs.Disks.TryGetValue(disk.Name, out var pair) && input.Pairs.HostDisks.Find(d => d.Name == pair.Host) is { } host)
            {
                var source = $"{disk.Name} is {host.Name}: rates {NumberText.Percent(pair.Apart)} apart";
                var (inside, outside) = (LatencyOf(disk, input.Second), LatencyOf(host, input.Second));
                var error = OperationSplitShare * 2 * Math.Max(inside, outside);
                if (inside - outside >= -error)
                {
                    frame.AddInstance(SignalCatalog.DiskInside, disk.Name, inside - outside, error, SampleQuality.Measured, source);
                }

                var operations = HostSignals.Sum(host.Operations, input.Second);
                frame.AddInstance(SignalCatalog.DiskConservation, disk.Name, operations / HostSignals.Sum(disk.Operations, input.Second), pair.Apart, SampleQuality.Measured, source);
            }
        }

        foreach (var disk in input.Pairs.HostDisks.Take(DisksShownMax))
        {
            One(frame, disk, SignalCatalog.DiskHostIops, SignalCatalog.DiskDeviceLatency, input.Second);
            var operations = HostSignals.Sum(disk.Operations, input.Second);
            var lower = operations >= 0.5 ? HostSignals.Sum(disk.Lower, input.Second) / operations : double.NaN;
            frame.AddInstance(SignalCatalog.DiskLowerLatency, disk.Name, lower, OperationSplitShare * lower, SampleQuality.Measured, Native(input.Host, HostMetrics.DiskLowerOperationTime));
            var stack = LatencyOf(disk, input.Second) - lower;
            if (stack >= -OperationSplitShare * lower)
            {
                frame.AddInstance(SignalCatalog.DiskStack, disk.Name, stack, OperationSplitShare * lower, SampleQuality.Measured, "device minus lower latency");
            }
        }

        foreach (var adapter in input.Pairs.GuestAdapters.Take(DisksShownMax))
        {
            if (input.Pairs.Adapters.TryGetValue(adapter.Name, out var pair) && input.Pairs.HostAdapters.Find(d => d.Name == pair.Host) is { } host)
            {
                frame.AddInstance(
                    SignalCatalog.NetConservation, adapter.Name, HostSignals.Sum(host.Bytes, input.Second) / HostSignals.Sum(adapter.Bytes, input.Second), pair.Apart,
                    SampleQuality.Measured, $"{adapter.Name} is {host.Name}: rates {NumberText.Percent(pair.Apart)} apart");
            }
        }
    }

    private static void One(SignalFrame frame, Device disk, SignalDefinition rate, SignalDefinition latency, long second)
    {
        frame.AddInstance(rate, disk.Name, HostSignals.Sum(disk.Operations, second), double.NaN, SampleQuality.Measured, "operations of " + disk.Name);
        var value = LatencyOf(disk, second);
        frame.AddInstance(latency, disk.Name, value, OperationSplitShare * value, SampleQuality.Measured, "operation time divided by operations of " + disk.Name);
    }

    private static double LatencyOf(Device disk, long second)
    {
        var operations = HostSignals.Sum(disk.Operations, second);
        return operations >= 0.5 ? HostSignals.Sum(disk.Times, second) / operations : double.NaN;
    }

    private static DiskLoad Load(SideTimeline side, MetricDefinition operations, MetricDefinition times, long second)
        => new(HostSignals.Sum(side.Of(operations), second), HostSignals.Sum(side.Of(times), second));

    private static string Native(SideTimeline side, MetricDefinition metric) => side.Single(metric)?.Native ?? metric.Name;

    private readonly record struct DiskLoad(double Operations, double Seconds);
}
