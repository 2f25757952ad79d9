using HvIntegration.CounterSources.HyperV;

namespace HvIntegration.HostBroker.Tests.CounterSources.HyperV;

/// <summary>Disks joined to VMs by their paths.</summary>
public sealed class VmNamesTests
{
    [Theory]
    [InlineData("web:01", "D:-VMs-web_01-web_01.vhdx")]
    [InlineData("web:01", "D:-VMs-web_01-Virtual Hard Disks-disk0.vhdx")]
    [InlineData("A<B>|C", "C:-ClusterStorage-Volume1-A_B__C.vhdx")]
    [InlineData("web/02", "D:-VMs-web_02-web_02.avhdx")]
    public void OwnerOfDisk_NameThatNoFileCanHave_IsFoundByWhatAFileCan(string vm, string disk)
    {
        var names = new VmNames("HV01", new Dictionary<string, Guid>(), VmDirectory.Empty);
        names.Note(vm, 0);
        names.Note("mail", 0);

        Assert.Equal(names.Id(vm), names.OwnerOfDisk(disk));
    }
}
