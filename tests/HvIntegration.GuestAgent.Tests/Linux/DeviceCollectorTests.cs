using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Clock;
using HvIntegration.GuestAgent.Linux.Connections;
using HvIntegration.GuestAgent.Linux.Disk;
using HvIntegration.GuestAgent.Linux.Filesystem;
using HvIntegration.GuestAgent.Linux.Identity;
using HvIntegration.GuestAgent.Linux.Network;
using HvIntegration.GuestAgent.Linux.Tcp;
using HvIntegration.GuestAgent.Linux.Vmbus;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Tests.Linux;

/// <summary>Disks, file systems, network, bus, clock and identity on recorded guests.</summary>
public class DeviceCollectorTests
{
    [Fact]
    public void Disk_GuestWithPartitionsVolumeLoopAndZram_CountsOnlyLeaves()
    {
        // Arrange
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        using var collector = new DiskCollector(tree.Root);
        var series = new CollectorSeries(500);

        // Act
        var outcome = collector.Collect(series);

        // Assert: dm-0 lies on vdb, loop0 on a file of vda1.
        Assert.Equal(CollectorStatus.Ok, outcome.Status);
        Assert.Equal(["vda", "vdb", "vdc"], series.Devices(GuestMetrics.DiskOperations));
        Assert.Equal(52, series.Value(GuestMetrics.DiskOperations, "vdb", "read"));
        Assert.Equal(13_064 * 512, series.Value(GuestMetrics.DiskIo, "vdb", "read"));
        Assert.Equal(6_400 * 512, series.Value(GuestMetrics.DiskIo, "vdb", "write"));
        Assert.Equal(796, series.Value(GuestMetrics.DiskMerged, "vdb", "write"));
        Assert.Equal(65_000, series.Value(GuestMetrics.DiskOperationTime, "vdb", "read"));
        Assert.Equal(84_000, series.Value(GuestMetrics.DiskIoTime, "vdb"));
        Assert.Equal(113_000, series.Value(GuestMetrics.DiskQueueTime, "vdb"));
        Assert.Equal(4, series.Value(GuestMetrics.DiskOperations, "vda", "flush"));
        Assert.Null(series.Value(GuestMetrics.DiskOperations, "vdb", "flush"));
        Assert.Equal(134_217_728, series.Value(GuestMetrics.DiskLimit, "vda"));
    }

    [Fact]
    public void Disk_KernelWithoutSysfs_JudgesByName()
    {
        // Arrange
        using var tree = GuestTree.Of("handmade-3.10");
        using var collector = new DiskCollector(tree.Root);
        var series = new CollectorSeries(500);

        // Act
        collector.Collect(series);

        // Assert
        Assert.Equal(["sda", "sr0"], series.Devices(GuestMetrics.DiskOperations));
        Assert.Equal(1, series.Value(GuestMetrics.DiskInFlight, "sda"));
    }

    [Fact]
    public void Disk_NvmeMultipathThatCountsItsPathsOnly_IsTheSumOfThePaths()
    {
        // Arrange
        using var tree = GuestTree.Of("handmade-odd");
        using var collector = new DiskCollector(tree.Root);
        var series = new CollectorSeries(500);

        // Act
        collector.Collect(series);

        // Assert: nvme1n1 counts itself; xvda1 is all there is of its disk.
        Assert.Equal(["nvme0n1", "nvme1n1", "xvda1", "xvdb"], series.Devices(GuestMetrics.DiskOperations));
        Assert.Equal(400, series.Value(GuestMetrics.DiskOperations, "nvme0n1", "read"));
        Assert.Equal(40, series.Value(GuestMetrics.DiskOperations, "nvme0n1", "write"));
        Assert.Equal(200_000, series.Value(GuestMetrics.DiskOperationTime, "nvme0n1", "read"));
        Assert.Equal(5, series.Value(GuestMetrics.DiskInFlight, "nvme0n1"));
        Assert.Equal(41, series.Value(GuestMetrics.DiskOperations, "nvme1n1", "read"));
        Assert.Empty(series.Devices(GuestMetrics.DiskLimit));
    }

    [Fact]
    public void Disk_PathOfNvmeMultipathIsLost_GoesOnFromWhatWasCounted()
    {
        // Arrange
        const string head = "259 1 nvme0n1 0 0 0 0 0 0 0 0 0 0 0\n";
        using var tree = GuestTree.Empty();
        tree.Write("proc/diskstats", "0 0 nvme0c0n1 100 0 800 50 0 0 0 0 0 60 70\n0 0 nvme0c1n1 300 0 2400 150 0 0 0 0 0 160 210\n" + head);
        using var collector = new DiskCollector(tree.Root);
        var series = new CollectorSeries(500);
        collector.Collect(series);

        // Act
        tree.Write("proc/diskstats", "0 0 nvme0c0n1 110 0 880 55 0 0 0 0 0 60 70\n" + head);
        collector.Collect(series);
        tree.Write("proc/diskstats", "0 0 nvme0c0n1 130 0 1040 75 0 0 0 0 0 60 70\n" + head);
        collector.Collect(series);

        // Assert: the operations of the moment of the change are not known.
        Assert.Equal(420, series.Value(GuestMetrics.DiskOperations, "nvme0n1", "read"));
        Assert.Equal(220_000, series.Value(GuestMetrics.DiskOperationTime, "nvme0n1", "read"));
    }

    [Fact]
    public void Disk_DeviceGoesAndComes_SeriesFollow()
    {
        // Arrange
        using var tree = GuestTree.Empty();
        tree.Write("proc/diskstats", "8 0 sda 1 0 8 1 0 0 0 0 0 1 1\n8 16 sdb 2 0 16 1 0 0 0 0 0 1 1\n");
        using var collector = new DiskCollector(tree.Root);
        var series = new CollectorSeries(500);
        collector.Collect(series);

        // Act
        tree.Write("proc/diskstats", "8 0 sda 1 0 8 1 0 0 0 0 0 1 1\n8 32 sdc 3 0 24 1 0 0 0 0 0 1 1\n");
        collector.Collect(series);

        // Assert
        Assert.Equal(["sda", "sdc"], series.Devices(GuestMetrics.DiskOperations));
        Assert.Equal(24 * 512, series.Value(GuestMetrics.DiskIo, "sdc", "read"));
    }

    [Fact]
    public void Disk_MillisecondsWrap_TimeGoesOn()
    {
        // Arrange
        using var tree = GuestTree.Empty();
        tree.Write("proc/diskstats", "8 0 sda 10 0 8 4294967290 0 0 0 0 0 1 1\n");
        using var collector = new DiskCollector(tree.Root);
        var series = new CollectorSeries(500);
        collector.Collect(series);

        // Act
        tree.Write("proc/diskstats", "8 0 sda 11 0 8 4 0 0 0 0 0 1 1\n");
        collector.Collect(series);

        // Assert
        Assert.Equal(4_294_967_300_000, series.Value(GuestMetrics.DiskOperationTime, "sda", "read"));
    }

    [Fact]
    public void Network_GuestWithBridge_KeepsTheAdapterOnly()
    {
        // Arrange
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        using var collector = new NetworkCollector(tree.Root);
        var series = new CollectorSeries(500);

        // Act
        var outcome = collector.Collect(series);

        // Assert
        Assert.Equal(CollectorStatus.Ok, outcome.Status);
        Assert.Equal(["eth0"], series.Devices(GuestMetrics.NetworkIo));
        Assert.Equal(228, series.Value(GuestMetrics.NetworkIo, "eth0", "receive"));
        Assert.Equal(9, series.Value(GuestMetrics.NetworkPackets, "eth0", "transmit"));
    }

    [Fact]
    public void Network_FunctionUnderSyntheticAdapter_IsNotCountedTwice()
    {
        // Arrange: hv_netvsc eth0 with its SR-IOV function enP1s1; bond0 over eth1 and eth2.
        using var tree = GuestTree.Empty();
        tree.Write("proc/net/dev", string.Concat("lo eth0 enP1s1 eth1 eth2 bond0".Split(' ').Select(name => $" {name}: 1 1 0 0 0 0 0 0 2 2 0 0 0 0 0 0\n")));
        foreach (var name in (string[])["eth0", "enP1s1", "eth1", "eth2"])
        {
            tree.Write($"sys/class/net/{name}/device/vendor", "0x1414\n");
        }

        File.CreateSymbolicLink(Path.Join(tree.Path, "sys/class/net/enP1s1/master"), "../eth0");
        File.CreateSymbolicLink(Path.Join(tree.Path, "sys/class/net/eth1/master"), "../bond0");
        File.CreateSymbolicLink(Path.Join(tree.Path, "sys/class/net/eth2/master"), "../bond0");
        using var collector = new NetworkCollector(tree.Root);
        var series = new CollectorSeries(500);

        // Act
        collector.Collect(series);

        // Assert
        Assert.Equal(["eth0", "eth1", "eth2"], series.Devices(GuestMetrics.NetworkIo));
    }

    [Fact]
    public void Network_OldFormatWithoutBlank_IsRead()
    {
        // Arrange
        using var tree = GuestTree.Of("handmade-3.10");
        using var collector = new NetworkCollector(tree.Root);
        var series = new CollectorSeries(500);

        // Act
        collector.Collect(series);

        // Assert
        Assert.Equal(5000, series.Value(GuestMetrics.NetworkIo, "eth0", "receive"));
        Assert.Equal(2, series.Value(GuestMetrics.NetworkDropped, "eth0", "receive"));
        Assert.Equal(3, series.Value(GuestMetrics.NetworkErrors, "eth0", "transmit"));
    }

    [Fact]
    public void Tcp_ColumnsOfAnotherKernel_AreFoundByName()
    {
        // Arrange
        using var tree = GuestTree.Of("handmade-3.10");
        tree.Write("proc/net/netstat", "TcpExt: A ListenOverflows ListenDrops\nTcpExt: 1 2 3\n");
        tree.Write("proc/net/softnet_stat", "00000001 0000000a 00000002\n00000001 00000001 00000003\n");
        using var collector = new TcpCollector(tree.Root);
        var series = new CollectorSeries(100);

        // Act
        collector.Collect(series);

        // Assert
        Assert.Equal(700, series.Value(GuestMetrics.TcpSegments, "receive"));
        Assert.Equal(9, series.Value(GuestMetrics.TcpRetransmitted));
        Assert.Equal(3, series.Value(GuestMetrics.TcpListenDrops));
        Assert.Equal(11, series.Value(GuestMetrics.SoftnetDropped, "dropped"));
        Assert.Equal(5, series.Value(GuestMetrics.SoftnetDropped, "squeezed"));
    }

    [Fact]
    public void Connections_FewSockets_AreCountedByState()
    {
        // Arrange
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        using var collector = new ConnectionsCollector(tree.Root);
        var series = new CollectorSeries(100);

        // Act
        var outcome = collector.Collect(series);

        // Assert
        Assert.Equal(CollectorStatus.Ok, outcome.Status);
        Assert.Equal(1, series.Value(GuestMetrics.ConnectionCount, "time_wait"));
        Assert.Equal(0, series.Value(GuestMetrics.ConnectionCount, "established"));
    }

    [Fact]
    public void Connections_TooManySockets_OnlyTheKernelsTotalsRemain()
    {
        // Arrange
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        using var collector = new ConnectionsCollector(tree.Root);
        var series = new CollectorSeries(100);
        collector.Collect(series);

        // Act
        tree.Write("proc/net/sockstat", "TCP: inuse 5005 orphan 0 tw 77 alloc 5100 mem 3\n");
        tree.Write("proc/net/snmp", "Tcp: CurrEstab\nTcp: 5000\n");
        collector.Collect(series);

        // Assert
        Assert.Equal(5000, series.Value(GuestMetrics.ConnectionCount, "established"));
        Assert.Equal(77, series.Value(GuestMetrics.ConnectionCount, "time_wait"));
        Assert.Null(series.Value(GuestMetrics.ConnectionCount, "listen"));
    }

    [Fact]
    public void Mounts_RecordedGuest_KeepsOneOfTheBindMounts()
    {
        // Act
        var mounts = MountTable.Parse(File.ReadAllBytes(Path.Join(GuestTree.Fixture("6.1-cloud-amd64"), "proc/1/mountinfo")));

        // Assert
        var mount = Assert.Single(mounts);
        Assert.Equal("/mnt/data", mount.Point);
        Assert.Equal("ext4", mount.Type);
    }

    [Fact]
    public void Mounts_EscapesImagesOvermountsAndNetwork_FollowTheRules()
    {
        // Arrange
        const string Text = """
            1 0 8:1 / / rw shared:1 master:2 - ext4 /dev/sda1 rw
            2 1 8:2 / /with\040space\134x rw - xfs /dev/sda2 rw
            3 1 7:0 / /snap/core/1 ro - squashfs /dev/loop0 ro
            4 1 0:50 / /net rw - nfs4 server:/export rw
            5 1 0:51 /@ /a rw - btrfs /dev/sdb rw
            6 1 0:52 /@home /a/home rw - btrfs /dev/sdb rw
            7 1 8:3 / /hidden rw - ext4 /dev/sda3 rw
            8 1 0:60 / /hidden rw - tmpfs tmpfs rw
            9 1 0:61 / /merged rw - overlay overlay rw
            10 1 8:4 / /cut rw
            """;

        // Act
        var mounts = MountTable.Parse(System.Text.Encoding.UTF8.GetBytes(Text));

        // Assert
        Assert.Equal(["/", "/a", "/net", "/with space\\x"], mounts.Select(mount => mount.Point));
    }

    [Fact]
    public void Filesystem_LiveMachine_GivesSpaceOfTheRoot()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("calls statfs of Linux");
        }

        // Arrange: a recorded mount table whose mount point exists under the root.
        using var tree = GuestTree.Empty();
        tree.Write("proc/1/mountinfo", "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n");
        using var collector = new FilesystemCollector(tree.Root);
        var series = new CollectorSeries(100);

        // Act
        var outcome = collector.Collect(series);

        // Assert
        Assert.Equal(CollectorStatus.Ok, outcome.Status);
        var drive = new DriveInfo(tree.Path);
        var sum = series.Value(GuestMetrics.FilesystemUsage, "/", "used") + series.Value(GuestMetrics.FilesystemUsage, "/", "free")
            + series.Value(GuestMetrics.FilesystemUsage, "/", "reserved");
        Assert.Equal(drive.TotalSize, sum);
    }

    [Fact]
    public void Vmbus_HandmadeChannels_AreNamedByClass()
    {
        // Arrange: no Hyper-V guest was at hand; the layout is that of the kernel's ABI page.
        using var tree = GuestTree.Empty();
        const string Device = "sys/bus/vmbus/devices/f8b3781a-1e82-4818-a1c3-63d806ec15bb";
        tree.Write($"{Device}/class_id", "{ba6163d9-04a1-4d29-b605-72e2ffb1dc7f}\n");
        tree.Write($"{Device}/device_id", "{f8b3781a-1e82-4818-a1c3-63d806ec15bb}\n");
        tree.Write($"{Device}/channels/14/interrupts", "1234\n");
        tree.Write($"{Device}/channels/14/events", "5678\n");
        tree.Write($"{Device}/channels/14/out_full_total", "9\n");
        using var collector = new VmbusCollector(tree.Root);
        var series = new CollectorSeries(100);

        // Act
        var outcome = collector.Collect(series);

        // Assert
        Assert.Equal(CollectorStatus.Ok, outcome.Status);
        const string Label = "scsi f8b3781a-1e82-4818-a1c3-63d806ec15bb";
        Assert.Equal(1234, series.Value(GuestMetrics.VmbusInterrupts, Label, "14"));
        Assert.Equal(9, series.Value(GuestMetrics.VmbusOutFull, Label, "14"));
        Assert.Null(series.Value(GuestMetrics.VmbusReadAvailable, Label, "14"));
    }

    [Fact]
    public void Vmbus_NotOnHyperV_IsUnavailable()
    {
        // Arrange
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        using var collector = new VmbusCollector(tree.Root);

        // Act
        var outcome = collector.Collect(new CollectorSeries(100));

        // Assert
        Assert.Equal(CollectorStatus.Unavailable, outcome.Status);
        Assert.Contains("Hyper-V", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Clock_SourceChanges_SeriesAndEventFollow()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("reads clocks of Linux");
        }

        // Arrange
        const string Source = "sys/devices/system/clocksource/clocksource0/current_clocksource";
        using var tree = GuestTree.Empty();
        tree.Write(Source, "hyperv_clocksource_tsc_page\n");
        using var collector = new ClockCollector(tree.Root);
        var series = new CollectorSeries(100);
        collector.Collect(series);

        // Act
        tree.Write(Source, "acpi_pm\n");
        collector.Collect(series);

        // Assert
        Assert.Equal(1, series.Value(GuestMetrics.ClockSource, "acpi_pm"));
        Assert.Null(series.Value(GuestMetrics.ClockSource, "hyperv_clocksource_tsc_page"));
        Assert.True(collector.TryTakeEvent(out var moment));
        Assert.Equal(AgentEventKind.ClockSource, moment.Kind);
        Assert.False(collector.TryTakeEvent(out _));
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(500_000, 0, 0, 0)]
    [InlineData(2_000_000, 0, 1_500_000, 0)]
    [InlineData(2_000_000, 0, 0, 2_000_000)]
    [InlineData(-60_000_000_000, 0, 0, -60_000_000_000)]
    public void Observe_OffsetMoves_OnlyBeyondTheErrorIsAStep(long moved, long firstError, long secondError, long expected)
    {
        // Arrange
        var detector = new ClockStepDetector();
        detector.Observe(1_000_000_000, firstError);

        // Act
        var step = detector.Observe(1_000_000_000 + moved, secondError);

        // Assert
        Assert.Equal(expected, step);
    }

    [Theory]
    [InlineData(1000, 1000, 100_001_000)]
    [InlineData(1000, 50_000_000, 100_001_000)]
    [InlineData(0, 350_000_000, 400_000_000)]
    public void NextDeadline_WakeUpLate_StaysOnTheGridAndAhead(long deadline, long now, long expected) =>
        Assert.Equal(expected, WakeupProbe.NextDeadline(deadline, now));

    [Fact]
    public void Identity_RecordedGuest_IsRead()
    {
        // Arrange
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        tree.Write("etc/os-release", "NAME=\"Debian GNU/Linux\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
        var pool = new byte[(2 * KvpPool.RecordBytes) + 100];
        "VirtualMachineId"u8.CopyTo(pool);
        "670093CC-C644-4167-8076-E9678D22C459"u8.CopyTo(pool.AsSpan(KvpPool.KeyBytes));
        "HostName"u8.CopyTo(pool.AsSpan(KvpPool.RecordBytes));
        "HV\u001b01"u8.CopyTo(pool.AsSpan(KvpPool.RecordBytes + KvpPool.KeyBytes));
        Directory.CreateDirectory(Path.Join(tree.Path, "var/lib/hyperv"));
        File.WriteAllBytes(Path.Join(tree.Path, "var/lib/hyperv/.kvp_pool_3"), pool);

        // Act
        var identity = new LinuxIdentity(tree.Root).Read();

        // Assert
        Assert.Equal("Debian GNU/Linux 12 (bookworm)", identity.OsDescription);
        Assert.Equal("6.1.0-56-cloud-amd64", identity.KernelVersion);
        Assert.Equal(2, identity.LogicalProcessors);
        Assert.NotEqual(Guid.Empty, identity.BootId);
        Assert.Contains(new("VirtualMachineId", "670093CC-C644-4167-8076-E9678D22C459"), identity.Hints);
        Assert.Contains(new("HostName", "HV?01"), identity.Hints);
    }

    [Fact]
    public void Identity_NoBootId_SaysWhatToDo()
    {
        // Arrange
        using var tree = GuestTree.Empty();

        // Act
        var fault = Assert.Throws<IOException>(() => new LinuxIdentity(tree.Root).Read());

        // Assert
        Assert.EndsWith($"has no boot id: mount procfs on {tree.Path}/proc", fault.Message, StringComparison.Ordinal);
    }
}
