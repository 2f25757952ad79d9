namespace HvIntegration.HostBroker.Tests.History;

/// <summary>Tests that measure the memory of this process, or take much of it: never beside others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryMeasured
{
    public const string Name = "memory of the process";
}
