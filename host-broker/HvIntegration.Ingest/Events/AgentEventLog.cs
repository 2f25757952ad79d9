using HvIntegration.Model;
using HvIntegration.Protocol.V1;

namespace HvIntegration.Ingest.Events;

/// <summary>The newest events of one VM's agent, over all its streams and boots. In memory only. Thread-safe.</summary>
internal sealed class AgentEventLog
{
    /// <summary>Most events that are kept; an older one is dropped for a newer one.</summary>
    public const int EventsMax = 32;

    private const int TextMax = 200;
    private const long NsPerSecond = 1_000_000_000;

    private readonly Lock _gate = new();
    private readonly Queue<AgentEventEntry> _events = new();
    private Guid _boot;
    private ulong _sequence;

    /// <summary>What is kept, newest first.</summary>
    public IReadOnlyList<AgentEventEntry> Newest
    {
        get
        {
            lock (_gate)
            {
                return [.. _events.Reverse()];
            }
        }
    }

    /// <summary>Takes the events of one batch. A batch that an agent sends again, because nobody acknowledged it, changes nothing.</summary>
    /// <param name="boot">Boot of the guest.</param>
    /// <param name="sequence">Sequence of the batch.</param>
    /// <param name="events">Events with their host time, Unix nanoseconds.</param>
    public void Add(Guid boot, ulong sequence, IReadOnlyCollection<(long HostNs, AgentEvent Event)> events)
    {
        lock (_gate)
        {
            if (events.Count == 0 || (boot == _boot && sequence <= _sequence))
            {
                return;
            }

            (_boot, _sequence) = (boot, sequence);
            foreach (var (hostNs, one) in events)
            {
                if (_events.Count == EventsMax)
                {
                    _events.Dequeue();
                }

                var kind = Enum.IsDefined(one.Kind) ? one.Kind : AgentEventKind.Unspecified;
                _events.Enqueue(new AgentEventEntry(hostNs / NsPerSecond, kind, ForeignText.OneLine(one.Text, TextMax)));
            }
        }
    }
}
