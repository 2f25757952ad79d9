using System.Text.Json;
using HvIntegration.Model;
using HvIntegration.CounterSources.Qemu;

namespace HvIntegration.HostBroker.Tests.CounterSources.Qemu;

public class QmpRepliesTests
{
    [Fact]
    public void Answers_OfARealGuest_GiveIdentityAndDisks()
    {
        Assert.Equal(Guid.Parse("3e0f3c33-6d3e-4a2f-9a65-1c1d5b8a9f01"), QmpReplies.Uuid(Return("query-uuid")));
        Assert.Equal("vm1", QmpReplies.Name(Return("query-name")));
        Assert.Equal(PartitionState.Running, QmpReplies.Status(Return("query-status")));
        Assert.Equal([0, 1], QmpReplies.Processors(Return("query-cpus-fast")).Select(p => p.Index));
        Assert.Equal(64 * 1024 * 1024, QmpReplies.Balloon(Return("query-balloon")));
        Assert.Equal(64 * 1024 * 1024, QmpReplies.Memory(Return("query-memory-size-summary")));
        Assert.Equal([("disk0", 200), ("d1", null)], QmpReplies.Disks(Return("query-block")).Select(d => (d.Name, d.OperationsMax)));
        var statistics = QmpReplies.DiskStatistics(Return("query-blockstats"))[0];
        Assert.Equal(("disk0", 1, 512), (statistics.Name, statistics.Reads, statistics.ReadBytes));
        Assert.True(statistics.ReadSeconds > 0);
    }

    [Theory]
    [InlineData("finish-migrate", PartitionActivity.Migrating)]
    [InlineData("inmigrate", PartitionActivity.Migrating)]
    [InlineData("save-vm", PartitionActivity.Saved)]
    [InlineData("paused", PartitionActivity.None)]
    [InlineData("running", PartitionActivity.None)]
    public void Activity_OfAStatus_IsWhatQemuDoes(string status, object activity)
    {
        using var document = JsonDocument.Parse($$"""{"status":"{{status}}","running":false}""");

        Assert.Equal(activity, QmpReplies.Activity(document.RootElement));
    }

    [Theory]
    [InlineData("""{"device":"","qdev":"/machine/peripheral/root/virtio-backend","node-name":"n","stats":{}}""", "root")]
    [InlineData("""{"device":"","qdev":"/machine/peripheral-anon/device[0]/virtio-backend","node-name":"n","stats":{}}""", "n")]
    [InlineData("""{"qdev":"scsi0","stats":{}}""", "scsi0")]
    public void DiskStatistics_DriveWithoutId_TakesTheNextName(string row, string expected)
    {
        using var document = JsonDocument.Parse($"[{row}]");

        Assert.Equal(expected, Assert.Single(QmpReplies.DiskStatistics(document.RootElement)).Name);
    }

    // JSON allows half of a surrogate pair in a name, and reading past it used to end the read of every VM.
    [Theory]
    [InlineData("""{"nam\ud800":1,"UUI\udc00":1,"statu\ud800":1}""")]
    [InlineData("""{"\ud800":1,"name\ud800":"x"}""")]
    public void Members_NamesThatAreNoText_AreAbsent(string json)
    {
        using var document = JsonDocument.Parse(json);

        Assert.Null(QmpReplies.Name(document.RootElement));
        Assert.Equal(Guid.Empty, QmpReplies.Uuid(document.RootElement));
        Assert.Equal("a reply without return or error", QmpReplies.ErrorText(document.RootElement));
    }

    [Fact]
    public void Disks_LimitOnReadsAlone_IsNotALimitOnBoth()
    {
        using var document = JsonDocument.Parse(
            """[{"device":"a","inserted":{"file":"/x","iops":0,"iops_rd":10,"iops_wr":0,"bps":0,"bps_rd":100,"bps_wr":50}},{"device":"cd"}]""");

        var disk = Assert.Single(QmpReplies.Disks(document.RootElement));

        Assert.Null(disk.OperationsMax);
        Assert.Equal(150, disk.BytesMax);
    }

    private static JsonElement Return(string command) =>
        JsonDocument.Parse(HostFixtures.Text($"linux-6.18/qmp/{command}.json")).RootElement.GetProperty("return");
}
