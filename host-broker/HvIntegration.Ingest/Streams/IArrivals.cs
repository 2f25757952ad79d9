using HvIntegration.Model;

namespace HvIntegration.Ingest.Streams;

/// <summary>Where decoded streams go.</summary>
internal interface IArrivals
{
    /// <summary>Hands a batch on; waits while the broker is behind with this VM, which holds this one stream back.</summary>
    /// <param name="session">Stream it came by.</param>
    /// <param name="batch">The batch as it was decoded.</param>
    /// <param name="inFlightBytes">Room that was taken for it in <see cref="Budgets.InFlight"/> and is to be given back; null when it is for the live view only and cannot be kept.</param>
    /// <param name="cancellation">Cancels when the stream ends.</param>
    ValueTask BatchAsync(AgentSession session, GuestBatch batch, long? inFlightBytes, CancellationToken cancellation);

    /// <summary>Hands a clock exchange on.</summary>
    ValueTask ClockAsync(AgentSession session, ClockExchange exchange, CancellationToken cancellation);

    /// <summary>Highest sequence of this boot that is in history; 0 when none is.</summary>
    ulong CommittedSequence(Guid partition, Guid bootId);
}
