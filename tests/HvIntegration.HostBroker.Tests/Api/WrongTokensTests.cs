using HvIntegration.Api.Access;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace HvIntegration.HostBroker.Tests.Api;

/// <summary>Who guesses tokens waits, longer each time, and nobody else does.</summary>
public sealed class WrongTokensTests
{
    private static readonly ApiPeer Guesser = new("uid:1000", "user 1000 of this machine", false, false);
    private static readonly ApiPeer Other = new("uid:1001", "user 1001 of this machine", false, false);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Wrong_ManyInARow_DoublesTheWaitUpToFiveMinutes()
    {
        var tokens = new WrongTokens(_time);
        var waits = new List<double>();
        for (int i = 0; i < 16; i++)
        {
            tokens.Wrong(Guesser);
            var wait = tokens.Wait(Guesser);
            waits.Add(wait.TotalSeconds);
            _time.Advance(wait);
            Assert.Equal(TimeSpan.Zero, tokens.Wait(Guesser));
        }

        Assert.Equal([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300], waits);
        Assert.Equal(TimeSpan.Zero, tokens.Wait(Other));
        Assert.Equal(16, tokens.Total);
    }

    [Fact]
    public void Right_AfterWrongOnes_ForgetsThem()
    {
        var tokens = new WrongTokens(_time);
        for (int i = 0; i < 5; i++)
        {
            tokens.Wrong(Guesser);
        }

        _time.Advance(tokens.Wait(Guesser));
        tokens.Right(Guesser);
        tokens.Wrong(Guesser);

        Assert.Equal(TimeSpan.Zero, tokens.Wait(Guesser));
    }

    [Fact]
    public void Wrong_FromMoreSourcesThanAreKept_StaysBounded()
    {
        var tokens = new WrongTokens(_time);
        for (int i = 0; i < 5; i++)
        {
            tokens.Wrong(Guesser);
        }

        for (int i = 0; i < 3_000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            tokens.Wrong(new ApiPeer($"addr:{i}", $"{i}", false, false));
        }

        // The oldest went; the table did not grow.
        Assert.Equal(TimeSpan.Zero, tokens.Wait(Guesser));
        Assert.Equal(3_005, tokens.Total);
    }

    [Fact]
    public void Wrong_InALoop_IsOneLineInTenSecondsThatNamesTheSource()
    {
        var log = new LinesLogger();
        var tokens = new WrongTokens(_time);
        tokens.LogTo(log);
        for (int i = 0; i < 1_000; i++)
        {
            tokens.Wrong(Guesser);
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        string line = Assert.Single(log.Lines);
        Assert.Contains("user 1000 of this machine", line, StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(1));
        tokens.Wrong(Guesser);
        Assert.Contains("1001 in a row", Assert.Single(log.Lines.Skip(1)), StringComparison.Ordinal);
    }

    private sealed class LinesLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
