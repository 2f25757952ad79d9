namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>English names of the counter sets that are mapped.</summary>
internal static class HostSets
{
    public const string Hypervisor = "Hyper-V Hypervisor";
    public const string LogicalProcessor = "Hyper-V Hypervisor Logical Processor";
    public const string RootProcessor = "Hyper-V Hypervisor Root Virtual Processor";
    public const string VirtualProcessor = "Hyper-V Hypervisor Virtual Processor";
    public const string Balancer = "Hyper-V Dynamic Memory Balancer";
    public const string DynamicMemoryVm = "Hyper-V Dynamic Memory VM";
    public const string VidPartition = "Hyper-V VM Vid Partition";
    public const string StorageDevice = "Hyper-V Virtual Storage Device";
    public const string IdeController = "Hyper-V Virtual IDE Controller (Emulated)";
    public const string NetworkAdapter = "Hyper-V Virtual Network Adapter";
    public const string LegacyAdapter = "Hyper-V Legacy Network Adapter";
    public const string Bus = "Hyper-V Virtual Machine Bus";
    public const string LogicalDisk = "LogicalDisk";
    public const string WorkerProcessor = "Hyper-V Worker Virtual Processor";
    public const string Partition = "Hyper-V Hypervisor Partition";
    public const string DropReasons = "Hyper-V Virtual Network Adapter Drop Reasons";
    public const string Switch = "Hyper-V Virtual Switch";
    public const string ProviderPipes = "Hyper-V Virtual Machine Bus Provider Pipes";
    public const string PipeIo = "Hyper-V VM Virtual Device Pipe IO";
    public const string Health = "Hyper-V Virtual Machine Health Summary";
    public const string Replica = "Hyper-V Replica VM";
    public const string Memory = "Memory";
    public const string NumaMemory = "NUMA Node Memory";
    public const string PhysicalDisk = "PhysicalDisk";
    public const string ClusterVolume = "Cluster CSV File System";
    public const string NetworkInterface = "Network Interface";
    public const string HostAdapter = "Network Adapter";
    public const string LiveMigration = "Hyper-V VM Live Migration";
    public const string VidNode = "Hyper-V VM Vid Numa Node";
    public const string RootPartition = "Hyper-V Hypervisor Root Partition";
    public const string BusPipes = "Hyper-V Virtual Machine Bus Pipes";
    public const string SwitchPort = "Hyper-V Virtual Switch Port";
    public const string SwitchProcessor = "Hyper-V Virtual Switch Processor";
    public const string Remoting = "Hyper-V VM Remoting";
    public const string SaveRestore = "Hyper-V VM Save, Snapshot, and Restore";
}
