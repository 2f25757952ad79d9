using System.Text;
using HvIntegration.CounterSources;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.CounterSources;

public class HostSeriesTests
{
    [Fact]
    public void Of_TwoValuesWithSeparator_KeepsTwoFields()
    {
        var key = HostSeries.Of(HostMetrics.DiskIo, "a|b", "read");

        Assert.Equal("a/b|read", key.Instance);
    }

    [Fact]
    public void Label_LongPath_KeepsStartAndEndWithinTheBound()
    {
        string path = @"--?-UNC-server-share-" + new string('ä', 200) + "-disk7.vhdx";

        string label = HostSeries.Label(path);

        Assert.StartsWith("--?-UNC-server", label, StringComparison.Ordinal);
        Assert.EndsWith("-disk7.vhdx", label, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(label), 100, ProtocolLimits.LabelBytesMax);
    }

    [Fact]
    public void FromName_SameNameInOtherCase_IsTheSameVersionEightGuid()
    {
        var one = PartitionGuid.FromName("HV01", "Web01");

        Assert.Equal(one, PartitionGuid.FromName("hv01", "WEB01"));
        Assert.NotEqual(one, PartitionGuid.FromName("hv02", "web01"));
        Assert.Equal(8, one.Version);
    }
}
