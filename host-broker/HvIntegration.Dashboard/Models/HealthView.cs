namespace HvIntegration.Dashboard.Models;

/// <summary>The monitor itself, as its page shows it.</summary>
/// <param name="Second">When it was read, host second.</param>
/// <param name="Batches">Batches taken in since the start; the next reading makes a rate of it.</param>
/// <param name="Bytes">Bytes of these batches.</param>
/// <param name="CpuSeconds">Processor time the broker has used.</param>
/// <param name="Ready">Whether the broker is ready.</param>
/// <param name="Faults">What is wrong, one sentence each.</param>
/// <param name="Numbers">Main values of the page.</param>
/// <param name="Drops">Rejected and dropped, most first.</param>
/// <param name="Facts">Facts about source, store and listeners.</param>
/// <param name="AgentSummary">How many agents are in which state.</param>
/// <param name="Agents">Agents, sorted by VM.</param>
public sealed record HealthView(
    double Second, long Batches, long Bytes, double CpuSeconds, bool Ready, IReadOnlyList<string> Faults, IReadOnlyList<HealthNumber> Numbers,
    IReadOnlyList<DropCount> Drops, IReadOnlyList<(string Name, string Value)> Facts, string AgentSummary, IReadOnlyList<AgentHealth> Agents)
{
    /// <summary>Before the first reading.</summary>
    public static HealthView Empty { get; } = new(0, 0, 0, 0, true, [], [], [], [], "", []);
}

/// <summary>A main value with its name and unit.</summary>
public sealed record HealthNumber(string Name, string Value, string Sub, double? Share = null);

/// <summary>Something refused or dropped.</summary>
public sealed record DropCount(string Reason, long Count);

/// <summary>One agent in the table of agents.</summary>
public sealed record AgentHealth(
    Guid Id, string Name, string State, Figure ClockError, Figure Cpu, Figure Memory, long Batches, long Bytes, long Dropped, string Remark);
