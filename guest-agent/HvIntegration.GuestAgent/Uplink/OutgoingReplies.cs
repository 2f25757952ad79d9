using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Uplink;

/// <summary>Answers that wait for the writer of one stream. Bounded: the oldest clock reply goes, it is worth nothing any more.</summary>
internal sealed class OutgoingReplies
{
    private const int ClockRepliesMax = 16;
    private readonly Lock _lock = new();
    private readonly Queue<ClockReply> _clock = new();
    private ProcessTable? _table;

    /// <summary>Answers to a probe; t3 is stamped as it is serialised.</summary>
    public void AddClockReply(ClockProbe probe, long receivedNs)
    {
        lock (_lock)
        {
            if (_clock.Count == ClockRepliesMax)
            {
                _clock.Dequeue();
            }

            _clock.Enqueue(new ClockReply { ProbeId = probe.ProbeId, T1HostNs = probe.T1HostNs, T2GuestMonotonicNs = (ulong)receivedNs });
        }
    }

    /// <summary>A table; replaces one that was not sent yet.</summary>
    public void SetTable(ProcessTable table)
    {
        lock (_lock)
        {
            _table = table;
        }
    }

    /// <summary>Next message to write, clock replies first; null when none waits.</summary>
    public AgentMessage? TryTake()
    {
        lock (_lock)
        {
            if (_clock.TryDequeue(out ClockReply? reply))
            {
                return new AgentMessage { ClockReply = reply };
            }

            if (_table is null)
            {
                return null;
            }

            var message = new AgentMessage { ProcessTable = _table };
            _table = null;
            return message;
        }
    }
}
