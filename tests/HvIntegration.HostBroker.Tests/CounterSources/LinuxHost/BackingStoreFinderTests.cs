using HvIntegration.CounterSources.LinuxHost;

namespace HvIntegration.HostBroker.Tests.CounterSources.LinuxHost;

public sealed class BackingStoreFinderTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Find_ImageOnPartition_IsTheWholeDisk()
    {
        Partition();

        var store = Finder("27 1 8:1 / / rw - ext4 /dev/sda1 rw\n").Find("/nowhere/images/vm1.qcow2");

        Assert.Equal(new BackingStore("sda", "sda"), store);
    }

    [Fact]
    public void Find_ImageOnFileSystemWithItsOwnDeviceNumber_FollowsTheSource()
    {
        Partition();

        var store = Finder("27 1 0:33 / / rw - btrfs /dev/sda1 rw\n").Find("/nowhere/vm1.raw");

        Assert.Equal(new BackingStore("sda", "sda"), store);
    }

    [Fact]
    public void Find_NetworkShareOrTmpfs_HasANameAndNoBlockDevice()
    {
        var finder = Finder("27 1 0:40 / /nowhere/nfs rw - nfs4 filer:/vm rw\n28 1 0:41 / /nowhere/tmp rw - tmpfs tmpfs rw\n");

        Assert.Equal(new BackingStore("nfs4 filer:/vm", null), finder.Find("/nowhere/nfs/a"));
        Assert.Equal(new BackingStore("tmpfs /nowhere/tmp", null), finder.Find("/nowhere/tmp/a"));
        Assert.Null(finder.Find("rbd:pool/image"));
    }

    private void Partition()
    {
        _root.File("sys/devices/pci0/sda/sda1/partition", "1\n");
        _root.Link("sys/dev/block/8:1", "../../devices/pci0/sda/sda1");
        _root.Link("sys/class/block/sda1", "../../devices/pci0/sda/sda1");
    }

    private BackingStoreFinder Finder(string mounts)
    {
        var finder = new BackingStoreFinder(new HostFiles("/nowhere", Path.Join(_root.Path, "sys")));
        finder.UseMounts(MountTable.Parse(mounts));
        return finder;
    }
}
