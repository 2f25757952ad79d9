using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace HvIntegration.Soak;

/// <summary>Counts what the broker logs from warnings on, by event, and keeps the first text of each.</summary>
internal sealed class LogBook : ILoggerProvider, ILogger
{
    private readonly ConcurrentDictionary<(LogLevel Level, int Id), (long Count, string First)> _entries = new();

    /// <summary>Every kind of line with its number and its first text.</summary>
    public IReadOnlyList<(LogLevel Level, int Id, long Count, string First)> Entries =>
        [.. _entries.Select(e => (e.Key.Level, e.Key.Id, e.Value.Count, e.Value.First)).OrderBy(e => e.Id)];

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            _entries.AddOrUpdate(
                (logLevel, eventId.Id),
                _ => (1, exception is null ? formatter(state, null) : $"{formatter(state, exception)} {exception}"),
                (_, was) => (was.Count + 1, was.First));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
