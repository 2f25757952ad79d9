namespace HvIntegration.Cli.Client;

/// <summary>Exit statuses of every command; docs/cli.md lists them.</summary>
internal static class ExitStatus
{
    /// <summary>Done, and nothing is wrong.</summary>
    public const int Ok = 0;

    /// <summary>Done, and something was found: a VM suffers, a prerequisite is missing.</summary>
    public const int Finding = 1;

    /// <summary>The command line or a setting is wrong.</summary>
    public const int Usage = 2;

    /// <summary>No broker answers at the address.</summary>
    public const int Unreachable = 3;

    /// <summary>There is no such VM, metric or time.</summary>
    public const int NotFound = 4;

    /// <summary>The broker answered with an error of its own.</summary>
    public const int BrokerError = 5;

    /// <summary>Ctrl+C before it was done; nothing was left behind.</summary>
    public const int Cancelled = 130;
}
