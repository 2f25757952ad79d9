using HvIntegration.CounterSources;

namespace HvIntegration.HostBroker.Tests.CounterSources;

/// <summary>A call of the system that hangs holds up its own source and nothing else.</summary>
public sealed class OwnThreadSourceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Read_InnerReadHangs_CallersLeaveInTimeAndNoSecondCallIsMade()
    {
        // Arrange
        var inner = new HangingSource();
        await using var source = new OwnThreadSource(inner, TimeProvider.System);
        // Act
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadAsync(source, 1_000));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadAsync(source, 2_000));
        int callsWhileHanging = inner.Calls;
        inner.Release.Set();
        using var patient = new CancellationTokenSource(Patience);
        var reading = await source.ReadAsync(3_000, patient.Token);
        // Assert
        Assert.Equal(1, callsWhileHanging);
        Assert.Equal(2, inner.Calls);
        Assert.Empty(reading.Faults);
        Assert.True(inner.LastNs >= 3_000);
    }

    [Fact]
    public async Task Read_InnerReadThrows_CallerHasTheErrorAndTheNextReadWorks()
    {
        // Arrange
        var inner = new HangingSource { Failure = new InvalidCastException("odd") };
        inner.Release.Set();
        await using var source = new OwnThreadSource(inner, TimeProvider.System);
        // Act
        var failure = await Assert.ThrowsAsync<InvalidCastException>(() => source.ReadAsync(1, TestContext.Current.CancellationToken).AsTask());
        inner.Failure = null;
        await source.ReadAsync(2, TestContext.Current.CancellationToken);
        // Assert
        Assert.Equal("odd", failure.Message);
        Assert.Equal(2, inner.Calls);
    }

    private static async Task ReadAsync(OwnThreadSource source, long nowNs)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await source.ReadAsync(nowNs, deadline.Token);
    }

    private sealed class HangingSource : ICounterSource
    {
        private int _calls;

        public ManualResetEventSlim Release { get; } = new();

        public Exception? Failure { get; set; }

        public int Calls => Volatile.Read(ref _calls);

        public long LastNs { get; private set; }

        public string Name => "hanging";

        public SourceOrigin Origin => SourceOrigin.Live;

        public ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _calls);
            LastNs = nowNs;

            // As a call of Windows: it takes no token.
            Release.Wait(CancellationToken.None);
            return Failure is null ? ValueTask.FromResult(new CounterReading([], [], [], false)) : throw Failure;
        }

        public ValueTask DisposeAsync()
        {
            Release.Dispose();
            return default;
        }
    }
}
