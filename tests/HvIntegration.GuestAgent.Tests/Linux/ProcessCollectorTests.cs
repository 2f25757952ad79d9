using System.Diagnostics;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Processes;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Tests.Linux;

/// <summary>The process table on a recorded guest and on this machine.</summary>
public class ProcessCollectorTests
{
    [Fact]
    public void Collect_RecordedGuest_ReadsEveryColumn()
    {
        // Arrange
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        using var collector = new ProcessCollector(tree.Root, 4096);
        var slots = new ProcessSlots(64);

        // Act
        var outcome = collector.Collect(slots, 20);

        // Assert
        Assert.Equal(CollectorStatus.Ok, outcome.Status);
        Assert.Equal(11, slots.ProcessesTotal);
        var init = Row(slots, 1, out var identity);
        Assert.Equal("init", identity.Name);
        Assert.Equal(830UL, identity.StartTimeMs);
        Assert.Equal(190_000, init[(int)ProcessColumn.CpuUserUs]);
        Assert.Equal(6_760_000, init[(int)ProcessColumn.CpuSystemUs]);
        Assert.Equal(435 * 4096, init[(int)ProcessColumn.ResidentBytes]);
        Assert.Equal('S', (char)init[(int)ProcessColumn.State]);
        Assert.Equal(1, init[(int)ProcessColumn.Threads]);
        Assert.True(init[(int)ProcessColumn.RunWaitUs] > 0);
    }

    [Fact]
    public void Collect_NameWithBracketAndBlank_IsWhole()
    {
        // Arrange
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        using var collector = new ProcessCollector(tree.Root, 4096);

        // Act
        collector.Collect(new ProcessSlots(64), 20);

        // Assert
        var entry = collector.WholeTable(100).Single(process => process.Definition.Pid == 132);
        Assert.Equal("a) (b c", entry.Definition.Name);
        Assert.Equal(1u, entry.Definition.ParentPid);
    }

    [Fact]
    public async Task Collect_CommandLineReadInTheBackground_ArrivesAsHash()
    {
        // Arrange
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        using var collector = new ProcessCollector(tree.Root, 4096);
        var slots = new ProcessSlots(64);
        var limit = Stopwatch.StartNew();

        // Act
        ulong hash = 0;
        while (hash == 0 && limit.Elapsed < TimeSpan.FromSeconds(20))
        {
            collector.Collect(slots, 20);
            hash = collector.WholeTable(100).Single(process => process.Definition.Pid == 136).Definition.CommandHash;
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        // Assert
        Assert.Equal(CommandHasher.Hash("sleep\01000\0"u8), hash);
    }

    [Fact]
    public void Collect_ProcessEndsAndNumberIsUsedAgain_IsAnotherProcess()
    {
        // Arrange
        using var tree = GuestTree.Empty();
        tree.Write("proc/loadavg", "0.00 0.00 0.00 1/1 42\n");
        tree.Write("proc/42/stat", Stat(42, "old", 100, 5));
        using var collector = new ProcessCollector(tree.Root, 4096);
        var slots = new ProcessSlots(8);
        collector.Collect(slots, 8);

        // Act
        tree.Write("proc/loadavg", "0.00 0.00 0.00 1/1 43\n");
        tree.Write("proc/42/stat", Stat(42, "new", 900, 1));
        collector.Collect(slots, 8);
        tree.Write("proc/loadavg", "0.00 0.00 0.00 1/1 44\n");
        collector.Collect(slots, 8);

        // Assert
        Row(slots, 42, out var identity);
        Assert.Equal("new", identity.Name);
        Assert.Equal(9000UL, identity.StartTimeMs);
    }

    [Fact]
    public void Collect_RunTimeStandsStill_StatIsReadEveryTenthTimeOnly()
    {
        // Arrange: nothing is selected, so only the schedule decides what is read.
        using var tree = GuestTree.Empty();
        tree.Write("proc/loadavg", "0.00 0.00 0.00 1/1 42\n");
        tree.Write("proc/42/stat", Stat(42, "idle", 100, 5));
        tree.Write("proc/42/schedstat", "7000 30 2\n");
        using var collector = new ProcessCollector(tree.Root, 4096);
        var slots = new ProcessSlots(8);
        for (var warm = 0; warm < 3; warm++)
        {
            collector.Collect(slots, 0);
        }

        // Act
        tree.Write("proc/42/stat", Stat(42, "idle", 100, 9));
        var seen = new List<long>();
        for (var read = 0; read < 10; read++)
        {
            collector.Collect(slots, 0);
            seen.Add(CpuUser(collector));
        }

        tree.Write("proc/42/stat", Stat(42, "idle", 100, 12));
        tree.Write("proc/42/schedstat", "7001 30 3\n");
        collector.Collect(slots, 0);

        // Assert
        Assert.Equal(50_000, seen[0]);
        Assert.Equal(90_000, seen[^1]);
        Assert.Equal(120_000, CpuUser(collector));
    }

    [Fact]
    public void Collect_KernelWithoutSchedulerStatistics_StatIsReadEachTime()
    {
        // Arrange
        using var tree = GuestTree.Empty();
        tree.Write("proc/loadavg", "0.00 0.00 0.00 1/1 42\n");
        tree.Write("proc/42/schedstat", "0 0 0\n");
        using var collector = new ProcessCollector(tree.Root, 4096);
        var slots = new ProcessSlots(8);

        for (var ticks = 1; ticks < 12; ticks++)
        {
            // Act
            tree.Write("proc/42/stat", Stat(42, "idle", 100, ticks));
            collector.Collect(slots, 0);

            // Assert
            Assert.Equal(ticks * 10_000, CpuUser(collector));
        }
    }

    [Fact]
    public void Collect_ManyEqualProcesses_KeepTheirSlots()
    {
        // Arrange: 40 alike, whose CPU time wobbles by a tick.
        using var tree = GuestTree.Empty();
        using var collector = new ProcessCollector(tree.Root, 4096);
        var slots = new ProcessSlots(16);
        var changes = 0;

        // Act
        for (var second = 0; second < 30; second++)
        {
            tree.Write("proc/loadavg", $"0.00 0.00 0.00 1/1 {second + 1}\n");
            for (var pid = 1; pid <= 40; pid++)
            {
                tree.Write($"proc/{pid}/stat", Stat(pid, "same", 1, (second * 10) + ((pid * 7) + second) % 3));
            }

            collector.Collect(slots, 10);
            changes += second < 5 ? 0 : Enumerable.Range(0, 16).Count(slots.IsRedefined);
            slots.ClearRedefined();
        }

        // Assert
        Assert.Equal(10, Enumerable.Range(0, 16).Count(slots.IsPresent));
        Assert.True(changes <= 2, $"{changes} definitions in 25 seconds");
    }

    [Fact]
    public void Collect_HogAppears_IsSelectedAtOnce()
    {
        // Arrange
        using var tree = GuestTree.Empty();
        using var collector = new ProcessCollector(tree.Root, 4096);
        var slots = new ProcessSlots(16);
        for (var second = 0; second < 3; second++)
        {
            tree.Write("proc/loadavg", $"0.00 0.00 0.00 1/1 {second + 1}\n");
            for (var pid = 1; pid <= 20; pid++)
            {
                tree.Write($"proc/{pid}/stat", Stat(pid, "calm", 1, second));
            }

            collector.Collect(slots, 5);
        }

        // Act
        tree.Write("proc/loadavg", "0.00 0.00 0.00 1/1 99\n");
        tree.Write("proc/99/stat", Stat(99, "hog", 500, 95));
        collector.Collect(slots, 5);

        // Assert
        Row(slots, 99, out var identity);
        Assert.Equal("hog", identity.Name);
    }

    [Fact]
    public void Collect_DescriptorsScarce_ReadsAllTheSame()
    {
        // Arrange
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        using var collector = new ProcessCollector(tree.Root, 4096, descriptorsMax: 2);
        var slots = new ProcessSlots(64);

        // Act
        collector.Collect(slots, 20);
        collector.Collect(slots, 20);

        // Assert
        Assert.Equal(11, slots.ProcessesTotal);
        Assert.Equal(11, collector.WholeTable(100).Count);
        Assert.Equal(3, collector.WholeTable(3).Count);
    }

    [Fact]
    public void Collect_BusyLoopAndWrittenFile_ShowInTheOwnRow()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("reads /proc of a Linux machine");
        }

        // Arrange
        using var collector = new ProcessCollector(new("/"), Environment.SystemPageSize);
        var slots = new ProcessSlots(64);
        collector.Collect(slots, 64);
        var before = Own(collector);
        var folder = Directory.CreateTempSubdirectory("hvi-write-");
        try
        {
            // Act
            var file = Path.Join(folder.FullName, "data");
            File.WriteAllBytes(file, new byte[1 << 20]);
            var start = Process.GetCurrentProcess().TotalProcessorTime;
            while (Process.GetCurrentProcess().TotalProcessorTime - start < TimeSpan.FromMilliseconds(100))
            {
            }

            collector.Collect(slots, 64);
            collector.Collect(slots, 64);

            // Assert
            var after = Own(collector);
            Assert.True(after.Values[(int)ProcessColumn.CpuUserUs] + after.Values[(int)ProcessColumn.CpuSystemUs]
                >= before.Values[(int)ProcessColumn.CpuUserUs] + before.Values[(int)ProcessColumn.CpuSystemUs] + 80_000);
            if (File.Exists("/proc/self/io") && new DriveInfo(folder.FullName).DriveFormat != "tmpfs")
            {
                Assert.True(after.Values[(int)ProcessColumn.WriteBytes] >= before.Values[(int)ProcessColumn.WriteBytes] + (1 << 20));
            }

            Assert.True(after.Values[(int)ProcessColumn.ResidentBytes] > 1 << 20);
        }
        finally
        {
            folder.Delete(true);
        }
    }

    private static ProcessEntry Own(ProcessCollector collector) =>
        collector.WholeTable(int.MaxValue).Single(process => process.Definition.Pid == Environment.ProcessId);

    private static long CpuUser(ProcessCollector collector) =>
        collector.WholeTable(1).Single().Values[(int)ProcessColumn.CpuUserUs];

    private static string Stat(int pid, string name, long start, long ticks) =>
        $"{pid} ({name}) S 1 1 1 0 -1 4194304 0 0 0 0 {ticks} 0 0 0 20 0 1 0 {start} 1000000 100 18446744073709551615 0 0\n";

    private static ReadOnlySpan<long> Row(ProcessSlots slots, int pid, out ProcessIdentity identity)
    {
        for (var slot = 0; slot < slots.Capacity; slot++)
        {
            if (slots.Identity(slot) is { } found && found.Pid == pid)
            {
                Assert.True(slots.IsPresent(slot));
                identity = found;
                return slots.Row(slot);
            }
        }

        throw new Xunit.Sdk.XunitException($"process {pid} is in no slot");
    }
}
