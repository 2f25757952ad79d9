using System.Diagnostics;
using System.Globalization;
using HvIntegration.Engine;
using HvIntegration.Model;
using HvIntegration.Engine.Options;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Accuracy;

/// <summary>How long the engine takes for one hour of 64 VMs at one second, as a recording gives it: host side only.</summary>
internal static class SpeedRun
{
    private const int Vms = 64;
    private const int Seconds = 3600;
    private const int Processors = 4;
    private const long Start = 1_790_000_000L;

    public static void Print()
    {
        foreach (var faulty in new[] { 0, 8 })
        {
            var (seconds, samples, episodes) = Judge(faulty);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Vms} VMs, {Seconds} s, {faulty} of them starved half of the time: {samples / 1e6:0.0} million samples, {seconds:0.00} s, {seconds * 1e6 / (Vms * Seconds):0.0} us per VM-second, {episodes} episodes"));
        }
    }

    private static (double Seconds, long Samples, int Episodes) Judge(int faulty)
    {
        var options = new EngineOptions();
        options.Diagnosis.Detail = ReportDetail.Episodes;
        var model = new HostModel(options);
        var random = new Random(1);
        var ids = Enumerable.Range(1, Vms).Select(i => new Guid(i, 0, 0, new byte[8])).ToList();
        model.UpdateInventory([.. ids.Select((id, i) => new PartitionInfo(id, $"vm{i:00}", PartitionState.Running, Processors, null, null, null))]);
        var series = ids.ConvertAll(id => Open(model, id));
        var lp = model.OpenSeries(Guid.Empty, new SeriesKey(HostMetrics.LpRunTime.Id, "_Total"), "% Total Run Time", SampleQuality.Measured)!;
        long samples = 0;
        var episodes = 0;
        var started = Stopwatch.GetTimestamp();
        for (var s = 1; s <= Seconds; s++)
        {
            var (from, to) = ((Start + s - 1) * 1_000_000_000L, (Start + s) * 1_000_000_000L);
            var starved = s % 600 > 300;
            model.Add(lp, SampleForm.IntervalRate, from, to, starved && faulty > 0 ? 0.97 : 0.4);
            for (var vm = 0; vm < Vms; vm++)
            {
                var victim = starved && vm < faulty;
                for (var i = 0; i < series[vm].Count; i++)
                {
                    var (handle, form, value) = series[vm][i];
                    value = victim && i < Processors ? 0.7 : victim && i < 2 * Processors ? 0.25 : value;
                    model.Add(handle, form, form == SampleForm.Gauge ? to : from, to, value * (0.95 + (0.1 * random.NextDouble())));
                    samples++;
                }
            }

            model.AdvanceTo(Start + s - 1);
            episodes += model.TakeFinished().Count;
        }

        return (Stopwatch.GetElapsedTime(started).TotalSeconds, samples, episodes);
    }

    private static List<(HostSeries Series, SampleForm Form, double Value)> Open(HostModel model, Guid vm)
    {
        var list = new List<(HostSeries, SampleForm, double)>();
        void Rate(MetricDefinition metric, string instance, double value) => Put(metric, instance, SampleForm.IntervalRate, value);
        void Put(MetricDefinition metric, string instance, SampleForm form, double value)
            => list.Add((model.OpenSeries(vm, new SeriesKey(metric.Id, instance), metric.Name, SampleQuality.Measured)!, form, value));
        foreach (var (metric, value) in new[] { (HostMetrics.VpRunTime, 0.2), (HostMetrics.VpWaitTime, 0.005) })
        {
            for (var vp = 0; vp < Processors; vp++)
            {
                Rate(metric, vp.ToString(CultureInfo.InvariantCulture), value);
            }
        }

        foreach (var direction in new[] { "read", "write" })
        {
            Rate(HostMetrics.DiskOperations, "c.vhdx|" + direction, 50);
            Rate(HostMetrics.DiskIo, "c.vhdx|" + direction, 1e6);
            Rate(HostMetrics.DiskOperationTime, "c.vhdx|" + direction, 0.05);
            Rate(HostMetrics.NicIo, "nic|" + direction, 1e5);
            Rate(HostMetrics.NicDropped, "nic|" + direction, 0);
        }

        Rate(HostMetrics.DiskLowerOperationTime, "c.vhdx", 0.09);
        Put(HostMetrics.DiskQueueLength, "c.vhdx", SampleForm.Gauge, 0.1);
        Put(HostMetrics.MemoryAssigned, "", SampleForm.Gauge, 4e9);
        Put(HostMetrics.MemoryPressure, "", SampleForm.Gauge, 0.7);
        return list;
    }
}
