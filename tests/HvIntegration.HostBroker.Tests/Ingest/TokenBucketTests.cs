using HvIntegration.Ingest.Budgets;
using Microsoft.Extensions.Time.Testing;

namespace HvIntegration.HostBroker.Tests.Ingest;

public sealed class TokenBucketTests
{
    [Fact]
    public void Take_BeyondTheBurst_TellsHowLongToWait()
    {
        var time = new FakeTimeProvider();
        var bucket = new TokenBucket(time, perSecond: 10, burst: 5);

        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(TimeSpan.Zero, bucket.Take());
        }

        Assert.Equal(100, bucket.Take().TotalMilliseconds, 3);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.Zero, bucket.Take());
    }
}
