namespace HvIntegration.GuestAgent.Commands;

/// <summary>Exit statuses of every command; docs/agent.md lists them.</summary>
internal static class ExitStatus
{
    /// <summary>Nothing was found that keeps the agent from its work.</summary>
    public const int Healthy = 0;

    /// <summary>The agent works, but a collector or a prerequisite does not; or the run ended by an error.</summary>
    public const int Degraded = 1;

    /// <summary>The agent cannot do its work: wrong options, no identity, no broker.</summary>
    public const int Unusable = 2;
}
