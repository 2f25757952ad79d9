using HvIntegration.GuestAgent.Windows.Counters;

namespace HvIntegration.GuestAgent.Tests.Windows;

/// <summary>A session host has more GPU engine rows than there are places: the cache still serves most of them.</summary>
public sealed class InstanceCacheTests
{
    private const int Places = 100;
    private const int KeptFor = 10;

    [Fact]
    public void Remember_MoreInstancesThanPlaces_MostAreFoundAtTheNextRead()
    {
        // Arrange
        var cache = new InstanceCache<int>(Places, KeptFor);
        Read(cache, 1, 0);
        // Act
        int found = Read(cache, 2, 0);
        // Assert
        Assert.Equal(Places, found);
    }

    [Fact]
    public void Remember_InstancesOfEndedProcesses_MakeRoomAfterAWhile()
    {
        // Arrange
        var cache = new InstanceCache<int>(Places, KeptFor);
        Read(cache, 1, 0);
        // Act: other processes, for longer than the old ones are kept.
        for (int read = 2; read <= KeptFor + 2; read++)
        {
            Read(cache, read, 1_000);
        }

        // Assert
        Assert.Equal(Places, Read(cache, KeptFor + 3, 1_000));
        Assert.Equal(Places, cache.Count);
    }

    private static int Read(InstanceCache<int> cache, int read, int first)
    {
        int found = 0;
        for (int i = first; i < first + Places + 50; i++)
        {
            string name = $"pid_{i}";
            if (cache.TryGet(name, out _))
            {
                found++;
            }
            else
            {
                cache.Remember(name, i, read);
            }
        }

        return found;
    }
}
