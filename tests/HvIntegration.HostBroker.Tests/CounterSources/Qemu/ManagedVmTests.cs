using HvIntegration.CounterSources;
using HvIntegration.CounterSources.Qemu;
using HvIntegration.HostBroker.Tests.CounterSources.LinuxHost;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.CounterSources.Qemu;

/// <summary>VMs of libvirt and Proxmox over a made host: the files of the manager, /proc and /sys, and no monitor at all.</summary>
public sealed class ManagedVmTests : IDisposable
{
    private static readonly Guid Id = Guid.Parse("7d1f2a3b-0c4d-4e5f-8a9b-1c2d3e4f5a6b");
    private readonly TemporaryFolder _folder = new();

    public ManagedVmTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs symbolic links as Linux has them");
        _folder.File("proc/self/mountinfo", "41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        _folder.File("proc/stat", "cpu0 100 0 50 9000 0 0 0 0 0 0\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Parse_StatusOfLibvirt_HasProcessThreadsStateAndMemory()
    {
        var vm = LibvirtDomain.Parse(HostFixtures.Text("libvirt/web01.xml"));

        Assert.NotNull(vm);
        Assert.Equal(("libvirt/web01", 4711, "web01", Id), (vm.Key, vm.Process, vm.Name, vm.Uuid));
        Assert.Equal([(0, 4713), (1, 4714)], vm.Processors);
        Assert.Equal((PartitionState.Paused, "io-error"), (vm.State, vm.StopReason));
        Assert.Equal((2L << 30, "cid:3"), (vm.MemoryBytes, vm.AgentAddress));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<domain><name>off</name></domain>")]
    [InlineData("<domstatus state='running' pid='x'><domain><name>a</name></domain></domstatus>")]
    [InlineData("<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><domstatus state='running' pid='1'><domain><name>&e;</name></domain></domstatus>")]
    public void Parse_OtherText_IsNoVm(string text) => Assert.Null(LibvirtDomain.Parse(text));

    [Theory]
    [InlineData("-name\0web 01,debug-threads=on\0-smbios\0type=1,uuid=7d1f2a3b-0c4d-4e5f-8a9b-1c2d3e4f5a6b\0-m\04096\0", "web 01", 4096)]
    [InlineData("-name\0guest=a,,b,debug-threads=on\0-uuid\07d1f2a3b-0c4d-4e5f-8a9b-1c2d3e4f5a6b\0-m\0size=1048576k,slots=4\0", "a,b", 1024)]
    public void Parse_CommandLine_HasNameUuidAndMemory(string text, string name, double mebibytes)
    {
        var line = QemuCommandLine.Parse("/usr/bin/kvm\0-id\0100\0" + text);

        Assert.Equal((name, Id, mebibytes * (1 << 20)), (line.Name, line.Uuid, line.MemoryBytes));
    }

    [Fact]
    public async Task Read_VmOfLibvirt_HasRunTimeCapDisksAndStateWithoutAMonitor()
    {
        _folder.File("libvirt/web01.xml", HostFixtures.Text("libvirt/web01.xml"));
        Process(4711, "qemu-system-x86", (4713, "CPU 0/KVM"), (4714, "CPU 1/KVM"));
        const string scope = "machine.slice/machine-qemu\\x2d1\\x2dweb01.scope";
        _folder.File("proc/4711/cgroup", $"0::/{scope}/libvirt/emulator\n");
        _folder.File("proc/4711/task/4713/cgroup", $"0::/{scope}/libvirt/vcpu0\n");
        _folder.File("proc/4711/task/4714/cgroup", $"0::/{scope}/libvirt/vcpu1\n");
        _folder.File($"sys/fs/cgroup/{scope}/libvirt/vcpu0/cpu.max", "50000 100000\n");
        _folder.File($"sys/fs/cgroup/{scope}/libvirt/vcpu1/cpu.max", "50000 100000\n");
        _folder.File($"sys/fs/cgroup/{scope}/io.stat", "8:0 rbytes=8192 wbytes=4096 rios=2 wios=1 dbytes=0 dios=0\n253:0 rbytes=8192 wbytes=4096 rios=2 wios=1\n");
        Disk("8:0", "sda");
        Disk("253:0", "dm-0");
        _folder.File("sys/class/block/dm-0/slaves/sda", "");

        var reading = await ReadAsync();

        Assert.Empty(reading.Faults);
        var vm = Assert.Single(reading.Partitions);
        Assert.Equal(
            (Id, "web01", PartitionState.Paused, "io-error", 2, 1.0, "cid:3"), (vm.Id, vm.Name, vm.State, vm.StopReason, vm.VirtualProcessors, vm.CpuLimit, vm.AgentAddress));
        Assert.Equal(4.713, Value(reading, HostMetrics.VpRunTime, "0"), 3);
        Assert.Equal(0.5, Value(reading, HostMetrics.VpWaitTime, "1"), 3);
        Assert.Equal(2, Value(reading, HostMetrics.DiskOperations, "sda|read"));
        Assert.Equal(4096, Value(reading, HostMetrics.DiskIo, "sda|write"));
        Assert.True(double.IsNaN(Value(reading, HostMetrics.DiskIo, "dm-0|write")));
        Assert.Equal(2L << 30, Value(reading, HostMetrics.MemoryMaximum, ""));
    }

    [Fact]
    public async Task Read_VmOfProxmox_IsKnownByItsProcess()
    {
        _folder.File("qemu-server/100.pid", "900\n");
        Process(900, "kvm", (901, "CPU 0/KVM"), (902, "IO iothread0"));
        _folder.File("proc/900/cmdline", "/usr/bin/kvm\0-id\0100\0-name\0web01,debug-threads=on\0-smbios\0type=1,uuid=7d1f2a3b-0c4d-4e5f-8a9b-1c2d3e4f5a6b\0-m\02048\0");

        var reading = await ReadAsync();

        var vm = Assert.Single(reading.Partitions);
        Assert.Equal((Id, "web01", 1, 2L << 30), (vm.Id, vm.Name, vm.VirtualProcessors, vm.MemoryMaximumBytes));
        Assert.Equal(0.901, Value(reading, HostMetrics.VpRunTime, "0"), 3);
        Assert.Empty(reading.Faults);
    }

    [Fact]
    public async Task Read_FileOfAVmThatEnded_IsNoVm()
    {
        _folder.File("qemu-server/100.pid", "900\n");
        Process(900, "sshd", (901, "CPU 0/KVM"));

        Assert.Empty((await ReadAsync()).Partitions);
    }

    private void Process(int process, string name, params (int Id, string Name)[] threads)
    {
        Thread($"proc/{process}", process, name);
        foreach (var (id, threadName) in threads)
        {
            Thread($"proc/{process}/task/{id}", id, threadName);
        }
    }

    private void Thread(string folder, int id, string name)
    {
        _folder.File(folder + "/stat", $"{id} ({name}) S 1 1 1 0 -1 0 0 0 0 0 100 50 0 0 20 0 4 0 {id} 1000 200 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
        _folder.File(folder + "/comm", name + "\n");
        _folder.File(folder + "/schedstat", $"{id * 1_000_000L} 500000000 30\n");
    }

    private void Disk(string number, string name)
    {
        _folder.File($"sys/class/block/{name}/size", "8\n");
        _folder.Link("sys/dev/block/" + number, "../../class/block/" + name);
    }

    private async Task<CounterReading> ReadAsync()
    {
        await using var source = new QemuCounterSource(
            new QemuOptions
            {
                SocketFolder = Path.Join(_folder.Path, "none"), LibvirtFolder = Path.Join(_folder.Path, "libvirt"), ProxmoxFolder = Path.Join(_folder.Path, "qemu-server"),
                ProcRoot = Path.Join(_folder.Path, "proc"), SysRoot = Path.Join(_folder.Path, "sys"),
            },
            TimeProvider.System);
        return await source.ReadAsync(0, TestContext.Current.CancellationToken);
    }

    private static double Value(CounterReading reading, MetricDefinition metric, string instance) =>
        reading.Samples.Where(s => s.Partition == Id && s.Series == new SeriesKey(metric.Id, instance)).Select(s => s.Value).DefaultIfEmpty(double.NaN).Last();
}
