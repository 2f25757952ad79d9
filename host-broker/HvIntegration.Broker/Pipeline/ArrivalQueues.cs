using HvIntegration.Ingest.Streams;
using System.Threading.Channels;
using HvIntegration.Model;

namespace HvIntegration.Broker.Pipeline;

/// <summary>What came from agents and the engine has not taken yet: a queue for each VM, taken in turns.</summary>
/// <remarks>
/// Many writers, one reader. A VM whose queue is full waits by itself; how much another VM has queued delays nobody
/// by more than one batch a turn.
/// </remarks>
internal sealed class ArrivalQueues : IDisposable
{
    // A minute of a normal agent: after that the broker is behind, and the agent's own ring is the better place.
    private const int PerVmMax = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, VmQueue> _byVm = [];

    // Holds each VM with something to take once, so it is bounded by their number.
    private readonly Channel<VmQueue> _ready = Channel.CreateUnbounded<VmQueue>(new UnboundedChannelOptions { SingleReader = true });
    private int _count;

    /// <summary>Arrivals of all VMs that wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Waits until something can be taken.</summary>
    public ValueTask<bool> WaitToTakeAsync(CancellationToken cancellation) => _ready.Reader.WaitToReadAsync(cancellation);

    /// <summary>Queues an arrival; waits while its VM has a full queue.</summary>
    /// <exception cref="OperationCanceledException">The stream ended: nothing was queued. So nothing of a stream comes behind what its successor brought.</exception>
    public async ValueTask AddAsync(Arrival arrival, CancellationToken cancellation)
    {
        VmQueue queue;
        lock (_gate)
        {
            var id = arrival.Session.Partition.Id;
            if (!_byVm.TryGetValue(id, out queue!))
            {
                _byVm.Add(id, queue = new VmQueue());
            }
        }

        await queue.Room.WaitAsync(cancellation);
        lock (_gate)
        {
            if (!cancellation.IsCancellationRequested)
            {
                queue.Items.Enqueue(arrival);
                _count++;
                if (queue.Items.Count == 1)
                {
                    _ready.Writer.TryWrite(queue);
                }

                return;
            }
        }

        queue.Room.Release();
        throw new OperationCanceledException(cancellation);
    }

    /// <summary>Takes the oldest arrival of the VM whose turn it is.</summary>
    public bool TryTake(out Arrival arrival)
    {
        if (!_ready.Reader.TryRead(out var queue))
        {
            arrival = default;
            return false;
        }

        lock (_gate)
        {
            arrival = queue.Items.Dequeue();
            _count--;
            if (queue.Items.Count > 0)
            {
                _ready.Writer.TryWrite(queue);
            }
        }

        queue.Room.Release();
        return true;
    }

    /// <summary>Forgets VMs that are gone and have nothing queued.</summary>
    public void Keep(IReadOnlySet<Guid> listed)
    {
        lock (_gate)
        {
            foreach (var id in _byVm.Where(q => !listed.Contains(q.Key) && q.Value.IsIdle).Select(q => q.Key).ToList())
            {
                _byVm.Remove(id);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ready.Writer.TryComplete();

    private sealed class VmQueue
    {
        public Queue<Arrival> Items { get; } = new();

        public SemaphoreSlim Room { get; } = new(PerVmMax, PerVmMax);

        // Whoever has taken room and not queued yet would queue into a forgotten one.
        public bool IsIdle => Items.Count == 0 && Room.CurrentCount == PerVmMax;
    }
}

/// <summary>One batch or clock exchange of a stream.</summary>
/// <param name="Session">Stream it came by.</param>
/// <param name="Batch">The batch; null for an exchange.</param>
/// <param name="InFlightBytes">Room taken for the batch; null when it cannot be kept.</param>
/// <param name="Exchange">The exchange; null for a batch.</param>
internal readonly record struct Arrival(AgentSession Session, GuestBatch? Batch, long? InFlightBytes, ClockExchange? Exchange);
