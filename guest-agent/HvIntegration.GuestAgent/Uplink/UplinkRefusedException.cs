namespace HvIntegration.GuestAgent.Uplink;

/// <summary>The broker does not serve this agent; trying again soon would change nothing.</summary>
/// <param name="message">Why, one sentence.</param>
/// <param name="remedy">What the administrator can do.</param>
internal sealed class UplinkRefusedException(string message, string remedy) : Exception(message)
{
    /// <summary>What the administrator can do.</summary>
    public string Remedy { get; } = remedy;
}
