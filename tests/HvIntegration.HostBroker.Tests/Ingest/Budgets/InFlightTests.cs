using HvIntegration.Ingest.Budgets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace HvIntegration.HostBroker.Tests.Ingest.Budgets;

public sealed class InFlightTests
{
    private const long MiB = 1024 * 1024;

    private readonly BudgetOptions _options = new() { InFlightMiB = 4, InFlightTotalMiB = 16 };
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enter_VmOverItsBound_WaitsAloneUntilItsOwnDataAreStored()
    {
        var inFlight = InFlight();
        var (greedy, other) = (Account(), Account());
        await inFlight.EnterAsync("greedy", greedy, 3 * MiB, Cancellation);

        var waits = inFlight.EnterAsync("greedy", greedy, 2 * MiB, Cancellation).AsTask();
        bool otherEnters = await inFlight.EnterAsync("other", other, 2 * MiB, Cancellation);
        inFlight.Leave(other, 2 * MiB);

        Assert.True(otherEnters);
        Assert.False(waits.IsCompleted);
        Assert.Contains("in flight", greedy.Spent);
        Assert.Equal(1, greedy.Ledger[LedgerEntry.HeldBack]);
        inFlight.Leave(greedy, 3 * MiB);
        Assert.True(await waits.WaitAsync(TimeSpan.FromSeconds(5), Cancellation));
        Assert.DoesNotContain("in flight", greedy.Spent);
    }

    [Fact]
    public async Task Enter_HistoryFails_SaysThatTheDataCannotBeKeptInsteadOfWaiting()
    {
        var inFlight = InFlight();
        var vm = Account();
        await inFlight.EnterAsync("vm", vm, 3 * MiB, Cancellation);
        var waiting = inFlight.EnterAsync("vm", vm, 2 * MiB, Cancellation).AsTask();

        inFlight.HistoryFails = true;

        Assert.False(await waiting.WaitAsync(TimeSpan.FromSeconds(5), Cancellation));
        Assert.Equal(3 * MiB, vm.InFlightBytes);
    }

    [Fact]
    public async Task Enter_AllTogetherAreFull_EachMayHoldItsEqualShare()
    {
        _options.InFlightMiB = 12;
        var inFlight = InFlight();
        var (first, second, third) = (Account(), Account(), Account());
        await inFlight.EnterAsync("first", first, 12 * MiB, Cancellation);
        await inFlight.EnterAsync("second", second, 4 * MiB, Cancellation);

        var more = inFlight.EnterAsync("first", first, MiB, Cancellation).AsTask();
        bool within = await inFlight.EnterAsync("third", third, 3 * MiB, Cancellation) && await inFlight.EnterAsync("third", third, 2 * MiB, Cancellation);

        Assert.True(within);
        Assert.False(more.IsCompleted);
    }

    [Fact]
    public async Task Enter_BatchLargerThanTheBound_StillPassesByItself()
    {
        var inFlight = InFlight();

        Assert.True(await inFlight.EnterAsync("vm", Account(), 64 * MiB, Cancellation));
    }

    private InFlight InFlight() => new(Options.Create(_options), NullLogger<InFlight>.Instance);

    private VmAccount Account() => new(_options, _time);
}
