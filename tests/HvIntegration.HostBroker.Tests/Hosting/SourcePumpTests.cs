using System.ComponentModel;
using HvIntegration.Broker.Pipeline;
using HvIntegration.CounterSources;
using HvIntegration.Ingest.Streams;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace HvIntegration.HostBroker.Tests.Hosting;

/// <summary>No error of one read ends the broker: it is counted and shown, and a source that stays broken is asked less often.</summary>
public sealed class SourcePumpTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static TheoryData<Exception> Failures => [new Win32Exception(5), new InvalidCastException("nothing there"), new DllNotFoundException("pdh.dll"), new OverflowException("too much")];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Read_AnyException_IsCountedAndShownAndTheNextReadWorks(Exception failure)
    {
        // Arrange
        var time = new FakeTimeProvider();
        await using var source = new BrokenSource { Failure = failure };
        using var pump = Pump(source, time);
        await pump.StartAsync(TestContext.Current.CancellationToken);
        await time.TurnAsync(Second, () => pump.Failures > 0);
        var shown = pump.Faults;
        // Act
        source.Failure = null;
        await time.TurnAsync(Second, () => pump.Faults.Count == 0);
        await pump.StopAsync(TestContext.Current.CancellationToken);
        // Assert
        Assert.Contains(failure.Message, Assert.Single(shown), StringComparison.Ordinal);
        Assert.False(pump.ExecuteTask!.IsFaulted);
        Assert.True(pump.Readings.TryRead(out _));
    }

    [Fact]
    public async Task Read_SourceStaysBroken_IsAskedLessOftenEachTime()
    {
        // Arrange
        var time = new FakeTimeProvider();
        await using var source = new BrokenSource { Failure = new Win32Exception(5) };
        using var pump = Pump(source, time);
        int turns = 0;
        // Act: pauses of 0, 1, 3, 7 and 15 intervals come before the sixth read.
        await pump.StartAsync(TestContext.Current.CancellationToken);
        await time.TurnAsync(Second, () => ++turns > 0 && pump.Failures >= 6);
        await pump.StopAsync(TestContext.Current.CancellationToken);
        // Assert
        Assert.True(turns >= 26, $"{turns} intervals");
    }

    private static SourcePump Pump(ICounterSource source, TimeProvider time) => new(source, new HostClock(time), time, new SourceTimeout(5_000), NullLogger<SourcePump>.Instance);

    private sealed class BrokenSource : ICounterSource
    {
        public Exception? Failure { get; set; }

        public string Name => "broken";

        public SourceOrigin Origin => SourceOrigin.Live;

        public ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation) =>
            Failure is { } failure ? throw failure : ValueTask.FromResult(new CounterReading([], [], [], false));

        public ValueTask DisposeAsync() => default;
    }
}
