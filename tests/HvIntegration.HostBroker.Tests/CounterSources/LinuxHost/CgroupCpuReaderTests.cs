using HvIntegration.CounterSources.LinuxHost;

namespace HvIntegration.HostBroker.Tests.CounterSources.LinuxHost;

public sealed class CgroupCpuReaderTests : IDisposable
{
    private const string FirstMounts =
        "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void GroupOf_BothVersionsMounted_PrefersTheOneWithTheController()
    {
        Assert.Equal("1/vms/vm1", CgroupCpuReader.GroupOf("9:name=systemd:/\n1:cpu,cpuacct:/vms/vm1\n0::/other\n"));
        Assert.Equal("2/vms/vm1", CgroupCpuReader.GroupOf("0::/vms/vm1\n"));
        Assert.Null(CgroupCpuReader.GroupOf("9:name=systemd:/\n"));
    }

    [Fact]
    public void Read_VersionOneQuota_GivesProcessorsAndThrottledTime()
    {
        _root.File("sys/fs/cgroup/cpu/vm1/cpu.cfs_quota_us", "50000\n");
        _root.File("sys/fs/cgroup/cpu/vm1/cpu.cfs_period_us", "100000\n");
        _root.File("sys/fs/cgroup/cpu/vm1/cpu.stat", "nr_periods 10\nnr_throttled 4\nthrottled_time 2500000000\n");
        _root.File("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
        _root.File("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");

        var quota = Reader(FirstMounts).Read("1/vm1");

        Assert.Equal(new CpuQuota(0.5, 2.5, false, "cgroup cpu.cfs_quota_us"), quota);
    }

    [Fact]
    public void Read_VersionTwoTighterAncestor_IsTheCapAndShared()
    {
        const string mounts = "41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
        _root.File("sys/fs/cgroup/vms/vm1/cpu.max", "max 100000\n");
        _root.File("sys/fs/cgroup/vms/cpu.max", "150000 100000\n");
        _root.File("sys/fs/cgroup/vms/cpu.stat", "usage_usec 1\nthrottled_usec 3000000\n");

        var quota = Reader(mounts).Read("2/vms/vm1");

        Assert.Equal(new CpuQuota(1.5, 3, true, "cgroup cpu.max"), quota);
    }

    // A container engine mounts its own part of the hierarchy a second time, later than the whole of it.
    [Theory]
    [InlineData("/docker/abc")]
    [InlineData("/machine/vm")]
    public void Read_SecondMountOfAnotherPart_TakesTheMountThatHoldsTheGroup(string root)
    {
        _root.File("sys/fs/cgroup/cpu/machine/vm1/cpu.cfs_quota_us", "50000\n");
        _root.File("sys/fs/cgroup/cpu/machine/vm1/cpu.cfs_period_us", "100000\n");
        string mounts = FirstMounts + $"99 98 0:30 {root} /srv/part/cpu rw - cgroup cgroup rw,cpu\n";

        Assert.Equal(0.5, Reader(mounts).Read("1/machine/vm1")?.Processors);
    }

    [Fact]
    public void Read_MountOfItsOwnPart_FindsTheGroupBelowIt()
    {
        _root.File("sys/fs/cgroup/part/vm1/cpu.max", "50000 100000\n");

        Assert.Equal(0.5, Reader("41 31 0:38 /machine /sys/fs/cgroup/part rw - cgroup2 cgroup2 rw\n").Read("2/machine/vm1")?.Processors);
    }

    [Fact]
    public void Read_NoQuotaAnywhere_IsUncapped()
    {
        _root.File("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
        _root.File("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");

        Assert.Null(Reader(FirstMounts).Read("1/"));
    }

    private CgroupCpuReader Reader(string mounts)
    {
        var reader = new CgroupCpuReader(new HostFiles("/nowhere", Path.Join(_root.Path, "sys")));
        reader.UseMounts(MountTable.Parse(mounts));
        return reader;
    }
}
