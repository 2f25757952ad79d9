using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Collection;

/// <summary>Reads every process of the guest and selects those worth sending.</summary>
internal interface IProcessCollector : IDisposable
{
    /// <summary>Stable lower-case name; the page <c>docs/collectors/&lt;name&gt;.md</c> explains it.</summary>
    string Name { get; }

    /// <summary>Reads all processes and fills <paramref name="slots"/> with the <paramref name="topN"/> that matter.</summary>
    /// <remarks>Ranking is stable: a process keeps its slot while it stays near the top. No allocation in a steady guest.</remarks>
    CollectOutcome Collect(ProcessSlots slots, int topN);

    /// <summary>The whole table as of the last read, for <c>ProcessTable</c>; at most <paramref name="rowsMax"/> rows.</summary>
    IReadOnlyList<ProcessEntry> WholeTable(int rowsMax);
}
