using HvIntegration.Engine.Model;

namespace HvIntegration.HostBroker.Ingest;

/// <summary>Where decoded streams go.</summary>
internal interface IArrivals
{
    /// <summary>Hands a batch on; waits while the broker is behind, which holds this one stream back.</summary>
    ValueTask BatchAsync(AgentSession session, GuestBatch batch, CancellationToken cancellation);

    /// <summary>Hands a clock exchange on.</summary>
    ValueTask ClockAsync(AgentSession session, ClockExchange exchange, CancellationToken cancellation);

    /// <summary>Highest sequence of this boot that is in history; 0 when none is.</summary>
    ulong CommittedSequence(Guid partition, Guid bootId);
}
