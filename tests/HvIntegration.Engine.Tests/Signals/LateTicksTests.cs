using HvIntegration.Model;

namespace HvIntegration.Engine.Tests.Signals;

/// <summary>Guests that book one tick for many, as an emulated guest without a steal clock does while it waits for the host.</summary>
public sealed class LateTicksTests
{
    [Theory, InlineData(0.3, 0.4), InlineData(0.65, 0.8)]
    public void GuestBusy_TicksLostWhileWaiting_CountsWhatWasNotIdle(double unbooked, double ready)
    {
        // Arrange
        var host = new TestHost();
        var vm = host.Add("victim", 1);
        vm.Busy = _ => 1;
        vm.Unbooked = unbooked;
        vm.Ready = ready;
        // Act
        host.Run(20);
        // Assert
        var signals = host.Last(vm).Signals;
        Assert.InRange(signals.Single(s => s.Id == SignalIds.GuestBusy).Value, 0.95, 1.05);
        Assert.InRange(signals.Single(s => s.Id == SignalIds.Steal).Value, ready - 0.06, ready + 0.06);
        Assert.Equal(1, signals.Single(s => s.Id == SignalIds.ReadyStealAgree).Value);
    }

    [Fact]
    public void GuestBusy_EveryTickBooked_IsWhatTheModesSay()
    {
        // Arrange
        var host = new TestHost();
        var vm = host.Add("calm", 2);
        vm.Busy = _ => 0.25;
        // Act
        host.Run(20);
        // Assert
        var busy = host.Last(vm).Signals.Single(s => s.Id == SignalIds.GuestBusy);
        Assert.InRange(busy.Value, 0.24, 0.26);
        Assert.Equal("system.cpu.time", busy.Source);
    }
}
