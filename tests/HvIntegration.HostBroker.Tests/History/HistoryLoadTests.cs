using System.Diagnostics;
using HvIntegration.Model;
using HvIntegration.History;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.History;

/// <summary>Prints what 64 VMs cost; asserts bounds of memory and size only, never of time.</summary>
[Collection(MemoryMeasured.Name)]
public sealed class HistoryLoadTests(ITestOutputHelper output)
{
    private const int VirtualMachines = 64;
    private const int GuestSeries = 150;
    private const int HostSeries = 24;
    private const int Processes = 20;
    private const int Seconds = 150;

    [Fact]
    public async Task Commit_SixtyFourMachines_PrintsTimeSizeAndMemory()
    {
        // Arrange
        await using var bench = HistoryBench.Closed();
        bench.Options.MemoryMaxMiB = 256;
        await bench.ReopenAsync();
        var machines = Enumerable.Range(0, VirtualMachines).Select(i => new Machine(i)).ToList();
        var times = new List<double>();
        var before = Environment.WorkingSet;

        // Act
        for (var second = 0; second < Seconds; second++)
        {
            bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(second));
            var commit = new HistoryCommit(
                [.. machines.Select(m => m.Batch(second))], second % 2 == 0 ? [.. machines.Select(m => m.Exchange(second))] : [],
                [.. machines.SelectMany(m => m.Host(second))], [.. machines.Select(m => m.Report(second))], second == 0 ? [.. machines.Select(m => m.Info)] : []);
            var watch = Stopwatch.StartNew();
            await bench.Store.CommitAsync(commit, TestContext.Current.CancellationToken);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(Seconds + 60));
        var rolling = Stopwatch.StartNew();
        await bench.Store.UpkeepAsync(TestContext.Current.CancellationToken);
        rolling.Stop();
        var asking = Stopwatch.StartNew();
        var answer = await bench.Store.QueryAsync(machines[5].Id, GuestMetrics.CpuTime.Id, HistoryBench.StartSecond, HistoryBench.StartSecond + Seconds, 1000, TestContext.Current.CancellationToken);
        asking.Stop();
        var rss = (Environment.WorkingSet - before) >> 20;
        await bench.Store.DisposeAsync();

        // Assert
        var raw = Directory.GetFiles(bench.Folder, "1s-*").Sum(f => new FileInfo(f).Length);
        var minutes = Directory.GetFiles(bench.Folder, "1min-*").Sum(f => new FileInfo(f).Length);
        var rawPerDay = raw / (double)Seconds * 86_400 / VirtualMachines / (1 << 20);
        times.Sort();
        output.WriteLine($"{VirtualMachines} VMs x ({GuestSeries} guest + {HostSeries} host series, {Processes} processes, 40 signals), {Seconds} commits:");
        output.WriteLine($"commit median {times[times.Count / 2]:F0} ms, 95 % {times[times.Count * 95 / 100]:F0} ms, greatest {times[^1]:F0} ms");
        output.WriteLine($"raw {raw >> 10} KiB = {rawPerDay:F0} MiB per VM-day; minutes file {minutes >> 10} KiB for 3 minutes");
        output.WriteLine($"3 minutes rolled up in {rolling.Elapsed.TotalMilliseconds:F0} ms, one metric asked in {asking.Elapsed.TotalMilliseconds:F0} ms, working set {before >> 20} {rss:+0;-0} MiB");
        Assert.NotEmpty(answer);
        Assert.InRange(rawPerDay, 1, 400);
        Assert.True(rss <= 1024, $"working set grew by {rss} MiB");
    }

    private sealed class Machine
    {
        private readonly Random _random;
        private readonly double[] _counters = new double[GuestSeries];
        private readonly double[] _host = new double[HostSeries];
        private readonly GuestProcess[] _processes;
        private readonly long _bootNs;
        private readonly Guid _boot;

        public Machine(int index)
        {
            _random = new Random(index);
            _bootNs = (index + 1) * 12_345_678_901L;
            Id = new Guid(index + 1, 0, 0, new byte[8]);
            _boot = new Guid(index + 1, 1, 0, new byte[8]);
            Info = new PartitionInfo(Id, $"vm-{index}", PartitionState.Running, 4, null, 8e9, null);
            _processes = [.. Enumerable.Range(0, Processes).Select(p => new GuestProcess(100 + p, (ulong)p * 1000, $"worker-{p}", (ulong)p, 1000, 1, 1, 0, 0, 0, 1e8 + (p * 4096), 5e7, 0, 0, 0, 4, 'S', 0))];
        }

        public Guid Id { get; }

        public PartitionInfo Info { get; }

        public GuestBatch Batch(int second)
        {
            // Twelve collectors, a third of the series standing still, as on a real guest.
            var startNs = _bootNs + (second * HistoryBench.SecondNs) + _random.Next(2_000_000);
            var samples = new GuestSample[GuestSeries];
            for (var i = 0; i < GuestSeries; i++)
            {
                if (i % 3 != 0)
                {
                    _counters[i] += i % 2 == 0 ? Math.Round(_random.NextDouble(), 6) : _random.Next(5000);
                }

                var readNs = startNs + (i / 13 * 40_000);
                samples[i] = new GuestSample(new SeriesKey(i < 40 ? GuestMetrics.CpuTime.Id : GuestMetrics.DiskIo.Id, $"mode{i}|{i % 4}"), readNs, readNs + 30_000, _counters[i]);
            }

            for (var p = 0; p < Processes; p++)
            {
                var process = _processes[p];
                _processes[p] = process with
                {
                    CpuUserSeconds = process.CpuUserSeconds + Math.Round(_random.NextDouble() / 20, 2), ResidentBytes = process.ResidentBytes + (4096 * _random.Next(-3, 4)),
                    RunWaitSeconds = process.RunWaitSeconds + Math.Round(_random.NextDouble() / 100, 6), ReadBytes = process.ReadBytes + (p % 4 == 0 ? 4096 * _random.Next(20) : 0),
                };
            }

            return new GuestBatch(Id, _boot, (ulong)second + 1, startNs, samples, startNs + 800_000, [.. _processes], 320, null);
        }

        public (Guid, Guid, ClockExchange) Exchange(int second)
        {
            var hostNs = HistoryBench.HostNs(second);
            var guestNs = _bootNs + (second * HistoryBench.SecondNs);
            return (Id, _boot, new ClockExchange(hostNs, guestNs + 100_000, guestNs + 120_000, hostNs + 220_000));
        }

        public IEnumerable<HostSample> Host(int second)
        {
            var atNs = HistoryBench.HostNs(second) + 3_000_000;
            for (var i = 0; i < HostSeries; i++)
            {
                _host[i] += Math.Round(_random.NextDouble(), 9);
                yield return new HostSample(Id, new SeriesKey(HostMetrics.VpRunTime.Id, $"{i}"), SampleForm.Cumulative, atNs, atNs, _host[i], SampleQuality.Measured, "% Total Run Time");
            }
        }

        public PartitionReport Report(int second) => new(
            Info, HistoryBench.StartSecond + second, true, true,
            [.. Enumerable.Range(0, 40).Select(i => new Signal($"signal.{i}", Side.Both, _random.NextDouble(), "1", 0.02, SampleQuality.Measured, "made up"))],
            new Verdict(VerdictStatement.OfRecord("none", Side.None, Id, "vm", null, new RecordedWords("Healthy", "vm is healthy: nothing it asked for was withheld", "")), 0.9), null, null, []);
    }
}
