using HvIntegration.Ingest.Listening;

namespace HvIntegration.Api.Access;

/// <summary>Holds back who sends wrong tokens, each source apart, twice as long with each further one.</summary>
internal sealed partial class WrongTokens(TimeProvider time)
{
    private const int SourcesMax = 1_024;
    private const int FreeAttempts = 5;
    private const int DoublingsMax = 9;
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(15);

    private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly LogPause _wrong = new(time);
    private ILogger? _logger;
    private long _total;

    /// <summary>Wrong tokens since the start, without those that were not looked at.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>Takes the log once there is one.</summary>
    public void LogTo(ILogger logger) => _logger = logger;

    /// <summary>How long a source must still wait before a token of its is looked at; zero when not at all.</summary>
    public TimeSpan Wait(ApiPeer peer)
    {
        lock (_lock)
        {
            if (!_sources.TryGetValue(peer.Key, out var source))
            {
                return TimeSpan.Zero;
            }

            var passed = time.GetElapsedTime(source.Last);
            if (passed >= ForgetAfter)
            {
                _sources.Remove(peer.Key);
                return TimeSpan.Zero;
            }

            var left = WaitOf(source.Count) - passed;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Notes a wrong one.</summary>
    public void Wrong(ApiPeer peer)
    {
        Interlocked.Increment(ref _total);
        int count;
        lock (_lock)
        {
            long now = time.GetTimestamp();
            count = _sources.TryGetValue(peer.Key, out var source) ? source.Count + 1 : 1;
            if (count == 1 && _sources.Count >= SourcesMax)
            {
                _sources.Remove(_sources.MinBy(s => s.Value.Last).Key);
            }

            _sources[peer.Key] = new Source(count, now);
        }

        if (_wrong.TryLog() && _logger is { } logger)
        {
            LogWrong(logger, peer.Words, count, WaitOf(count).TotalSeconds, Total);
        }
    }

    /// <summary>Forgets what a source sent before it sent the right one.</summary>
    public void Right(ApiPeer peer)
    {
        lock (_lock)
        {
            _sources.Remove(peer.Key);
        }
    }

    private static TimeSpan WaitOf(int count)
    {
        if (count < FreeAttempts)
        {
            return TimeSpan.Zero;
        }

        var wait = FirstWait * Math.Pow(2, Math.Min(count - FreeAttempts, DoublingsMax));
        return wait < WaitMax ? wait : WaitMax;
    }

    [LoggerMessage(EventId = 2904, Level = LogLevel.Warning, Message = "Wrong token from {Peer}: {Count} in a row, its next attempt is accepted after {Wait} s; {Total} wrong tokens in total since start")]
    private static partial void LogWrong(ILogger logger, string peer, int count, double wait, long total);

    private readonly record struct Source(int Count, long Last);
}
