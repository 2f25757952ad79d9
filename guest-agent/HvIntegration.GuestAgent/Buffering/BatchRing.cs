using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Buffering;

/// <summary>Encoded batches that the broker has not committed, oldest dropped first and counted.</summary>
/// <remarks>
/// Bytes lie in chunks, so that steady sampling allocates nothing. a decoder follows what leaves at the old
/// end, by acknowledgement or by a drop: the snapshot of a reconnect is always the state just before the oldest kept
/// batch. Thread-safe: the sampling thread appends, the uplink reads and acknowledges.
/// </remarks>
internal sealed class BatchRing
{
    private const int ChunkBytes = 64 * 1024;
    private const int SpareChunksMax = 2;
    private readonly Lock _lock = new();
    private readonly Stack<byte[]> _spare = new();
    private readonly StreamDecoder _base;
    private readonly long _bytesMax;
    private readonly long _ageNsMax;
    private Entry[] _entries = new Entry[64];
    private int _head;
    private int _count;
    private byte[] _chunk = new byte[ChunkBytes];
    private int _chunkUsed;
    private ulong _lastSequence;
    private long _bytes;
    private long _dropped;

    /// <summary>Makes an empty ring.</summary>
    /// <param name="collectorCount">Collector names in Hello.</param>
    /// <param name="firstSequence">Sequence of the first batch of this run, 1 or more.</param>
    /// <param name="bytesMax">Bytes kept at most.</param>
    /// <param name="ageNsMax">Age of the oldest batch kept at most, nanoseconds.</param>
    public BatchRing(int collectorCount, ulong firstSequence, long bytesMax, long ageNsMax)
    {
        _bytesMax = bytesMax;
        _ageNsMax = ageNsMax;
        _lastSequence = firstSequence - 1;
        _base = new StreamDecoder(collectorCount);
        _base.Apply(new Snapshot { Sequence = _lastSequence });
    }

    /// <summary>What became of a request for the next batch.</summary>
    public enum Next
    {
        /// <summary>Nothing newer is there yet.</summary>
        None,

        /// <summary>The batch was copied.</summary>
        Copied,

        /// <summary>The batch was dropped before it was sent: a snapshot has to come first.</summary>
        Dropped,
    }

    /// <summary>Bytes of the kept batches.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Batches dropped since the start of this run.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Number of encoded batches that wait for their acknowledgement.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>Called after each append, on the sampling thread: must not block.</summary>
    public Action? Appended { get; set; }

    /// <summary>Keeps one batch, dropping the oldest ones that no longer fit.</summary>
    /// <param name="sequence">One more than that of the batch before.</param>
    /// <param name="monotonicNs">Time of the batch.</param>
    /// <param name="message">The whole AgentMessage.</param>
    public void Append(ulong sequence, long monotonicNs, ReadOnlySpan<byte> message)
    {
        lock (_lock)
        {
            if (sequence != _lastSequence + 1)
            {
                throw new InvalidOperationException($"batch {sequence} does not follow {_lastSequence}");
            }

            while (_count > 0 && (_bytes + message.Length > _bytesMax || monotonicNs - _entries[_head].MonotonicNs > _ageNsMax))
            {
                RemoveOldest();
                _dropped++;
            }

            if (_count == _entries.Length)
            {
                Grow();
            }

            if (_chunkUsed + message.Length > _chunk.Length)
            {
                _chunk = message.Length <= ChunkBytes && _spare.TryPop(out byte[]? spare) ? spare : new byte[Math.Max(ChunkBytes, message.Length)];
                _chunkUsed = 0;
            }

            message.CopyTo(_chunk.AsSpan(_chunkUsed));
            _entries[(_head + _count) % _entries.Length] = new Entry(sequence, monotonicNs, _chunk, _chunkUsed, message.Length);
            _count++;
            _chunkUsed += message.Length;
            _bytes += message.Length;
            _lastSequence = sequence;
        }

        Appended?.Invoke();
    }

    /// <summary>Forgets what the broker has committed.</summary>
    /// <returns>Batches that left the ring.</returns>
    public int Acknowledge(ulong sequence)
    {
        // One lock for each batch: the sampling thread must not wait for a long acknowledgement.
        int removed = 0;
        while (TryRemoveUpTo(sequence))
        {
            removed++;
        }

        return removed;
    }

    /// <summary>State just before the oldest kept batch; the batches after its sequence follow it on the wire.</summary>
    public Snapshot ToSnapshot()
    {
        lock (_lock)
        {
            return _base.ToSnapshot();
        }
    }

    /// <summary>Copies the batch that follows <paramref name="sequence"/>.</summary>
    /// <param name="sequence">What was sent last, or the snapshot's.</param>
    /// <param name="buffer">Grown when it is too small.</param>
    /// <param name="length">Bytes copied.</param>
    public Next CopyNext(ulong sequence, ref byte[] buffer, out int length)
    {
        length = 0;
        lock (_lock)
        {
            if (sequence >= _lastSequence)
            {
                return Next.None;
            }

            // Acknowledged batches were sent before, so what is missing here was dropped.
            if (_count == 0 || _entries[_head].Sequence > sequence + 1)
            {
                return Next.Dropped;
            }

            // Sequences have no holes, so the position follows from the oldest.
            Entry entry = _entries[(_head + (int)(sequence + 1 - _entries[_head].Sequence)) % _entries.Length];
            if (buffer.Length < entry.Length)
            {
                buffer = new byte[Math.Max(entry.Length, 4096)];
            }

            entry.Chunk.AsSpan(entry.Offset, entry.Length).CopyTo(buffer);
            length = entry.Length;
            return Next.Copied;
        }
    }

    private bool TryRemoveUpTo(ulong sequence)
    {
        lock (_lock)
        {
            if (_count == 0 || _entries[_head].Sequence > sequence)
            {
                return false;
            }

            RemoveOldest();
            return true;
        }
    }

    private void RemoveOldest()
    {
        Entry entry = _entries[_head];
        _entries[_head] = default;
        _head = (_head + 1) % _entries.Length;
        _count--;
        _bytes -= entry.Length;
        _base.Apply(AgentMessage.Parser.ParseFrom(entry.Chunk, entry.Offset, entry.Length).Samples, null);
        if (_count == 0)
        {
            _chunkUsed = 0;
        }

        bool chunkIsFree = entry.Chunk != _chunk && (_count == 0 || _entries[_head].Chunk != entry.Chunk);
        if (chunkIsFree && entry.Chunk.Length == ChunkBytes && _spare.Count < SpareChunksMax)
        {
            _spare.Push(entry.Chunk);
        }
    }

    private void Grow()
    {
        var grown = new Entry[_entries.Length * 2];
        for (int i = 0; i < _count; i++)
        {
            grown[i] = _entries[(_head + i) % _entries.Length];
        }

        _entries = grown;
        _head = 0;
    }

    private readonly record struct Entry(ulong Sequence, long MonotonicNs, byte[] Chunk, int Offset, int Length);
}
