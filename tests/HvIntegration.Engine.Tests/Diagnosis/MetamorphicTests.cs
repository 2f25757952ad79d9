using System.Collections.Concurrent;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Simulation;

namespace HvIntegration.Engine.Tests.Diagnosis;

/// <summary>What must not change the verdict does not, and what takes knowledge away makes it less sure: simulated faults, seen otherwise.</summary>
public sealed class MetamorphicTests
{
    private const int Seed = 91_000;
    private static readonly ConcurrentDictionary<string, CaseScore> Plain = new();

    // None of these is necessary for any cause (diagnosis reference, section 10): they support, or they are there for people.
    private static readonly MetricDefinition[][] Unnecessary =
    [
        [GuestMetrics.RunQueue], [GuestMetrics.WakeupLateness, GuestMetrics.WakeupLatenessMax, GuestMetrics.Wakeups],
        [GuestMetrics.ContextSwitches, GuestMetrics.Load1, GuestMetrics.Blocked], [GuestMetrics.MemoryCommitted, GuestMetrics.MemoryNeeded],
        [GuestMetrics.NetworkIo, GuestMetrics.DiskInFlight], [HostMetrics.VpDispatches, HostMetrics.LpContextSwitches], [HostMetrics.RootRunTime],
        [HostMetrics.MemoryAdded, HostMetrics.MemoryRemoved, HostMetrics.MemoryDemand], [HostMetrics.StoreOperations, HostMetrics.StoreIo, HostMetrics.StoreOperationTime],
        [HostMetrics.DiskQueueLength, HostMetrics.NicIo],
    ];

    public static TheoryData<string> Kinds => [.. CaseKind.All.Where(k => k.Group == "fault" && !k.IsLong).Select(k => k.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void GuestClocksShiftedByTenMinutes_SameVerdict(string kind)
    {
        foreach (var shift in new[] { 600_000_000_000L, -600_000_000_000L })
        {
            var seen = Judge(kind, second => second with
            {
                Batches = [.. second.Batches.Select(b => b with
                {
                    StartMonotonicNs = b.StartMonotonicNs + shift,
                    ProcessMonotonicNs = b.ProcessMonotonicNs + shift,
                    Samples = [.. b.Samples.Select(s => new GuestSample(s.Series, s.StartMonotonicNs + shift, s.EndMonotonicNs + shift, s.Value))],
                })],
                Exchanges = [.. second.Exchanges.Select(e => (e.Partition, e.Boot, new ClockExchange(e.Exchange.T1HostNs, e.Exchange.T2GuestNs + shift, e.Exchange.T3GuestNs + shift, e.Exchange.T4HostNs)))],
            });

            Same(kind, seen);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void NamesPermuted_SameVerdict(string kind)
    {
        var seen = Judge(kind, second => second with
        {
            Partitions = [.. second.Partitions.Select((p, i) => p with { Name = second.Partitions[(i + 1) % second.Partitions.Count].Name })],
        });

        Same(kind, seen);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void HalfTheSampleRate_SameVerdict(string kind)
    {
        var scenario = new Scenario(Kind(kind), Seed);

        var seen = Trial.Run(scenario.Truth, scenario.Play(everySeconds: 2)).Score;

        Same(kind, seen);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void OneUnnecessarySignalMissing_NeverAnotherCause(string kind)
    {
        var plain = PlainOf(kind);
        Parallel.ForEach(Unnecessary, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, dropped =>
        {
            var ids = dropped.Select(m => m.Id).ToHashSet();

            var seen = Judge(kind, second => second with
            {
                HostSamples = [.. second.HostSamples.Where(s => !ids.Contains(s.Series.MetricId))],
                Batches = [.. second.Batches.Select(b => b with { Samples = [.. b.Samples.Where(s => !ids.Contains(s.Series.MetricId))] })],
            });

            Assert.True(
                seen.Predicted == plain.Predicted || seen.Predicted == "unknown",
                $"{kind} without {string.Join(", ", dropped.Select(m => m.Name))}: {seen.Predicted}, {plain.Predicted} with it");
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void GuestSideHidden_LessSureAndNeverAnotherCause(string kind)
    {
        var plain = PlainOf(kind);

        var seen = Judge(kind, second => second with { Batches = [], Exchanges = [] });

        Assert.True(
            seen.Predicted is "unknown" or "none" || (seen.Predicted == plain.Predicted && (seen.Probability < plain.Probability || plain.Truth.Hypothesis == "vm-paused")),
            $"{kind}: {seen.Predicted} {seen.Probability:0.00} without the guest, {plain.Predicted} {plain.Probability:0.00} with it");
    }

    // Twice and four times as much work on the same host, still within what it has: nobody waits, nothing is said.
    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void HealthyLoadScaledWithinCapacity_StaysNone(double times)
    {
        var host = new TestHost { LogicalProcessors = 16 };
        for (var i = 0; i < 4; i++)
        {
            var vm = host.Add($"vm{i + 1}", 2);
            vm.Busy = cpu => 0.15 + (0.02 * cpu);
            vm.Iops = 100;
        }

        host.Run(60);
        foreach (var vm in host.Vms)
        {
            vm.Busy = cpu => times * (0.15 + (0.02 * cpu));
            vm.Iops = 100 * times;
            vm.Queue = 0.1 * times;
        }

        host.Run(60);

        Assert.All(host.Reports.Skip(40), r => Assert.Equal("none", r.Verdict.Hypothesis));
        Assert.All(host.Reports, r => Assert.Null(r.Episode));
    }

    private static CaseKind Kind(string name) => CaseKind.All.Single(k => k.Name == name);

    private static CaseScore PlainOf(string kind) => Plain.GetOrAdd(kind, static k => Judge(k, static s => s));

    private static CaseScore Judge(string kind, Func<ObservedSecond, ObservedSecond> seenAs)
    {
        var scenario = new Scenario(Kind(kind), Seed);
        return Trial.Run(scenario.Truth, scenario.Play().Select(seenAs)).Score;
    }

    private static void Same(string kind, CaseScore seen)
    {
        var plain = PlainOf(kind);
        Assert.True(seen.Predicted == plain.Predicted, $"{kind}: {seen.Predicted} instead of {plain.Predicted}");
        Assert.Equal(plain.Truth.Hypothesis, plain.Predicted);
    }
}
