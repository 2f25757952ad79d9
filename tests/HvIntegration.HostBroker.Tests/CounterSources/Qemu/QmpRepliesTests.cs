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
    [InlineData("""{"device":"","qdev":"/machine/peripheral-anon/device[3]/virtio-backend","node-name":"#block188","stats":{}}""", "peripheral-anon/device[3]/virtio-backend")]
    [InlineData("""{"device":"","node-name":"#block7","stats":{}}""", "#block7")]
    [InlineData("""{"qdev":"scsi0","stats":{}}""", "scsi0")]
    public void DiskStatistics_DriveWithoutId_TakesTheNextName(string row, string expected)
    {
        using var document = JsonDocument.Parse($"[{row}]");

        Assert.Equal(expected, Assert.Single(QmpReplies.DiskStatistics(document.RootElement)).Name);
    }

    [Theory]
    [InlineData("""{"device":"pflash0","stats":{"rd_operations":1}}""")]
    [InlineData("""{"device":"drive-efidisk0","qdev":"/machine/system.flash1","stats":{"rd_operations":1}}""")]
    [InlineData("""{"device":"","node-name":"libvirt-pflash0-format","stats":{"rd_operations":1}}""")]
    public void DiskStatistics_FirmwareFlash_IsNoDisk(string row)
    {
        using var document = JsonDocument.Parse($"[{row}]");

        Assert.Empty(QmpReplies.DiskStatistics(document.RootElement));
    }

    [Fact]
    public void DiskStatistics_ImpossibleNumbers_AreMissing()
    {
        using var document = JsonDocument.Parse(
            """[{"device":"d","stats":{"rd_operations":-1,"wr_operations":18446744073709551615,"rd_bytes":"12","wr_bytes":null,"rd_total_time_ns":1.5e300,"wr_total_time_ns":2e9}}]""");

        var disk = Assert.Single(QmpReplies.DiskStatistics(document.RootElement));

        Assert.All([disk.Reads, disk.Writes, disk.ReadBytes, disk.WriteBytes, disk.ReadSeconds, disk.Errors], v => Assert.True(double.IsNaN(v)));
        Assert.Equal(2, disk.WriteSeconds);
        Assert.False(disk.HasTraffic);
    }

    [Theory]
    [InlineData("""{"actual":-4096}""")]
    [InlineData("""{"actual":1e30}""")]
    [InlineData("""{"actual":"1"}""")]
    public void Balloon_ImpossibleNumber_IsMissing(string json)
    {
        using var document = JsonDocument.Parse(json);

        Assert.Null(QmpReplies.Balloon(document.RootElement));
    }

    [Fact]
    public void Name_OfThousandsOfCharacters_IsCut()
    {
        using var document = JsonDocument.Parse($$"""{"name":"{{new string('x', 4000)}}"}""");

        Assert.Equal(128, QmpReplies.Name(document.RootElement)!.Length);
    }

    [Theory]
    [InlineData("io-error", "io-error")]
    [InlineData("guest-panicked", "guest-panicked")]
    [InlineData("internal-error", "internal-error")]
    [InlineData("paused", null)]
    [InlineData("running", null)]
    [InlineData("a-state-of-tomorrow", null)]
    public void StopReason_OfAStatus_IsItsNameWhereQemuStoppedIt(string status, string? expected)
    {
        using var document = JsonDocument.Parse($$"""{"status":"{{status}}","running":false}""");

        Assert.Equal(expected, QmpReplies.StopReason(document.RootElement));
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
