using HvIntegration.Api.OpenMetrics;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.Export.OpenMetrics;

/// <summary>Two VMs: one with an agent and an awkward name, one without.</summary>
internal static class MetricsSamples
{
    public static readonly Guid Web = Guid.Parse("11111111-0000-0000-0000-000000000001");
    public static readonly Guid Silent = Guid.Parse("11111111-0000-0000-0000-000000000002");

    public static MetricsSnapshot TwoVms(string origin = "live") => new("qemu", origin, "0.1.0", HostItself(), [WebVm(), SilentVm()]);

    private static HostSample[] HostItself() =>
    [
        Host(Guid.Empty, HostMetrics.LpRunTime, "0", 512.25),
        Host(Guid.Empty, HostMetrics.LpCount, "", 2),
        Host(Guid.Empty, HostMetrics.HostMemoryAvailable, "", 8_589_934_592),
    ];

    private static MetricsPartition WebVm()
    {
        var info = new PartitionInfo(Web, "web \"one\"\\\n", PartitionState.Running, 2, null, 4e9, null);
        var guest = new GuestBatch(Web, Guid.NewGuid(), 7, 1,
            [
                Guest(GuestMetrics.CpuTime, "user|0", 1234.567891), Guest(GuestMetrics.CpuTime, "idle|0", 99_999.25),
                Guest(GuestMetrics.CpuCount, "", 2), Guest(GuestMetrics.Load1, "", 0.42), Guest(GuestMetrics.MemoryAvailable, "", 1_073_741_824),
                Guest(GuestMetrics.DiskIo, "odd|name|read", 4096), new GuestSample(new SeriesKey(999, "future"), 1, 1, 1),
            ], 1, [], 0, null);
        var signals = new Signal[]
        {
            new("cpu.steal", Side.Both, 0.25, "1", 0.01, SampleQuality.Measured, "x"), new("disk.guest.latency", Side.Guest, 0.004, "s", 0.001, SampleQuality.Estimated, "x"),
            new("net.guest.receive", Side.Guest, 1e6, "By/s", 1, SampleQuality.Measured, "x"), new("cpu.host.ready", Side.Host, double.NaN, "1", double.NaN, SampleQuality.Missing, "not there"),
        };
        var verdict = new Verdict(VerdictStatement.OfRecord("host-cpu-contention", Side.Host, Web, "web-01", null, null), 0.93);
        var report = new PartitionReport(
            info, 1_772_618_400, true, true, signals, verdict, new Episode(1, Web, "host-cpu-contention", 1_772_618_300, 1_772_618_400, null, 0.5, verdict), new ClockQuality(0, 0, 0.4, 30, "boot", 0.3),
            [new(1, "worker", 0.5, 0, 1e6, 0, 0, 0), new(2, "worker", 0.25, 0, 1e6, 0, 0, 0), new(3, "sh", 0.01, 0, 1e5, 0, 0, 0)]);
        return new MetricsPartition(info, true, report, guest, "live", VmHost(Web));
    }

    private static MetricsPartition SilentVm() => new(
        new PartitionInfo(Silent, "silent", PartitionState.Paused, 1, null, null, null), false, null, null, "live",
        [.. VmHost(Silent), Host(Silent, HostMetrics.MemoryDemand, "", 5e8) with { Quality = SampleQuality.Stale }]);

    private static HostSample[] VmHost(Guid vm) =>
    [
        Host(vm, HostMetrics.VpRunTime, "0", 77.5),
        Host(vm, HostMetrics.VpWaitTime, "0", 0.25) with { Form = SampleForm.IntervalRate },
        Host(vm, HostMetrics.VpCount, "", 1),
        Host(vm, HostMetrics.MemoryAssigned, "", 2_147_483_648) with { Quality = SampleQuality.Estimated },
    ];

    private static GuestSample Guest(MetricDefinition metric, string instance, double value) => new(new SeriesKey(metric.Id, instance), 1, 1, value);

    private static HostSample Host(Guid vm, MetricDefinition metric, string instance, double value) =>
        new(vm, new SeriesKey(metric.Id, instance), metric.Form == MetricForm.Counter ? SampleForm.Cumulative : SampleForm.Gauge, 1, 1, value, SampleQuality.Measured, "native");
}
