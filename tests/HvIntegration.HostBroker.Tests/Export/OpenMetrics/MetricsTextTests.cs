using HvIntegration.Api.OpenMetrics;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.Export.OpenMetrics;

public sealed class MetricsTextTests
{
    [Theory]
    [InlineData("live", "two-vms.om")]
    [InlineData("simulated", "two-vms-simulated.om")]
    public void Write_TwoVms_MatchesGoldenFile(string origin, string golden) =>
        Match(golden, MetricsText.Write(MetricsSamples.TwoVms(origin), MetricsFormat.OpenMetrics, new MetricsOptions()));

    [Fact]
    public void Write_TwoVmsAsPlainText_MatchesGoldenFile() =>
        Match("two-vms.prom", MetricsText.Write(MetricsSamples.TwoVms(), MetricsFormat.PrometheusText, new MetricsOptions()));

    [Fact]
    public void Write_Simulated_LabelsEverySeriesThatIsNotTheGuests()
    {
        // Act
        var text = MetricsText.Write(MetricsSamples.TwoVms("simulated"), MetricsFormat.OpenMetrics, new MetricsOptions());

        // Assert
        Assert.Contains("hvi_source_info{source=\"qemu\",origin=\"simulated\"} 1", text);
        Assert.All(text.Split('\n').Where(l => l.StartsWith("hvi_host_", StringComparison.Ordinal) || l.StartsWith("hvi_signal_", StringComparison.Ordinal)), l => Assert.Contains("origin=\"simulated\"", l));
    }

    [Fact]
    public void Write_TooManySeries_LeavesThemOutAndCountsThem()
    {
        // Arrange
        var vm = MetricsSamples.Silent;
        var samples = Enumerable.Range(0, 200).Select(i => new HostSample(vm, new SeriesKey(HostMetrics.VpRunTime.Id, $"{i}"), SampleForm.Cumulative, 1, 1, i, SampleQuality.Measured, "n")).ToList();
        var snapshot = new MetricsSnapshot("qemu", "live", "0.1.0", [], [new MetricsPartition(new PartitionInfo(vm, "big", PartitionState.Running, 1, null, null, null), false, null, null, "live", samples)]);

        // Act
        var text = MetricsText.Write(snapshot, MetricsFormat.OpenMetrics, new MetricsOptions { SeriesPerVmMax = 100 });

        // Assert
        Assert.Equal(98, text.Split('\n').Count(l => l.StartsWith("hvi_host_vp_run_time_seconds_total{", StringComparison.Ordinal)));
        Assert.Contains("\nhvi_export_series_dropped 102\n", text);
    }

    [Fact]
    public void Write_AnyNames_EveryLineIsAFamilyOrASample()
    {
        // Arrange
        var random = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            var name = new string([.. Enumerable.Range(0, random.Next(20)).Select(_ => (char)random.Next(1, 0xd800))]);
            var info = new PartitionInfo(Guid.NewGuid(), name, PartitionState.Running, 1, null, null, null);

            // Act
            var text = MetricsText.Write(new MetricsSnapshot(name, "live", name, [], [new MetricsPartition(info, true, null, null, "live", [])]), MetricsFormat.OpenMetrics, new MetricsOptions());

            // Assert
            Assert.EndsWith("\n# EOF\n", text);
            Assert.All(text.TrimEnd('\n').Split('\n'), l => Assert.Matches(@"^(# (HELP|TYPE|UNIT) \w+ .+|# EOF|\w+(\{(\w+=""([^""\\]|\\[\\n""])*"",?)*\})? -?[0-9.E+]+)$", l));
        }
    }

    [Theory]
    [InlineData("", "OpenMetrics")]
    [InlineData("*/*", "OpenMetrics")]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "OpenMetrics")]
    [InlineData("text/plain;version=0.0.4", "PrometheusText")]
    [InlineData("text/plain;version=0.0.4,*/*;q=0.1", "PrometheusText")]
    [InlineData("text/html", "PrometheusText")]
    [InlineData(";;garbage", "OpenMetrics")]
    public void FormatFor_AcceptHeader_PicksWhatIsWanted(string accept, string format) =>
        Assert.Equal(Enum.Parse<MetricsFormat>(format), MetricsEndpoint.FormatFor(accept));

    [Fact]
    public async Task Write_WholeCatalog_PassesPromtool()
    {
        // Arrange
        Assert.SkipUnless(File.Exists("/usr/bin/promtool"), "promtool is not installed (Debian package prometheus)");
        var snapshot = MetricsSamples.TwoVms();
        var everything = GuestMetrics.All.Select(m => new GuestSample(new SeriesKey(m.Id, string.Join('|', m.Attributes.Select((_, i) => $"v{i}"))), 1, 1, 1)).ToList();
        var host = HostMetrics.All.SelectMany(m => new[] { SampleForm.Cumulative, SampleForm.IntervalRate }.Select(form =>
            new HostSample(MetricsSamples.Web, new SeriesKey(m.Id, string.Join('|', m.Attributes.Select((_, i) => $"v{i}"))), m.Form == MetricForm.Gauge ? SampleForm.Gauge : form, 1, 1, 1, SampleQuality.Measured, "n"))).ToList();
        var web = snapshot.Partitions[0];
        snapshot = snapshot with { Partitions = [web with { Guest = web.Guest! with { Samples = everything }, Host = host }] };

        // Act
        var (exit, output) = await PromtoolAsync(MetricsText.Write(snapshot, MetricsFormat.PrometheusText, new MetricsOptions()));

        // Assert
        Assert.True(exit == 0, output);
    }

    private static async Task<(int Exit, string Output)> PromtoolAsync(string text)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/promtool", ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(60));
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        var answers = process.StandardOutput.ReadToEndAsync(timeout.Token);
        await process.StandardInput.WriteAsync(text.AsMemory(), timeout.Token);
        process.StandardInput.Close();
        await process.WaitForExitAsync(timeout.Token);
        return (process.ExitCode, await errors + await answers);
    }

    private static void Match(string golden, string actual, [CallerFilePath] string here = "")
    {
        // HVI_UPDATE_GOLDEN=1 writes the files anew; the difference is reviewed.
        var file = Path.Combine(Path.GetDirectoryName(here)!, "golden", golden);
        if (Environment.GetEnvironmentVariable("HVI_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        Assert.Equal(File.ReadAllText(file), actual);
    }
}
