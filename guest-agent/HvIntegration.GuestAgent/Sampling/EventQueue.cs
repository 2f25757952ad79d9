using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Sampling;

/// <summary>Events that wait for the next batch. Bounded: when full, the oldest goes and the count of lost ones is told.</summary>
internal sealed class EventQueue(IGuestClock clock)
{
    private readonly Lock _lock = new();
    private readonly Queue<(long Ns, AgentEventKind Kind, string Text)> _events = new();
    private long _lost;

    /// <summary>Adds an event of this moment.</summary>
    public void Add(AgentEventKind kind, string text)
    {
        lock (_lock)
        {
            // One place is kept for the event that tells of the loss.
            if (_events.Count == ProtocolLimits.EventsMax - 1)
            {
                _events.Dequeue();
                _lost++;
            }

            _events.Enqueue((clock.MonotonicNs, kind, text));
        }
    }

    /// <summary>Writes all waiting events into a batch.</summary>
    public void WriteTo(BatchEncoder encoder)
    {
        lock (_lock)
        {
            while (_events.TryDequeue(out var item))
            {
                encoder.AddEvent(item.Ns, item.Kind, item.Text);
            }

            if (_lost > 0)
            {
                encoder.AddEvent(clock.MonotonicNs, AgentEventKind.Unspecified, $"{_lost} earlier events of this second were dropped");
                _lost = 0;
            }
        }
    }
}
