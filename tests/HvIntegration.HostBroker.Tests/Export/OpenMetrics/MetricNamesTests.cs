using HvIntegration.Api.OpenMetrics;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.Export.OpenMetrics;

public sealed class MetricNamesTests
{
    [Theory]
    [InlineData("system.cpu.time", "s", true, "system_cpu_time_seconds", "seconds")]
    [InlineData("system.memory.usage", "By", false, "system_memory_usage_bytes", "bytes")]
    [InlineData("system.cpu.load_average.1m", "1", false, "system_cpu_load_average_1m_ratio", "ratio")]
    [InlineData("system.disk.operations", "{operation}", true, "system_disk_operations", "")]
    [InlineData("net.guest.receive", "By/s", false, "net_guest_receive_bytes_per_second", "bytes_per_second")]
    [InlineData("disk.guest.iops", "{operation}/s", false, "disk_guest_iops_per_second", "per_second")]
    [InlineData("system.cpu.logical.count", "{cpu}", false, "system_cpu_logical_number", "")]
    [InlineData("hvi.guest.wakeup.count", "{wakeup}", true, "hvi_guest_wakeup_count", "")]
    [InlineData("some.bytes", "By", false, "some_bytes", "bytes")]
    [InlineData("9lives..x", "", false, "_9lives_x", "")]
    public void Of_DottedName_FollowsTheRules(string dotted, string unit, bool isCounter, string name, string unitWord)
    {
        // Act
        var family = MetricNames.Of(dotted, unit, isCounter);

        // Assert
        Assert.Equal(new MetricFamilyName(name, unitWord, isCounter), family);
    }

    [Fact]
    public void Of_WholeCatalog_GivesEachMetricItsOwnName()
    {
        // Arrange
        var metrics = GuestMetrics.All.Concat(HostMetrics.All).ToList();

        // Act
        var names = metrics.Select(m => MetricNames.Of(m).Name).Concat(metrics.Where(m => m.Form == MetricForm.Counter).Select(m => MetricNames.RateOf(m).Name)).ToList();

        // Assert
        Assert.Equal(names.Count, names.Distinct().Count());
    }
}
