using HvIntegration.Model;
using HvIntegration.Engine.Options;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Tests;

public sealed class HostModelTests
{
    [Fact]
    public void AdvanceTo_BothSidesReport_EachSecondOnceInOrder()
    {
        var host = new TestHost();
        var vm = host.Add("vm1");

        host.Run(30);

        var seconds = host.Reports.Where(r => r.Partition.Id == vm.Id).Select(r => r.Second).ToList();
        Assert.Equal(Enumerable.Range(0, seconds.Count).Select(i => seconds[0] + i), seconds);
        Assert.InRange(host.Now - seconds[^1], 1, 2);
    }

    [Fact]
    public void AdvanceTo_GuestLate_WaitsForTheGraceAndThenGoesOnWithout()
    {
        var host = new TestHost();
        var vm = host.Add("vm1");
        host.Run(20);

        vm.GuestOn = false;
        host.Run(10);

        Assert.False(host.Last(vm).HasGuest);
        Assert.True(host.Last(vm).HasHost);
        Assert.InRange(host.Now - host.Last(vm).Second, 2, 5);
    }

    // What an agent re-sends after a reconnect lands in its true seconds.
    [Fact]
    public void TakeRevised_GuestDataAfterTheSecondClosed_FillsItsTrueSeconds()
    {
        var host = new TestHost();
        var vm = host.Add("vm1");
        host.Run(20);
        vm.GuestOn = false;
        var kept = new List<GuestBatch>();
        var from = host.Now;
        for (var i = 0; i < 20; i++)
        {
            host.Run(1);
            vm.Busy = _ => 0.5;
            kept.Add(TestHost.Batch(vm, host.Now * 1_000_000_000L));
        }

        Assert.Empty(host.Model.TakeRevised());
        vm.GuestOn = true;
        kept.ForEach(host.Model.AddGuestBatch);
        host.Run(3);
        var revised = host.Model.TakeRevised();

        Assert.Equal(Enumerable.Range(0, revised.Count).Select(i => revised[0].Second + i), revised.Select(r => r.Second));
        Assert.True(revised.Count >= 15);
        Assert.All(revised.Skip(2).Take(12), r => Assert.True(r.HasGuest));
        var busy = host.Model.RecentSignals(vm.Id, SignalIds.GuestBusy).Where(p => p.Second > from + 3 && p.Second < from + 16).ToList();
        Assert.All(busy, p => Assert.InRange(p.Value, 0.45, 0.55));
        Assert.Empty(host.Model.TakeRevised());
    }

    [Fact]
    public void AddGuestBatch_ClockNotKnown_IsHeldUpToTheBound()
    {
        var host = new TestHost(options: new EngineOptions { Timeline = { HeldBatchesMax = 5 } });
        var vm = host.Add("vm1");
        vm.GuestOn = false;
        host.Run(3);

        for (var i = 0; i < 8; i++)
        {
            host.Model.AddGuestBatch(TestHost.Batch(vm, host.Now * 1_000_000_000L));
        }

        Assert.Equal(5, host.Model.Counters.BatchesHeld);
        Assert.Equal(3, host.Model.Counters.BatchesDropped);
        host.Exchange(vm);
        Assert.Equal(0, host.Model.Counters.BatchesHeld);
    }

    [Fact]
    public void AddGuestBatch_GuestRebooted_CountersStartAgainAndOldBootIsRefused()
    {
        var host = new TestHost();
        var vm = host.Add("vm1");
        host.Run(20);
        var old = TestHost.Batch(vm, host.Now * 1_000_000_000L);

        vm.Boot = Guid.Parse("20000000-0000-0000-0000-000000000001");
        vm.OffsetNs -= 5_000_000_000_000;
        vm.Guest.Clear();
        host.Run(10);
        host.Model.AddGuestBatch(old);

        Assert.InRange(Value(host, vm, SignalIds.GuestBusy), 0.08, 0.12);
        Assert.Equal(1, host.Model.Counters.BatchesStale);
        Assert.Equal("boot", host.Last(vm).Clock!.EpochCause);
    }

    [Fact]
    public void Signals_StealReportedAsZero_IsMissingNotZero()
    {
        var host = new TestHost();
        var vm = host.Add("vm1");

        host.Run(10);

        var steal = host.Last(vm).Signals.Single(s => s.Id == SignalIds.GuestReportedSteal);
        Assert.Equal(SampleQuality.Missing, steal.Quality);
        Assert.True(double.IsNaN(steal.Value));
        Assert.Contains("not reported", steal.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Signals_DeviceSlowerThanGuest_ResidueIsUnknownNotZero()
    {
        var host = new TestHost();
        var vm = host.Add("vm1");
        vm.GuestLatency = 0.002;
        vm.DeviceLatency = 0.010;

        host.Run(10);

        var inside = host.Last(vm).Signals.Single(s => s.Id == SignalIds.DiskInside);
        Assert.Equal(SampleQuality.Missing, inside.Quality);
        Assert.Contains("unknown", inside.Source, StringComparison.Ordinal);
        Assert.InRange(Value(host, vm, SignalIds.DiskStack), 0.008, 0.0105);
    }

    [Fact]
    public void Signals_Ladder_PartsAddUpToTheGuestsLatency()
    {
        var host = new TestHost();
        var vm = host.Add("vm1");
        (vm.GuestLatency, vm.DeviceLatency, vm.LowerLatency) = (0.010, 0.006, 0.001);

        host.Run(10);

        var sum = Value(host, vm, SignalIds.DiskInside) + Value(host, vm, SignalIds.DiskStack) + Value(host, vm, SignalIds.DiskLowerLatency);
        Assert.Equal(0.010, sum, 4);
        Assert.InRange(Value(host, vm, SignalIds.DiskConservation), 0.95, 1.05);
    }

    [Fact]
    public void Signals_AllHaveNameUnitAndSource()
    {
        var host = new TestHost();
        var vm = host.Add("vm1");
        vm.QosIops = 500;

        host.Run(10);

        Assert.All(host.Last(vm).Signals, s => Assert.False(s.Id.Length == 0 || s.Unit.Length == 0 || s.Source.Length == 0, s.Id));
        Assert.Equal(host.Last(vm).Signals.Count, host.Last(vm).Signals.Select(s => s.Id).Distinct().Count());
    }

    [Fact]
    public void UpdateInventory_VmGone_IsNoLongerReportedAndLaterForgotten()
    {
        var host = new TestHost(options: new EngineOptions { Timeline = { KeptSeconds = 120 }, Diagnosis = { BaselineSeconds = 60 } });
        host.Add("vm1");
        var gone = host.Add("vm2");
        host.Run(20);

        host.Vms.Remove(gone);
        host.Run(150);

        Assert.Null(host.Model.Latest(gone.Id));
        Assert.Single(host.Model.LatestAll());
    }

    [Fact]
    public void AddHostSample_MoreSeriesThanAllowed_AreRefusedAndCounted()
    {
        var model = new HostModel(new EngineOptions { Timeline = { SeriesMax = 64 } });
        var vm = Guid.Parse("00000000-0000-0000-0000-000000000001");

        for (var i = 0; i < 100; i++)
        {
            model.AddHostSample(new HostSample(
                vm, new SeriesKey(HostMetrics.VpRunTime.Id, $"{i}"), SampleForm.Cumulative, 1_000_000_000, 1_000_000_000, 1, SampleQuality.Measured, "x"));
        }

        Assert.Equal(36, model.Counters.SeriesRefused);
    }

    [Fact]
    public void HostModel_OptionsOutOfRange_NamesAllOfThem()
    {
        var options = new EngineOptions { Timeline = { GraceSeconds = 0 }, Clock = { DriftPpmMax = double.NaN } };
        options.Diagnosis.PartitionLimits["vm1"] = new SignalLimits { ReadyShare = 7 };

        var fault = Assert.Throws<ArgumentException>(() => new HostModel(options));

        Assert.Contains("Timeline:GraceSeconds", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Clock:DriftPpmMax", fault.Message, StringComparison.Ordinal);
        Assert.Contains("PartitionLimits:vm1:ReadyShare is 7", fault.Message, StringComparison.Ordinal);
    }

    private static double Value(TestHost host, TestVm vm, string id) => host.Last(vm).Signals.Single(s => s.Id == id).Value;
}
