using HvIntegration.Ingest.Budgets;
using HvIntegration.Model;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace HvIntegration.HostBroker.Tests.Ingest.Budgets;

public sealed class VmAccountTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly BudgetOptions _options = new() { SeriesPerHour = 100, SeriesPerDay = 150, BootsPerHour = 6, LogLinesPerHour = 12 };

    [Fact]
    public void Series_MoreThanOfTheHour_AreRefusedAndKnownOnesAreNot()
    {
        var budget = new VmAccount(_options, _time).Series;

        int admitted = Enumerable.Range(0, 500).Count(i => budget.TryAdmit(new SeriesKey(1, $"name{i}")));

        Assert.Equal(100, admitted);
        Assert.True(budget.TryAdmit(new SeriesKey(1, "name7")));
        Assert.True(budget.IsSpent);
    }

    [Fact]
    public void Series_NextHours_AreBoundedByTheDay()
    {
        var budget = new VmAccount(_options, _time).Series;
        int admitted = 0;
        for (int hour = 0; hour < 24; hour++)
        {
            admitted += Enumerable.Range(0, 200).Count(i => budget.TryAdmit(new SeriesKey(1, $"hour{hour}-{i}")));
            _time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(150, admitted);
        Assert.True(budget.TryAdmit(new SeriesKey(1, "next-day")));
    }

    [Fact]
    public void Boots_NewOnes_AreBoundedAndTheKnownOneIsNot()
    {
        var account = new VmAccount(_options, _time);
        var own = Guid.NewGuid();
        account.TryBoot(own);

        int admitted = Enumerable.Range(0, 50).Count(_ => account.TryBoot(Guid.NewGuid()));

        Assert.Equal(1, admitted);
        Assert.True(account.TryBoot(own));
        Assert.Contains("boots", account.Spent);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(account.TryBoot(Guid.NewGuid()));
        Assert.DoesNotContain("boots", account.Spent);
    }

    [Fact]
    public void Log_MoreThanTheBudget_IsLeftOutAndToldWithTheNextLine()
    {
        var account = new VmAccount(_options, _time);

        int lines = Enumerable.Range(0, 1_000).Count(_ => account.TryLog(out long _));
        _time.Advance(TimeSpan.FromMinutes(10));
        bool next = account.TryLog(out long suppressed);

        Assert.Equal(1, lines);
        Assert.True(next);
        Assert.Equal(999, suppressed);
    }

    [Fact]
    public void Accounts_VmThatLeavesAndComesAgain_HasWhatItHadLeft()
    {
        var accounts = new VmAccounts(Options.Create(_options), new HistoryRoom(1L << 30, 24), _time);
        var vm = Guid.NewGuid();
        accounts.Keep(new HashSet<Guid> { vm });
        while (accounts.Of(vm).TryBoot(Guid.NewGuid()))
        {
        }

        accounts.Keep(new HashSet<Guid>());
        _time.Advance(TimeSpan.FromSeconds(30));
        accounts.Keep(new HashSet<Guid> { vm });

        Assert.False(accounts.Of(vm).TryBoot(Guid.NewGuid()));
    }

    [Fact]
    public void Accounts_VmsThatLeftLongAgo_AreForgotten()
    {
        var accounts = new VmAccounts(Options.Create(_options), new HistoryRoom(1L << 30, 24), _time);
        var vm = Guid.NewGuid();
        var before = accounts.Of(vm);

        accounts.Keep(new HashSet<Guid>());
        _time.Advance(TimeSpan.FromHours(2));
        accounts.Keep(new HashSet<Guid>());

        Assert.NotSame(before, accounts.Of(vm));
    }

    [Fact]
    public void HistoryShare_OfOneVm_IsItsPartOfTheStoreAndComesBackInTime()
    {
        var accounts = new VmAccounts(Options.Create(_options), new HistoryRoom(1L << 30, 24), _time);
        var listed = Enumerable.Range(0, 64).Select(_ => Guid.NewGuid()).ToHashSet();
        var vm = accounts.Of(listed.First());
        accounts.Keep(listed);

        long taken = 0;
        while (vm.History.TryTake(10_000))
        {
            taken += 10_000;
        }

        // 512 MiB for 64 VMs and 24 hours are 99 bytes a second: the least share of 4 KiB a second counts.
        Assert.InRange(taken, 14_000_000, 14_750_000);
        Assert.Contains("history", vm.Spent);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(vm.History.TryTake(10_000));
    }
}
