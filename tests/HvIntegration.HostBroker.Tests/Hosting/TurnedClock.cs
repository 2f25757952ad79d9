using HvIntegration.HostBroker.Tests.Ingest;
using Microsoft.Extensions.Time.Testing;

namespace HvIntegration.HostBroker.Tests.Hosting;

/// <summary>Waits in real time for what happens under a clock that the test turns.</summary>
internal static class TurnedClock
{
    /// <summary>Turns the clock by a step again and again until something holds.</summary>
    public static Task TurnAsync(this FakeTimeProvider time, TimeSpan step, Func<bool> holds) => EventuallyAsync(() =>
    {
        time.Advance(step);
        return holds();
    });

    /// <summary>Waits until something holds, the clock as it is.</summary>
    public static async Task EventuallyAsync(Func<bool> holds)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TestBroker.WaitMax);
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }
}
