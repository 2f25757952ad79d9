using HvIntegration.HostBroker.Tests.CounterSources.LinuxHost;
using System.Diagnostics;
using System.Net.Sockets;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.Qemu;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.CounterSources.Qemu;

/// <summary>The source against real QEMU processes (TCG) and the real /proc of this machine.</summary>
public sealed class QemuCounterSourceTests : IDisposable
{
    private const string Uuid = "7d1f2a3b-0c4d-4e5f-8a9b-1c2d3e4f5a6b";
    private static readonly Guid Id = Guid.Parse(Uuid);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly long _start = Stopwatch.GetTimestamp();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Read_RunningVm_GivesRunTimeDiskMemoryStoreAndHost()
    {
        QemuProcess.SkipWhereMissing();
        await using var vm = await QemuProcess.StartAsync(_folder.Path, "vm1", Uuid, "-device", "virtio-balloon-pci");
        await using var source = Source();
        var first = await UntilAsync(source, r => Value(r, HostMetrics.DiskOperations, "disk0|read") > 5);

        var second = await UntilAsync(source, r => Value(r, HostMetrics.DiskOperations, "disk0|read") > Value(first, HostMetrics.DiskOperations, "disk0|read") + 20
            && Value(r, HostMetrics.VpRunTime, "0") > Value(first, HostMetrics.VpRunTime, "0"));

        var partition = Assert.Single(second.Partitions);
        Assert.Equal(
            new PartitionInfo(Id, "vm1", PartitionState.Running, 1, partition.CpuLimit, 32 << 20, $"unix:{_folder.Path}/vm1.agent.sock"), partition);
        Assert.Empty(second.Faults);
        Assert.True(Value(second, HostMetrics.VpDispatches, "0") > Value(first, HostMetrics.VpDispatches, "0"));
        Assert.True(Value(second, HostMetrics.VpWaitTime, "0") >= Value(first, HostMetrics.VpWaitTime, "0"));
        Assert.True(Value(second, HostMetrics.VmOverheadTime, "") >= 0);
        Assert.Equal(32 << 20, Value(second, HostMetrics.MemoryAssigned, ""));
        Assert.True(Value(second, HostMetrics.MemoryResident, "") > 4 << 20);
        Assert.Equal(200, Value(second, HostMetrics.DiskQosIops, "disk0"));
        Assert.True(Value(second, HostMetrics.DiskOperationTime, "disk0|read") > 0);
        Assert.Equal(Value(second, HostMetrics.DiskOperations, "disk0|read") * 512, Value(second, HostMetrics.DiskIo, "disk0|read"), 1.0);
        Assert.Contains(second.Samples, s => s.Series.MetricId == HostMetrics.DiskStore.Id && s.Series.Instance.StartsWith("disk0|", StringComparison.Ordinal));
        Assert.Equal(Environment.ProcessorCount, second.Samples.Count(s => s.Series.MetricId == HostMetrics.LpRunTime.Id));
        Assert.True(Host(second, HostMetrics.LpCount, "") >= 1);
        Assert.True(Host(second, HostMetrics.RootRunTime, "all") >= Host(first, HostMetrics.RootRunTime, "all"));
        Assert.True(Host(second, HostMetrics.HostMemoryTotal, "") > Host(second, HostMetrics.HostMemoryAvailable, ""));
        Assert.DoesNotContain(second.Samples, s => s.Series.Instance.Contains($"({vm.Id})", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_VmPausedThenEnded_IsPausedThenGone()
    {
        QemuProcess.SkipWhereMissing();
        await using var vm = await QemuProcess.StartAsync(_folder.Path, "vm1", Uuid);
        await using var source = Source();
        await UntilAsync(source, r => r.Partitions.Count == 1);

        await vm.CommandAsync("stop");
        var paused = await UntilAsync(source, r => r.Partitions is [{ State: PartitionState.Paused }]);
        await vm.CommandAsync("quit");
        var gone = await UntilAsync(source, r => r.Partitions.Count == 0);

        Assert.NotEmpty(paused.Samples);
        Assert.DoesNotContain(gone.Samples, s => s.Partition == Id);
        Assert.Contains(gone.Samples, s => s.Series.MetricId == HostMetrics.LpRunTime.Id);
    }

    [Fact]
    public async Task Read_HungAndDeadMonitorsBeside_NeitherDelayNorHideTheGoodOne()
    {
        QemuProcess.SkipWhereMissing();
        using var hung = Listener("hung");
        _folder.File("dead.qmp", "");

        await using var vm = await QemuProcess.StartAsync(_folder.Path, "vm1", null);
        await using var source = Source(deadlineMs: 600, patienceMs: 100);
        await UntilAsync(source, r => r.Partitions.Count == 1 && r.Faults.Count == 2);

        var reading = await ReadAsync(source);
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < 5; i++)
        {
            reading = await ReadAsync(source);
        }

        // Five reads, each at most its patience and the time to read /proc; the hung one alone would hold each for 600 ms.
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromMilliseconds(3000));
        var good = Assert.Single(reading.Partitions);
        Assert.Equal("vm1", good.Name);
        Assert.Equal(PartitionGuid.FromName("qemu", "vm1"), good.Id);
        Assert.Contains(reading.Faults, f => f.StartsWith("hung: no greeting", StringComparison.Ordinal));
        Assert.Contains(reading.Faults, f => f.StartsWith("dead: no process listens", StringComparison.Ordinal));
        Assert.Contains(reading.Samples, s => s.Partition == good.Id && s.Series.MetricId == HostMetrics.VpRunTime.Id);
    }

    [Fact]
    public async Task Read_MonitorHangsThenAnswers_CpuGoesOnStaleMarkedAndRecovers()
    {
        QemuProcess.SkipWhereMissing();
        await using var vm = await QemuProcess.StartAsync(_folder.Path, "vm1", Uuid);
        await using var source = Source(deadlineMs: 300, patienceMs: 50);
        await UntilAsync(source, r => r.Partitions is [{ State: PartitionState.Running }]);

        await vm.SignalAsync("STOP");
        var hung = await UntilAsync(source, r => r.Partitions is [{ State: PartitionState.Unknown }]);
        await vm.SignalAsync("CONT");
        var again = await UntilAsync(source, r => r.Partitions is [{ State: PartitionState.Running }] && r.Faults.Count == 0);

        Assert.Single(hung.Faults);
        Assert.Contains(hung.Samples, s => s.Partition == Id && s.Series.MetricId == HostMetrics.VpRunTime.Id && s.Quality == SampleQuality.Measured);
        Assert.Contains(hung.Samples, s => s.Partition == Id && s.Series.MetricId == HostMetrics.MemoryAssigned.Id && s.Quality == SampleQuality.Stale);
        Assert.Contains(again.Samples, s => s.Partition == Id && s.Series.MetricId == HostMetrics.DiskIo.Id);
    }

    [Fact]
    public async Task Read_TwoVmsWithOneUuid_ShowsBothAndSaysSo()
    {
        QemuProcess.SkipWhereMissing();
        await using var one = await QemuProcess.StartAsync(_folder.Path, "vm1", Uuid);
        await using var two = await QemuProcess.StartAsync(_folder.Path, "vm2", Uuid);
        await using var source = Source();

        var reading = await UntilAsync(source, r => r.Partitions.Count == 2 && r.Faults.Count > 0);

        Assert.Equal(2, reading.Partitions.Select(p => p.Id).Distinct().Count());
        Assert.Contains(reading.Faults, f => f.Contains(Uuid, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_QemuBefore212_TakesTheProcessorsFromQueryCpus()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        using var monitor = new ScriptedMonitor(Path.Join(_folder.Path, "old.qmp"), new()
        {
            ["query-status"] = """{"status":"running","running":true}""",
            ["query-blockstats"] = "[]",
            ["query-block"] = "[]",
            ["query-cpus"] = $$"""[{"current":true,"CPU":0,"thread_id":{{Environment.ProcessId}},"halted":false}]""",
        });
        await using var source = Source();

        var reading = await UntilAsync(source, r => r.Partitions.Count == 1);

        Assert.Equal(1, Assert.Single(reading.Partitions).VirtualProcessors);
        Assert.Contains(reading.Samples, s => s.Series.MetricId == HostMetrics.VpRunTime.Id);
        Assert.Empty(reading.Faults);
    }

    [Fact]
    public async Task Read_QemuWithoutAnyCommandForProcessors_SaysSoAndCountsNone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        using var monitor = new ScriptedMonitor(Path.Join(_folder.Path, "odd.qmp"), new() { ["query-status"] = """{"status":"io-error","running":false}""" });
        await using var source = Source();

        var reading = await UntilAsync(source, r => r.Partitions.Count == 1);

        Assert.Equal(["odd: QEMU knows neither query-cpus-fast (2.12 and newer) nor query-cpus (The command query-cpus has not been found), so the run time of its processors is not known"], reading.Faults);
        Assert.DoesNotContain(reading.Samples, s => s.Series.MetricId == HostMetrics.VpCount.Id);
        Assert.Equal((PartitionState.Paused, "io-error"), (reading.Partitions[0].State, reading.Partitions[0].StopReason));
    }

    [Fact]
    public async Task Read_FolderMissing_SaysHowToStartAVmAndStillReadsTheHost()
    {
        await using var source = new QemuCounterSource(
            new QemuOptions { SocketFolder = Path.Join(_folder.Path, "none") }, TimeProvider.System);

        var reading = await ReadAsync(source);

        Assert.Contains("-qmp unix:", Assert.Single(reading.Faults), StringComparison.Ordinal);
        Assert.Empty(reading.Partitions);
        Assert.Equal(OperatingSystem.IsLinux(), reading.Samples.Count > 0);
    }

    private QemuCounterSource Source(int deadlineMs = 5000, int patienceMs = 500) => new(
        new QemuOptions { SocketFolder = _folder.Path, MonitorDeadlineMs = deadlineMs, PatienceMs = patienceMs, RefreshSeconds = 1 },
        TimeProvider.System);

    private Socket Listener(string name)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Join(_folder.Path, name + ".qmp")));
        socket.Listen(1);
        return socket;
    }

    private async Task<CounterReading> ReadAsync(QemuCounterSource source) =>
        await source.ReadAsync(Stopwatch.GetElapsedTime(_start).Ticks * 100, TestContext.Current.CancellationToken)
            .AsTask().WaitAsync(Limit, TestContext.Current.CancellationToken);

    private async Task<CounterReading> UntilAsync(QemuCounterSource source, Func<CounterReading, bool> reached)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            var reading = await ReadAsync(source);
            if (reached(reading))
            {
                return reading;
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < Limit, "not reached: " + string.Join("; ", reading.Faults));
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private static double Value(CounterReading reading, MetricDefinition metric, string instance) => Find(reading, Id, metric, instance);

    private static double Host(CounterReading reading, MetricDefinition metric, string instance) => Find(reading, Guid.Empty, metric, instance);

    private static double Find(CounterReading reading, Guid partition, MetricDefinition metric, string instance) =>
        reading.Samples.Where(s => s.Partition == partition && s.Series == new SeriesKey(metric.Id, instance))
            .Select(s => s.Value).DefaultIfEmpty(double.NaN).Last();
}
