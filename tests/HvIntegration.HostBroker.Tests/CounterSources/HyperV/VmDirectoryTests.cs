using HvIntegration.CounterSources.HyperV.Counters;
using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.HyperV;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.CounterSources.HyperV;

/// <summary>Rows of counters find the VM they belong to, by what Hyper-V's management says.</summary>
public sealed class VmDirectoryTests
{
    private static readonly Guid First = Guid.Parse("17808674-b02d-408c-9ab8-a85700685ff7");
    private static readonly Guid Second = Guid.Parse("386eff58-961c-4b25-a727-ff20596a1de4");

    [Theory]
    [InlineData("sv101 (linux)", "sv101 [linux]")]
    [InlineData("db:1", "db:1")]
    [InlineData("a/b", "a_b")]
    [InlineData("Web-01", "web-01")]
    public void Names_SpecialCharacters_AreFoundAsTheProviderWritesThem(string name, string row)
    {
        // Act
        var owners = OwnersOfRunTime(new VmDirectory([Running(First, name)]), $"{row}:Hv VP 0");
        // Assert
        Assert.Equal([First], owners);
    }

    [Fact]
    public void Names_TwoRunningVmsOfOneName_BelongToNeither()
    {
        // Act
        var owners = OwnersOfRunTime(new VmDirectory([Running(First, "web"), Running(Second, "web")]), "web:Hv VP 0");
        // Assert
        Assert.DoesNotContain(First, owners);
        Assert.DoesNotContain(Second, owners);
    }

    [Fact]
    public void Names_OneOfTwoVmsIsOff_BelongToTheOneThatRuns()
    {
        // Act
        var owners = OwnersOfRunTime(new VmDirectory([Running(First, "web"), Running(Second, "web") with { State = PartitionState.Off }]), "web:Hv VP 0");
        // Assert
        Assert.Equal([First], owners);
    }

    [Fact]
    public void Names_RenamedWhileItRuns_AreBothItsOwnUntilItsNextStart()
    {
        // Arrange
        var before = new VmDirectory([Running(First, "old") with { OnTimeMs = 50_000 }]);
        var renamed = new VmDirectory([Running(First, "new") with { OnTimeMs = 60_000 }], before);
        var restarted = new VmDirectory([Running(First, "new") with { OnTimeMs = 1_000 }], renamed);
        // Act and assert
        Assert.Equal([First], OwnersOfRunTime(renamed, "old:Hv VP 0"));
        Assert.Equal([First], OwnersOfRunTime(renamed, "new:Hv VP 0"));
        Assert.DoesNotContain(First, OwnersOfRunTime(restarted, "old:Hv VP 0"));
    }

    [Fact]
    public void Names_ANewVmTakesTheFormerNameOfARunningOne_BelongToNeither()
    {
        // Arrange
        var before = new VmDirectory([Running(First, "web")]);
        // Act
        var after = new VmDirectory([Running(First, "web-old"), Running(Second, "web")], before);
        // Assert
        Assert.DoesNotContain(First, OwnersOfRunTime(after, "web:Hv VP 0"));
        Assert.DoesNotContain(Second, OwnersOfRunTime(after, "web:Hv VP 0"));
    }

    [Theory]
    [InlineData("C:-VMs-My Disk.vhdx")]
    [InlineData("--?-C:-VMs-My Disk.vhdx")]
    [InlineData("c:-vms-my disk.vhdx")]
    public void Disks_WithAndWithoutPrefixInAnyCase_AreFound(string row) =>
        Assert.Equal(First, new VmDirectory([WithDisk(First, @"C:\VMs\My Disk.vhdx")]).OwnerOfDisk(row));

    [Fact]
    public void Disks_OnAShare_AreFound() =>
        Assert.Equal(First, new VmDirectory([WithDisk(First, @"\\nas\vms\web.vhdx")]).OwnerOfDisk("--?-UNC-nas-vms-web.vhdx"));

    [Fact]
    public void Disks_AfterACheckpoint_AreFoundByTheNewLeaf()
    {
        // Arrange
        const string leaf = @"C:\VMs\web_44693CA9-5378-4C95-84C7-0D3656FDF226.avhdx";
        var before = new VmDirectory([WithDisk(First, @"C:\VMs\web.vhdx")]);
        // Act
        var after = new VmDirectory([WithDisk(First, leaf)], before);
        // Assert
        Assert.Equal(First, after.OwnerOfDisk("C:-VMs-web_44693CA9-5378-4C95-84C7-0D3656FDF226.avhdx"));
    }

    [Fact]
    public void Disks_SharedByTwoVms_BelongToNeither() =>
        Assert.Null(new VmDirectory([WithDisk(First, @"C:\s.vhds"), WithDisk(Second, @"C:\s.vhds")]).OwnerOfDisk("C:-s.vhds"));

    [Fact]
    public void Adapters_OneAdapterGuidUnderTwoVmsAndLocalisedNames_AreToldApartByTheVmsGuid()
    {
        // Arrange
        const string nic = "3E6E9C29-55F6-44C7-AC81-A10E8039000E";
        const string set = "Hyper-V Virtual Network Adapter";
        var directory = new VmDirectory([Running(First, "rp_x"), Running(Second, "ipva")]);
        // Act
        var samples = Emit(
            directory,
            (set, $"rp_x_Ältere Netzwerkkarte_{First.ToString().ToUpperInvariant()}--{nic}", "Bytes Received/sec"),
            (set, $"ipva_Network Adapter_{Second.ToString().ToUpperInvariant()}--{nic}", "Bytes Received/sec"));
        // Assert
        var received = samples.Where(s => s.Series.MetricId == HostMetrics.NicIo.Id).ToList();
        Assert.Equal([First, Second], received.Select(s => s.Partition));
        Assert.Contains("Ältere Netzwerkkarte", received[0].Series.Instance, StringComparison.Ordinal);
        Assert.DoesNotContain("rp_x", received[0].Series.Instance, StringComparison.Ordinal);
    }

    private static HyperVVm Running(Guid id, string name) => new(id, name) { State = PartitionState.Running, VirtualProcessors = 1 };

    private static HyperVVm WithDisk(Guid id, string path) => Running(id, "vm-" + id) with { Disks = [new HyperVDisk(path, 0, 0)] };

    private static IEnumerable<Guid> OwnersOfRunTime(VmDirectory directory, string instance) =>
        Emit(directory, ("Hyper-V Hypervisor Virtual Processor", instance, "% Total Run Time")).Where(s => s.Series.MetricId == HostMetrics.VpRunTime.Id).Select(s => s.Partition);

    private static IReadOnlyList<HostSample> Emit(VmDirectory directory, params (string Set, string Instance, string Counter)[] rows)
    {
        var map = new CounterPlan([.. rows.Select(r => new CounterPath("HOST", r.Set, r.Instance, r.Counter))], new VmHints(), directory);
        var samples = new HostSampleList();
        new CounterRowSampler(map, 1, mayBeCapped: false).Emit(Enumerable.Repeat(50.0, rows.Length).ToArray(), 1_000_000_000, 2_000_000_000, samples, []);
        return samples.Samples;
    }
}
