using HvIntegration.Protocol.V1;

namespace HvIntegration.TestKit.Wire;

/// <summary>The broker answered with a <see cref="Protocol.V1.Refuse"/>.</summary>
public sealed class RefusedByBrokerException(Refuse refuse) : Exception($"{refuse.Reason}: {refuse.Text}")
{
    /// <summary>As received.</summary>
    public Refuse Refuse { get; } = refuse;
}
