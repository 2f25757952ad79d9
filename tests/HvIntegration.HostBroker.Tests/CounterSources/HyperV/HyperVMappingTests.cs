using HvIntegration.Model;
using HvIntegration.CounterSources.HyperV;

namespace HvIntegration.HostBroker.Tests.CounterSources.HyperV;

/// <summary>Objects of <c>root\virtualization\v2</c>, shaped as its documentation says, become VMs.</summary>
public sealed class HyperVMappingTests
{
    private const string Vm = "4AB43180-FCFA-46FD-A5A0-55069A2AA367";

    [Fact]
    public void Map_HostAndOneVm_GivesTheVmWithAllOfItsSettings()
    {
        // Act
        var vm = Assert.Single(HyperVMapping.Map(Objects()));
        // Assert
        Assert.Equal(Guid.Parse(Vm), vm.Id);
        Assert.Equal("web: (1)", vm.Name);
        Assert.Equal(PartitionState.Running, vm.State);
        Assert.Equal(4321, vm.WorkerProcessId);
        Assert.Equal(4, vm.VirtualProcessors);
        Assert.Equal(new HyperVProcessor(50, 10, 200), vm.Processor);
        Assert.Equal(new HyperVMemory(true, 2_048, 1_024, 8_192, 20, 5_000), vm.Memory);
        Assert.Equal(3_000, vm.AssignedMb);
        Assert.Equal([new HyperVDisk(@"C:\VMs\web.vhdx", 500, 0)], vm.Disks);
        Assert.Equal("Netzwerkkarte", Assert.Single(vm.Nics).Name);
        Assert.Equal(1, vm.Checkpoints);
        Assert.Equal(2, vm.Generation);
        Assert.Equal("10.0.26100", vm.IntegrationVersion);
    }

    [Fact]
    public void Map_IntegrationServices_TellContactByNumberNotByCaption()
    {
        // Act
        var services = Assert.Single(HyperVMapping.Map(Objects())).Services.ToDictionary(s => s.Name);
        // Assert
        Assert.False(services["heartbeat"].IsWell);
        Assert.StartsWith("no contact", services["heartbeat"].Text, StringComparison.Ordinal);
        Assert.Null(services["time-sync"].IsWell);
        Assert.True(services["key-value"].IsWell);
    }

    [Theory]
    [InlineData(3, "off", PartitionState.Off)]
    [InlineData(6, "saved", PartitionState.Off)]
    [InlineData(9, "paused", PartitionState.Paused)]
    [InlineData(32773, "saving", PartitionState.Running)]
    [InlineData(32779, "fast-saved", PartitionState.Off)]
    [InlineData(32783, "hibernated", PartitionState.Off)]
    [InlineData(11, "resetting", PartitionState.Running)]
    [InlineData(4711, "state 4711", PartitionState.Unknown)]
    public void Map_EnabledState_IsSaidInHyperVsWords(long number, string text, object state)
    {
        // Arrange
        var objects = Objects(enabledState: number);
        // Act
        var vm = Assert.Single(HyperVMapping.Map(objects));
        // Assert
        Assert.Equal(text, vm.StateText);
        Assert.Equal(state, vm.State);
    }

    [Theory]
    [InlineData(6, 15, 0, PartitionActivity.Saved)]
    [InlineData(32773, 2, 0, PartitionActivity.Saved)]
    [InlineData(32779, 2, 0, PartitionActivity.Saved)]
    [InlineData(10, 2, 0, PartitionActivity.Starting)]
    [InlineData(2, 11, 32768, PartitionActivity.Checkpoint)]
    [InlineData(2, 11, 32769, PartitionActivity.Checkpoint)]
    [InlineData(2, 11, 32774, PartitionActivity.Migrating)]
    [InlineData(2, 11, 32772, PartitionActivity.None)]
    [InlineData(2, 2, 0, PartitionActivity.None)]
    public void Map_WhatIsDoneToAVm_IsItsActivity(long enabledState, long first, long second, object activity)
    {
        var objects = Objects(enabledState);
        objects.Of("Msvm_ComputerSystem")[1]["OperationalStatus"] = second == 0 ? new[] { first } : [first, second];

        Assert.Equal(activity, Assert.Single(HyperVMapping.Map(objects)).Activity);
    }

    [Fact]
    public void Map_OnlyTheListOfVms_GivesVmsWithoutSettings()
    {
        // Arrange: every other class refused.
        var objects = new CimObjects(new Dictionary<string, IReadOnlyList<CimRow>> { ["Msvm_ComputerSystem"] = [Row(("Name", Vm), ("ElementName", "web"), ("EnabledState", 2L))] }, []);
        // Act
        var vm = Assert.Single(HyperVMapping.Map(objects));
        // Assert
        Assert.Null(vm.Processor);
        Assert.Null(vm.Memory);
        Assert.Empty(vm.Disks);
    }

    [Theory]
    [InlineData(@"Microsoft:4AB43180-FCFA-46FD-A5A0-55069A2AA367\b637f346-6a0e-4dec-af52-bd70cb80a21d\0", true)]
    [InlineData(@"Microsoft:Definition\b637f346-6a0e-4dec-af52-bd70cb80a21d\Default", false)]
    [InlineData("Microsoft:4AB43180", false)]
    [InlineData("", false)]
    public void OwnerOf_InstanceId_IsTheVmOrNobody(string id, bool isVm) => Assert.Equal(isVm ? Guid.Parse(Vm) : null, HyperVMapping.OwnerOf(id));

    private static CimRow Row(params (string Name, object Value)[] properties)
    {
        var row = new CimRow();
        foreach (var (name, value) in properties)
        {
            row[name] = value;
        }

        return row;
    }

    private static CimObjects Objects(long enabledState = 2)
    {
        const string item = "<INSTANCE CLASSNAME=\"Msvm_KvpExchangeDataItem\"><PROPERTY NAME=\"Data\" TYPE=\"string\"><VALUE>10.0.26100</VALUE></PROPERTY>"
            + "<PROPERTY NAME=\"Name\" TYPE=\"string\"><VALUE>IntegrationServicesVersion</VALUE></PROPERTY></INSTANCE>";
        return new CimObjects(
            new Dictionary<string, IReadOnlyList<CimRow>>
            {
                ["Msvm_ComputerSystem"] =
                [
                    Row(("Name", "HOST01"), ("ElementName", "HOST01"), ("EnabledState", 2L)),
                    Row(("Name", Vm), ("ElementName", "web: (1)"), ("EnabledState", enabledState), ("ProcessID", 4321L), ("OnTimeInMilliseconds", "90000")),
                ],
                ["Msvm_VirtualSystemSettingData"] =
                [
                    Row(("InstanceID", "Microsoft:" + Vm), ("VirtualSystemIdentifier", Vm), ("VirtualSystemType", "Microsoft:Hyper-V:System:Realized"), ("VirtualSystemSubType", "Microsoft:Hyper-V:SubType:2"), ("Version", "9.0")),
                    Row(("InstanceID", "Microsoft:0D9F3F5E-0000-4000-8000-000000000001"), ("VirtualSystemIdentifier", Vm), ("VirtualSystemType", "Microsoft:Hyper-V:Snapshot:Realized")),
                ],
                ["Msvm_ProcessorSettingData"] =
                [
                    Row(("InstanceID", @"Microsoft:Definition\b637f346\Default"), ("VirtualQuantity", "64")),
                    Row(("InstanceID", $@"Microsoft:{Vm}\b637f346-6a0e-4dec-af52-bd70cb80a21d\0"), ("VirtualQuantity", "4"), ("Reservation", "10000"), ("Limit", "50000"), ("Weight", 200L)),
                ],
                ["Msvm_MemorySettingData"] =
                [
                    Row(("InstanceID", $@"Microsoft:{Vm}\4764334d-e001-4176-82ee-5594ec9b530e"), ("VirtualQuantity", "2048"), ("Reservation", "1024"), ("Limit", "8192"), ("DynamicMemoryEnabled", true), ("TargetMemoryBuffer", 20L), ("Weight", 5_000L)),
                ],
                ["Msvm_StorageAllocationSettingData"] =
                [
                    Row(("InstanceID", $@"Microsoft:{Vm}\83F8638B\0\0\L"), ("ResourceSubType", "Microsoft:Hyper-V:Virtual Hard Disk"), ("HostResource", new[] { @"C:\VMs\web.vhdx" }), ("IOPSLimit", "500"), ("IOPSReservation", "0")),
                    Row(("InstanceID", $@"Microsoft:{Vm}\83F8638B\1\0\L"), ("ResourceSubType", "Microsoft:Hyper-V:Virtual CD/DVD Disk"), ("HostResource", new[] { @"C:\iso\setup.iso" })),
                ],
                ["Msvm_SyntheticEthernetPort"] = [Row(("DeviceID", $@"Microsoft:{Vm}\3E6E9C29-55F6-44C7-AC81-A10E8039000E"), ("SystemName", Vm), ("ElementName", "Netzwerkkarte"), ("PermanentAddress", "00155D012345"))],
                ["Msvm_SummaryInformation"] = [Row(("Name", Vm), ("MemoryUsage", "3000"))],
                ["Msvm_HeartbeatComponent"] = [Row(("SystemName", Vm), ("EnabledState", 2L), ("OperationalStatus", new[] { 12L, 32775L }))],
                ["Msvm_TimeSyncComponent"] = [Row(("SystemName", Vm), ("EnabledState", 3L), ("OperationalStatus", new[] { 2L }))],
                ["Msvm_KvpExchangeComponent"] = [Row(("SystemName", Vm), ("EnabledState", 2L), ("OperationalStatus", new[] { 2L }), ("GuestIntrinsicExchangeItems", new[] { item }))],
            },
            []);
    }
}
