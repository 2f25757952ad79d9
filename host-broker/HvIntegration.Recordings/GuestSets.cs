namespace HvIntegration.Recordings;

/// <summary>English names of the Windows guest's counter sets that are mapped.</summary>
internal static class GuestSets
{
    public const string Processor = "Processor";
    public const string ProcessorInformation = "Processor Information";
    public const string System = "System";
    public const string Memory = "Memory";
    public const string NumaNodeMemory = "NUMA Node Memory";
    public const string DynamicMemory = "Hyper-V Dynamic Memory Integration Service";
    public const string PhysicalDisk = "PhysicalDisk";
    public const string LogicalDisk = "LogicalDisk";
    public const string NetworkInterface = "Network Interface";
    public const string NetworkAdapter = "Network Adapter";
    public const string Tcp4 = "TCPv4";
    public const string Tcp6 = "TCPv6";
    public const string InputDelay = "User Input Delay per Session";
    public const string Process = "Process";
    public const string ProcessV2 = "Process V2";
}
