using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Sampling;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.GuestAgent.Tests.Sampling;

public sealed class SamplerTests
{
    private readonly FakeGuestClock _clock = new();
    private readonly DecodedBatch _batch = new();
    private ulong _sequence;

    [Fact]
    public void Sample_OneCollectorThrowsAndOneIsAbsent_OthersGiveValuesAndTheReasonsAreData()
    {
        // Arrange
        using Sampler sampler = Create(
            Scripted("broken", _ => throw new InvalidOperationException("a bug")),
            Scripted("unreadable", _ => throw new IOException("input/output error")),
            Scripted("absent", _ => CollectOutcome.Unavailable("no such thing")),
            Counting("good"));
        // Act
        Take(sampler, new StreamDecoder(4));
        // Assert
        Assert.Equal(
            [
                (CollectorStatus.Failed, "error in the collector: InvalidOperationException: a bug"),
                (CollectorStatus.Failed, "input/output error"),
                (CollectorStatus.Unavailable, "no such thing"),
                (CollectorStatus.Ok, ""),
            ],
            _batch.Readings.Select(r => (r.Status, r.Reason)));
        Assert.Equal(1, Assert.Single(_batch.Values).Raw);
    }

    [Fact]
    public void Sample_ReadLongerThanItsDeadline_IsReportedLateWithValuesAndTrueTimes()
    {
        // Arrange
        using Sampler sampler = Create(Scripted("slow", series =>
        {
            series.Set(series.Define(GuestMetrics.RunQueue), 3);
            _clock.Advance(150_000_000);
            return CollectOutcome.Ok;
        }));
        // Act
        Take(sampler, new StreamDecoder(1));
        // Assert
        DecodedReading reading = Assert.Single(_batch.Readings);
        Assert.Equal((CollectorStatus.DeadlineExceeded, 150_000_000L), (reading.Status, reading.EndNs - reading.StartNs));
        Assert.Equal(3, Assert.Single(_batch.Values).Raw);
    }

    [Fact]
    public void Sample_BlockingCollectorHangs_LoopGoesOnAndSaysSo_AndItsLateValuesComeWithTrueTimes()
    {
        // Arrange
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var finished = new ManualResetEventSlim();
        var decoder = new StreamDecoder(2);
        using Sampler sampler = Create(
            new ScriptedCollector("filesystem", new CollectorSchedule(1, 200, true), series =>
            {
                series.Set(series.Define(GuestMetrics.RunQueue), 9);
                entered.Set();
                release.Wait(TimeSpan.FromSeconds(20));
                finished.Set();
                return CollectOutcome.Ok;
            }),
            Counting("good"));
        // Act: two seconds without an answer.
        Take(sampler, decoder);
        long begun = _clock.MonotonicNs;
        Assert.DoesNotContain(_batch.Readings, r => r.Collector == 0);
        Assert.True(entered.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        _clock.Advance(1_000_000_000);
        Take(sampler, decoder);
        // Assert
        Assert.Equal(CollectorStatus.NoAnswer, _batch.Readings.Single(r => r.Collector == 0).Status);
        Assert.Equal(2, Assert.Single(_batch.Values).Raw);
        // Act: the source answers at last.
        release.Set();
        Assert.True(finished.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        _sequence++;
        sampler.Sample(_sequence, 0, 10_000);
        decoder.Apply(AgentMessage.Parser.ParseFrom(sampler.Message).Samples, _batch);
        // Assert
        DecodedReading late = _batch.Readings.Single(r => r.Collector == 0);
        Assert.Equal((CollectorStatus.DeadlineExceeded, begun), (late.Status, late.StartNs));
        Assert.Contains(_batch.Values, v => v.Raw == 9);
    }

    [Fact]
    public void Sample_EveryThird_IsReadInEachThirdInterval()
    {
        // Arrange
        var decoder = new StreamDecoder(1);
        using Sampler sampler = Create(new ScriptedCollector("rare", new CollectorSchedule(3, 100, false), _ => CollectOutcome.Ok));
        // Act
        int[] readings = [.. Enumerable.Range(0, 7).Select(_ =>
        {
            Take(sampler, decoder);
            return _batch.Readings.Count;
        })];
        // Assert
        Assert.Equal([1, 0, 0, 1, 0, 0, 1], readings);
    }

    [Fact]
    public void Sample_WallClockSteps_SendsTheEventAndTheClockAtOnce()
    {
        // Arrange
        var decoder = new StreamDecoder(1);
        using Sampler sampler = Create(Counting("good"));
        Take(sampler, decoder);
        Assert.NotNull(_batch.WallClock);
        Take(sampler, decoder);
        Assert.Null(_batch.WallClock);
        // Act
        _clock.StepWallClock(-2_500_000_000);
        Take(sampler, decoder);
        // Assert
        AgentEvent step = Assert.Single(_batch.Events);
        Assert.Equal((AgentEventKind.ClockStep, "the wall clock stepped by -2.500 s"), (step.Kind, step.Text));
        Assert.NotNull(_batch.WallClock);
    }

    [Fact]
    public void Sample_CollectorNoticesMoments_TheyAreSentAndAStepIsToldOnce()
    {
        // Arrange
        var decoder = new StreamDecoder(1);
        ScriptedCollector clock = Counting("clock");
        using Sampler sampler = Create(clock);
        Take(sampler, decoder);
        Take(sampler, decoder);
        // Act
        clock.Moments.Enqueue(new CollectorEvent(AgentEventKind.ClockSource, "clock source changed from tsc to acpi_pm"));
        clock.Moments.Enqueue(new CollectorEvent(AgentEventKind.ClockStep, "wall clock stepped by +1.000 s"));
        _clock.StepWallClock(1_000_000_000);
        Take(sampler, decoder);
        // Assert
        Assert.Equal(
            [(AgentEventKind.ClockSource, "clock source changed from tsc to acpi_pm"), (AgentEventKind.ClockStep, "wall clock stepped by +1.000 s")],
            _batch.Events.Select(e => (e.Kind, e.Text)));
        Assert.NotNull(_batch.WallClock);
        // Act
        Take(sampler, decoder);
        // Assert
        Assert.Empty(_batch.Events);
    }

    [Fact]
    public void Sample_MoreEventsThanFit_KeepsTheNewestAndTellsTheLoss()
    {
        // Arrange
        using Sampler sampler = Create(Counting("good"));
        for (int i = 0; i < 100; i++)
        {
            sampler.Events.Add(AgentEventKind.Configured, $"change {i}");
        }

        // Act
        Take(sampler, new StreamDecoder(1));
        // Assert
        Assert.Equal(32, _batch.Events.Count);
        Assert.Equal(("change 99", "69 earlier events of this second were dropped"), (_batch.Events[^2].Text, _batch.Events[^1].Text));
    }

    [Fact]
    public void Apply_ConfigureOutOfBounds_TakesTheNearestAndSaysSo()
    {
        // Arrange
        var settings = new SamplingSettings(1000, 1000, 20);
        // Act
        string? text = settings.Apply(new Configure { IntervalMs = 5, ProcessTopN = 30, BurstSeconds = 10, BurstIntervalMs = 200 }, 0);
        // Assert
        Assert.Equal("configured by the broker: interval 100 ms (requested 5, valid 100 to 60000), processes 30, burst 10 s, burst interval 200 ms", text);
        Assert.Null(settings.Apply(new Configure(), 0));
    }

    [Fact]
    public void IntervalMsAt_DuringAndAfterABurst_FallsBackByItself()
    {
        var settings = new SamplingSettings(1000, 1000, 20);
        settings.Apply(new Configure { BurstSeconds = 10, BurstIntervalMs = 200 }, 5_000_000_000);
        Assert.Equal((200, 1000), (settings.IntervalMsAt(14_999_999_999), settings.IntervalMsAt(15_000_000_000)));
    }

    private static ScriptedCollector Scripted(string name, Func<CollectorSeries, CollectOutcome> collect) => new(name, CollectorSchedule.EachInterval, collect);

    private static ScriptedCollector Counting(string name)
    {
        int slot = -1;
        long count = 0;
        return Scripted(name, series =>
        {
            slot = slot >= 0 ? slot : series.Define(GuestMetrics.ContextSwitches);
            series.Set(slot, ++count);
            return CollectOutcome.Ok;
        });
    }

    private Sampler Create(params ICollector[] collectors) =>
        new(collectors, null, new SamplingSettings(1000, 1000, 0), _clock, NullLogger.Instance, null);

    private void Take(Sampler sampler, StreamDecoder decoder)
    {
        _clock.Advance(1_000_000_000);
        sampler.Sample(++_sequence, 0, 0);
        decoder.Apply(AgentMessage.Parser.ParseFrom(sampler.Message).Samples, _batch);
    }
}
