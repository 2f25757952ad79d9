using System.Globalization;
using HvIntegration.GuestAgent.Buffering;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Sampling;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.GuestAgent.Tests.Sampling;

/// <summary>The sampling thread allocates nothing once everything is defined: encoder, ring, own metrics and loop parts.</summary>
public sealed class SteadyAllocationTests
{
    [Fact]
    public void Sample_SteadyGuest_AllocatesNothing()
    {
        // Arrange
        long tick = 0;
        int[] slots = [];
        var busy = new ScriptedCollector("busy", CollectorSchedule.EachInterval, series =>
        {
            slots = slots.Length > 0 ? slots : DefineMany(series);
            foreach (int slot in slots)
            {
                series.Set(slot, tick * (slot + 1) * 1000);
            }

            return CollectOutcome.Ok;
        });
        var absent = new ScriptedCollector("absent", CollectorSchedule.EachInterval, _ => new CollectOutcome(CollectorStatus.Unavailable, "not there"));
        var clock = new FakeGuestClock();
        var counters = new AgentCounters();
        BatchRing? ring = null;
        using var sampler = new Sampler(
            [busy, absent, new AgentCollector(counters, () => ring, () => 0)], null, new SamplingSettings(1000, 1000, 0), clock, NullLogger.Instance, null);
        ring = new BatchRing(sampler.CollectorNames.Count, 1, 8 << 20, long.MaxValue);

        void Take(int count)
        {
            for (int i = 0; i < count; i++)
            {
                tick++;
                clock.Advance(1_000_000_000);
                long time = sampler.Sample((ulong)tick, 0, 0);
                ring.Append((ulong)tick, time, sampler.Message);
            }
        }

        Take(30);
        ring.Acknowledge(30);
        // Act
        long before = GC.GetAllocatedBytesForCurrentThread();
        Take(30);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        // Assert
        Assert.Equal(0, allocated);
    }

    private static int[] DefineMany(CollectorSeries series) =>
        [.. Enumerable.Range(0, 200).Select(i => series.Define(GuestMetrics.CpuTime, "user", i.ToString(CultureInfo.InvariantCulture)))];

    [Fact]
    public void AddProcesses_SteadyGuest_AllocatesNothing()
    {
        // Arrange
        var encoder = new BatchEncoder(0);
        var slots = new ProcessSlots(ProtocolLimits.ProcessesMax);
        for (int slot = 0; slot < 20; slot++)
        {
            slots.Assign(slot, new ProcessIdentity(slot + 1, 5, "process", 1, 0, 1, 1));
        }

        long allocated = 0;
        for (int i = 1; i <= 20; i++)
        {
            // Act
            long before = GC.GetAllocatedBytesForCurrentThread();
            slots.BeginRead();
            for (int slot = 0; slot < 20; slot++)
            {
                slots.Set(slot, ProcessColumn.CpuUserUs, i * slot);
                slots.Set(slot, ProcessColumn.ResidentBytes, i << 20);
            }

            encoder.Begin((ulong)i, i);
            encoder.AddProcesses(slots, i, i);
            encoder.End(0);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // Assert
        Assert.Equal(0, allocated);
    }
}
