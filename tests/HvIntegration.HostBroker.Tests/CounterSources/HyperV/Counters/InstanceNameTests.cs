using HvIntegration.CounterSources;
using HvIntegration.CounterSources.HyperV;
using HvIntegration.CounterSources.HyperV.Counters;
using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.CounterSources.HyperV.Counters;

/// <summary>Uplinks, stores and names of VMs as a real host writes them.</summary>
public sealed class InstanceNameTests
{
    private const string Interface = "Network Interface";
    private const string Adapter = "Network Adapter";
    private const string Received = "Bytes Received/sec";
    private const string Device = "Hyper-V Virtual Storage Device";
    private static readonly Guid Web = Guid.Parse("17808674-b02d-408c-9ab8-a85700685ff7");

    [Theory]
    [InlineData(0, 900)]
    [InlineData(900, 0)]
    public void Uplink_AdapterUnderASwitch_HasTheGreaterOfBothSets(double ofInterface, double ofAdapter)
    {
        // Act
        var samples = Emit(new VmDirectory([]), (Interface, "Intel[R] X710 _2", Received, ofInterface), (Adapter, "intel[r] x710 _2", Received, ofAdapter));
        // Assert
        var uplink = Assert.Single(samples, s => s.Series.MetricId == HostMetrics.UplinkIo.Id);
        Assert.Equal(900, uplink.Value);
        Assert.Contains("Intel[R] X710 _2", uplink.Series.Instance, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Intel[R] X710#1")]
    [InlineData("Intel[R] X710-WFP Native MAC Layer LightWeight Filter-0000")]
    [InlineData("Intel[R] X710-QoS Packet Scheduler-0000")]
    [InlineData("Hyper-V Virtual Ethernet Adapter _3")]
    [InlineData("Hyper-V Virtual Switch Extension Adapter")]
    [InlineData("WAN Miniport [IP]")]
    public void Uplink_RowThatIsNoAdapterOfItsOwn_IsLeftOut(string instance)
    {
        // Act
        var samples = Emit(new VmDirectory([]), (Adapter, "Intel[R] X710", Received, 5), (Adapter, instance, Received, 900));
        // Assert
        Assert.Equal(5, Assert.Single(samples, s => s.Series.MetricId == HostMetrics.UplinkIo.Id).Value);
    }

    [Theory]
    [InlineData(@"C:\ClusterStorage\CSV-01\web\disk.vhdx", "C:-ClusterStorage-CSV-01-web-disk.vhdx", "C:-CLUSTERSTORAGE-CSV-01")]
    [InlineData(@"C:\ClusterStorage\CSV-02\web\disk.vhdx", "--?-C:-ClusterStorage-CSV-02-web-disk.vhdx", "C:-CLUSTERSTORAGE-CSV-02")]
    [InlineData(@"\\FS-01\vm-store\web.vhdx", "--?-UNC-FS-01-vm-store-web.vhdx", "UNC-FS-01-VM-STORE")]
    [InlineData(@"\\?\UNC\FS-02\vm-store\web.vhdx", "--?-UNC-FS-02-vm-store-web.vhdx", "UNC-FS-02-VM-STORE")]
    [InlineData(@"D:\VMs\web.vhdx", "D:-VMs-web.vhdx", "D:")]
    public void Store_NameWithAHyphen_IsThatOfThePathInTheInventory(string path, string instance, string store)
    {
        // Act
        var samples = Emit(new VmDirectory([new HyperVVm(Web, "web") { Disks = [new HyperVDisk(path, 0, 0)] }]), (Device, instance, "Read Bytes/sec", 1));
        // Assert
        Assert.EndsWith(store, Assert.Single(samples, s => s.Series.MetricId == HostMetrics.DiskStore.Id).Series.Instance, StringComparison.Ordinal);
    }

    [Fact]
    public void Store_RecordingWithRowsOfTheVolume_IsThatVolume()
    {
        // Act
        var samples = Emit(
            new VmDirectory([]), ("Cluster CSV File System", "CSV-01", "Reads/sec", 1), (Device, "C:-ClusterStorage-CSV-01-web-disk.vhdx", "Read Bytes/sec", 1));
        // Assert
        Assert.EndsWith("C:-CLUSTERSTORAGE-CSV-01", Assert.Single(samples, s => s.Series.MetricId == HostMetrics.DiskStore.Id).Series.Instance, StringComparison.Ordinal);
    }

    [Fact]
    public void Disk_ImageOfADisc_IsNoDataDisk() =>
        Assert.DoesNotContain(Emit(new VmDirectory([]), (Device, "D:-ISO-server.iso", "Read Bytes/sec", 1)), s => s.Series.MetricId == HostMetrics.DiskIo.Id);

    [Fact]
    public void Name_EndsWithANumberSign_IsThatVmAndNoDuplicate()
    {
        // Arrange
        var directory = new VmDirectory([new HyperVVm(Web, "Test#1") { State = PartitionState.Running }]);
        // Act
        var samples = Emit(directory, ("Hyper-V Dynamic Memory VM", "Test#1", "Physical Memory", 512), ("Hyper-V Dynamic Memory VM", "Test#1", "Current Pressure", 80));
        // Assert
        Assert.Equal(Web, Assert.Single(samples, s => s.Series.MetricId == HostMetrics.MemoryPressure.Id).Partition);
    }

    [Fact]
    public void Name_TwoVmsOfOneName_AreStillAGroup()
    {
        // Act
        var samples = Emit(
            new VmDirectory([]), ("Hyper-V Dynamic Memory VM", "Test", "Current Pressure", 80), ("Hyper-V Dynamic Memory VM", "Test#1", "Current Pressure", 90));
        // Assert
        Assert.DoesNotContain(samples, s => s.Series.MetricId == HostMetrics.MemoryPressure.Id);
    }

    private static IReadOnlyList<HostSample> Emit(VmDirectory directory, params (string Set, string Instance, string Counter, double Value)[] rows)
    {
        var plan = new CounterPlan([.. rows.Select(r => new CounterPath("HOST", r.Set, r.Instance, r.Counter))], new VmHints(), directory);
        var samples = new HostSampleList();
        new CounterRowSampler(plan, 1, mayBeCapped: false).Emit(rows.Select(r => r.Value).ToArray(), 1_000_000_000, 2_000_000_000, samples, []);
        return samples.Samples;
    }
}
