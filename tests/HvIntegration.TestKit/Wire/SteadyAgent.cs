using Grpc.Core;
using HvIntegration.Protocol.V1;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.TestKit.Wire;

/// <summary>
/// A well-behaved agent that keeps count: it sends a plan's batches at a steady rate, keeps what is not acknowledged, connects anew and sends
/// it again, as hvi-agent does, and knows of each batch when it was made and when it was acknowledged.
/// </summary>
public sealed class SteadyAgent : IAsyncDisposable
{
    // An hour at the greatest rate; a run that needs more is no test.
    private const int BatchesMax = 72_000;
    private static readonly TimeSpan RedialAfter = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly List<SteadyBatch> _batches = [];
    private readonly SemaphoreSlim _made = new(0);
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly string _socket;
    private readonly List<string> _ends = [];
    private int _acknowledged;
    private Task _making = Task.CompletedTask;
    private Task _streaming = Task.CompletedTask;

    /// <summary>Prepares; <see cref="Start"/> begins.</summary>
    /// <param name="socket">Socket of the VM.</param>
    /// <param name="plan">What it sends.</param>
    public SteadyAgent(string socket, SteadyPlan plan)
    {
        _socket = socket;
        Plan = plan;
    }

    /// <summary>What it sends.</summary>
    public SteadyPlan Plan { get; }

    /// <summary>Batches made so far.</summary>
    public IReadOnlyList<SteadyBatch> Batches
    {
        get
        {
            lock (_gate)
            {
                return [.. _batches];
            }
        }
    }

    /// <summary>How each stream so far ended.</summary>
    public IReadOnlyList<string> StreamEnds
    {
        get
        {
            lock (_gate)
            {
                return [.. _ends];
            }
        }
    }

    /// <summary>Batches that were made and are not acknowledged.</summary>
    public int Unacknowledged
    {
        get
        {
            lock (_gate)
            {
                return _batches.Count - _acknowledged;
            }
        }
    }

    /// <summary>Begins to make batches and to stream them.</summary>
    public void Start()
    {
        _making = MakeAsync();
        _streaming = StreamsAsync();
    }

    /// <summary>Makes no more batches and waits until each one is acknowledged.</summary>
    /// <returns>False when some are not in time.</returns>
    public async Task<bool> FinishAsync(TimeSpan timeout)
    {
        await _stop.CancelAsync();
        await _making;
        return await AcknowledgedAsync(timeout);
    }

    /// <summary>Waits until each batch made until now is acknowledged.</summary>
    /// <returns>False when some are not in time.</returns>
    public async Task<bool> AcknowledgedAsync(TimeSpan timeout)
    {
        int wanted = Batches.Count;
        long began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < timeout)
        {
            lock (_gate)
            {
                if (_acknowledged >= wanted)
                {
                    return true;
                }
            }

            await Task.Delay(20);
        }

        return false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _end.CancelAsync();
        await Task.WhenAll(_making, _streaming);
        _stop.Dispose();
        _end.Dispose();
        _made.Dispose();
    }

    private async Task MakeAsync()
    {
        using var timer = new PeriodicTimer(Plan.Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                lock (_gate)
                {
                    if (_batches.Count == BatchesMax)
                    {
                        throw new InvalidOperationException($"a steady agent makes at most {BatchesMax} batches");
                    }

                    _batches.Add(new SteadyBatch(SteadyPlan.FirstSequence + (ulong)_batches.Count, WireClient.MonotonicNs));
                }

                _made.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // Told to finish.
        }
    }

    private async Task StreamsAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            string end;
            try
            {
                end = await StreamAsync();
            }
            catch (Exception e) when (e is RpcException or IOException or OperationCanceledException or InvalidOperationException or TransportException
                or RefusedByBrokerException or HttpRequestException)
            {
                end = e is RpcException rpc ? $"{rpc.StatusCode}: {rpc.Status.Detail}" : e.Message;
            }

            lock (_gate)
            {
                _ends.Add(end);
            }

            try
            {
                await Task.Delay(RedialAfter, _end.Token);
            }
            catch (OperationCanceledException)
            {
                // Told to end.
            }
        }
    }

    private async Task<string> StreamAsync()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        await using var stream = WireClient.Dial(_socket, ending.Token);
        var welcome = await stream.EnterAsync(Plan.Hello(), ending.Token);
        Acknowledge(welcome.CommittedSequence);
        var reading = ReadAsync(stream, ending.Token);
        var sending = SendAsync(stream, ending.Token);
        await Task.WhenAny(reading, sending);
        await ending.CancelAsync();
        try
        {
            await sending;
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException or InvalidOperationException or IOException)
        {
            // The reader knows why.
        }

        return await reading;
    }

    private async Task SendAsync(WireClient stream, CancellationToken cancellation)
    {
        int next;
        SteadyBatch? before;
        lock (_gate)
        {
            next = _acknowledged;
            before = next > 0 ? _batches[next - 1] : null;
        }

        if (before is not null)
        {
            await stream.SendAsync(new AgentMessage { Snapshot = Plan.Snapshot(before) });
        }

        while (true)
        {
            SteadyBatch? batch;
            lock (_gate)
            {
                batch = next < _batches.Count ? _batches[next] : null;
            }

            if (batch is null)
            {
                await _made.WaitAsync(cancellation);
                continue;
            }

            await stream.SendAsync(new AgentMessage { Samples = Plan.Batch(batch, before) });
            before = batch;
            next++;
        }
    }

    private async Task<string> ReadAsync(WireClient stream, CancellationToken cancellation)
    {
        while (await stream.NextAsync(cancellation) is { } message)
        {
            if (message.Ack is { } ack)
            {
                Acknowledge(ack.Sequence);
            }

            if (message.Refuse is { } refuse)
            {
                return $"refused: {refuse.Text}";
            }
        }

        return "the broker ended the stream";
    }

    private void Acknowledge(ulong sequence)
    {
        long now = WireClient.MonotonicNs;
        lock (_gate)
        {
            while (_acknowledged < _batches.Count && _batches[_acknowledged].Sequence <= sequence)
            {
                _batches[_acknowledged++].AcknowledgedNs = now;
            }
        }
    }
}
