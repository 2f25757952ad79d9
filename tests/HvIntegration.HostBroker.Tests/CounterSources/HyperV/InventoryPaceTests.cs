using HvIntegration.CounterSources.HyperV;

namespace HvIntegration.HostBroker.Tests.CounterSources.HyperV;

/// <summary>When the inventory is read again.</summary>
public sealed class InventoryPaceTests
{
    [Theory]
    [InlineData(1, true, false)]
    [InlineData(3, true, true)]
    [InlineData(3, false, false)]
    [InlineData(15, false, true)]
    public void IsDue_StormOfChanges_KeepsADistanceBetweenTwoRounds(int seconds, bool hasChanged, bool expected) =>
        Assert.Equal(expected, new InventoryPace(TimeSpan.FromSeconds(15)).IsDue(TimeSpan.FromSeconds(seconds), hasChanged));
}
