using System.Net.Sockets;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>Keeps one VM's monitor connected and asks it; whatever goes wrong ends as a sentence and a pause.</summary>
/// <param name="path">Monitor socket.</param>
/// <param name="options">Deadlines.</param>
/// <param name="time">Clock.</param>
internal sealed class QemuMonitor(string path, QemuOptions options, TimeProvider time) : IAsyncDisposable
{
    private const int BackoffMsMin = 500;
    private const int BackoffMsMax = 10_000;

    private static readonly string[] Often = ["query-status", "query-blockstats", "query-balloon"];

    private static readonly string[] Rarely =
        [.. Often, "query-uuid", "query-name", "query-cpus-fast", "query-memory-size-summary", "query-block"];

    private const int ProcessorsAt = 5;

    private QmpConnection? _connection;
    private long? _identityStamp;
    private long _retryStamp;
    private int _failures;
    private Task<QemuPoll?>? _running;

    /// <summary>Why the last question went unanswered; null while the monitor answers.</summary>
    public string? Fault { get; private set; }

    /// <summary>The question under way, if any.</summary>
    public Task? Running => _running;

    /// <summary>Asks unless the last question is still open or the monitor is being left alone after a failure.</summary>
    /// <param name="slots">Bounds how many monitors are asked at once.</param>
    /// <param name="stop">End of the source.</param>
    public void Start(SemaphoreSlim slots, CancellationToken stop)
    {
        if (_running is null && (_failures == 0 || time.GetTimestamp() >= _retryStamp))
        {
            _running = AskAsync(slots, stop);
        }
    }

    /// <summary>Takes the answer if it has come.</summary>
    public QemuPoll? Take()
    {
        if (_running is not { IsCompleted: true } done)
        {
            return null;
        }

        _running = null;
        return done.IsCompletedSuccessfully ? done.Result : null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_running is { } running)
        {
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await DropAsync();
    }

    private async Task<QemuPoll?> AskAsync(SemaphoreSlim slots, CancellationToken stop)
    {
        await slots.WaitAsync(stop);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(options.MonitorDeadlineMs), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop);
        string where = QemuSocketNames.VmName(path);
        try
        {
            var answer = await AskOnceAsync(both.Token);
            _failures = 0;
            Fault = null;
            return answer;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            await FailAsync(_connection is null
                ? NoGreeting(where)
                : $"{where}: the monitor {path} has not answered within {options.MonitorDeadlineMs} ms; its disk and balloon values are frozen until it answers");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            await FailAsync($"{where}: no process listens on {path}; the VM has ended. Remove the file");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
        {
            // The queue of connections that nobody accepts is full.
            await FailAsync(NoGreeting(where));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            await FailAsync($"{where}: access to {path} is denied. Run hvi as a user with access, or add its user to the group of the socket");
        }
        catch (Exception e) when (e is SocketException or IOException or QmpException)
        {
            await FailAsync($"{where}: {path}: {e.Message}");
        }
        finally
        {
            slots.Release();
        }

        return null;
    }

    private string NoGreeting(string where) =>
        $"{where}: no greeting from {path} within {options.MonitorDeadlineMs} ms. A monitor serves one client: add a second monitor for hvi with -qmp unix:...";

    private async Task<QemuPoll> AskOnceAsync(CancellationToken cancellation)
    {
        if (_connection is null)
        {
            _connection = await QmpConnection.OpenAsync(path, cancellation);
            _identityStamp = null;
        }

        bool whole = _identityStamp is not { } last || time.GetElapsedTime(last) >= TimeSpan.FromSeconds(options.RefreshSeconds);
        var replies = await _connection.ExecuteAsync(whole ? Rarely : Often, cancellation);
        long stamp = time.GetTimestamp();
        QemuIdentity? identity = null;
        if (whole)
        {
            var processors = replies[ProcessorsAt];
            if (processors.Error is not null)
            {
                // QEMU before 2.12; later versions dropped this command, which makes each virtual processor leave the guest for a moment.
                processors = (await _connection.ExecuteAsync(["query-cpus"], cancellation))[0];
            }

            identity = new QemuIdentity(
                Value(replies[3], QmpReplies.Uuid), Value(replies[4], QmpReplies.Name) ?? QemuSocketNames.VmName(path),
                _connection.PeerProcess, Value(processors, QmpReplies.Processors) ?? [], Value(replies[6], QmpReplies.Memory),
                Value(replies[7], QmpReplies.Disks) ?? [])
            {
                ProcessorsFault = processors.Error,
            };
            _identityStamp = stamp;
        }

        return new QemuPoll(
            stamp, Value(replies[0], QmpReplies.Status), Value(replies[0], QmpReplies.Activity), Value(replies[0], QmpReplies.StopReason), Value(replies[1], QmpReplies.DiskStatistics) ?? [],
            Value(replies[2], QmpReplies.Balloon), identity);
    }

    private static T? Value<T>(QmpReply reply, Func<System.Text.Json.JsonElement, T> read) =>
        reply.Return is { } value ? read(value) : default;

    private async Task FailAsync(string fault)
    {
        await DropAsync();
        Fault = fault;
        int delay = Math.Min(BackoffMsMax, BackoffMsMin << Math.Min(_failures, 8));
        _failures++;
        _retryStamp = time.GetTimestamp() + (long)(delay / 1e3 * time.TimestampFrequency);
    }

    private async ValueTask DropAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }
}
