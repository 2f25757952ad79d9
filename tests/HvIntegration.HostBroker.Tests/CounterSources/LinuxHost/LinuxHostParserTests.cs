using HvIntegration.CounterSources.LinuxHost;

namespace HvIntegration.HostBroker.Tests.CounterSources.LinuxHost;

public class LinuxHostParserTests
{
    private const string Host = "linux-6.18/";

    [Fact]
    public void SchedStat_RealThread_GivesRunWaitAndSlices()
    {
        Assert.True(SchedStat.TryParse(HostFixtures.Text(Host + "proc/8138/task/8142/schedstat"), out var stat));

        Assert.Equal(new SchedStat(113_291_538, 2_878_962, 51), stat);
    }

    [Fact]
    public void TaskStat_RealProcess_GivesTicksStartAndPages()
    {
        Assert.True(TaskStat.TryParse(HostFixtures.Text(Host + "proc/8138/stat"), out var stat));

        Assert.Equal(new TaskStat("qemu-system-x86", 19, 172_314, 11_844), stat);
    }

    [Fact]
    public void TaskStat_NameWithBracketsAndBlanks_CountsFieldsFromTheLastBracket()
    {
        string text = HostFixtures.Text(Host + "proc/8138/stat").Replace("qemu-system-x86", "a) R 1 (b", StringComparison.Ordinal);

        Assert.True(TaskStat.TryParse(text, out var stat));

        Assert.Equal("a) R 1 (b", stat.Name);
        Assert.Equal(172_314UL, stat.StartTicks);
    }

    [Fact]
    public void ProcessorTimes_IdleAndIoWait_AreNotBusy()
    {
        var times = ProcessorTimes.Parse("cpu  1 2 3 4\ncpu0 100 20 30 4000 500 6 7 8 90 0\ncpu1 1 0 0 9 9 0 0 0 0 0\nintr 5\n");

        Assert.Equal([(0, 1.71), (1, 0.01)], times);
    }

    [Fact]
    public void ProcessorTimes_RealHost_HasBothProcessors()
    {
        var times = ProcessorTimes.Parse(HostFixtures.Text(Host + "proc/stat"));

        Assert.Equal([0, 1], times.Select(t => t.Number));
        Assert.All(times, t => Assert.InRange(t.BusySeconds, 1, 100_000));
    }

    [Fact]
    public void DiskStatistics_RealHost_HasTheRootDisk()
    {
        var disk = DiskStatistics.Parse("254 0 vda 35208 8038 3857506 41262 11958 16658 9859488 30976 0 28632 73134 4072 62 197912 815 1092 79\nshort line\n")["vda"];

        Assert.Equal(new DiskStatistics(35_208, 3_857_506 * 512.0, 41.262, 11_958, 9_859_488 * 512.0, 30.976, 73.134), disk);
        Assert.Contains("vda", DiskStatistics.Parse(HostFixtures.Text(Host + "proc/diskstats")));
    }

    [Fact]
    public void MountTable_RealHost_FindsTheLongestMount()
    {
        var mounts = MountTable.Parse(HostFixtures.Text(Host + "proc/self/mountinfo"));

        Assert.Equal("/", mounts.Find("/var/lib/images/a.qcow2")?.MountPoint);
        Assert.Equal("/dev/shm", mounts.Find("/dev/shm/a")?.MountPoint);
        Assert.Equal("254:0", mounts.Find("/devices/a")?.Device);
    }

    [Fact]
    public void MountTable_EscapedMountPoint_IsReadable()
    {
        var mounts = MountTable.Parse(@"40 1 8:1 / /srv/my\040images rw shared:1 - ext4 /dev/sda1 rw");

        Assert.Equal("/dev/sda1", mounts.Find("/srv/my images/a")?.Source);
    }

    [Fact]
    public void PressureFile_RealHost_GivesSomeAndFull()
    {
        var stalls = PressureFile.Parse(HostFixtures.Text(Host + "proc/pressure/cpu"));

        Assert.Equal(["some", "full"], stalls.Select(s => s.Stall));
        Assert.True(stalls[0].Seconds > 1);
    }

    [Fact]
    public void MemoryInfo_RealHost_GivesBytes()
    {
        var memory = MemoryInfo.Parse(HostFixtures.Text(Host + "proc/meminfo"));

        Assert.InRange(memory.AvailableBytes, 1e9, memory.TotalBytes);
        Assert.True(double.IsNaN(MemoryInfo.Parse("").TotalBytes));
    }

    [Fact]
    public void Parsers_MutatedFiles_NeverThrow()
    {
        var random = new Random(1);
        string[] texts = [.. new[] { "proc/stat", "proc/meminfo", "proc/diskstats", "proc/self/mountinfo", "proc/8138/stat", "proc/pressure/io" }
            .Select(f => HostFixtures.Text(Host + f))];
        for (int i = 0; i < 2000; i++)
        {
            char[] text = texts[i % texts.Length].ToCharArray();
            for (int n = random.Next(1, 20); n > 0; n--)
            {
                text[random.Next(text.Length)] = (char)random.Next(0, 128);
            }

            string mutated = new(text, 0, random.Next(text.Length + 1));
            _ = SchedStat.TryParse(mutated, out _);
            _ = TaskStat.TryParse(mutated, out _);
            ProcessorTimes.Parse(mutated);
            DiskStatistics.Parse(mutated);
            MountTable.Parse(mutated).Find("/a/b");
            PressureFile.Parse(mutated);
            MemoryInfo.Parse(mutated);
            CgroupCpuReader.GroupOf(mutated);
        }
    }
}
