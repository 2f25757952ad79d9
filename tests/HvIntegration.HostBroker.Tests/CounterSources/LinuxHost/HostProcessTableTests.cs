using HvIntegration.CounterSources.LinuxHost;

namespace HvIntegration.HostBroker.Tests.CounterSources.LinuxHost;

public sealed class HostProcessTableTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Read_BusyProcess_IsListedWithTwoReadingsFirstAndVmsAreNot()
    {
        var table = new HostProcessTable(new HostFiles(_root.Path, "/nowhere"), 10);
        Process(10, "backup", 100, start: 5);
        Process(11, "qemu", 100, start: 5);
        Process(12, "idle", 100, start: 5);
        Assert.Empty(table.Read(1_000_000_000, new HashSet<int> { 11 }));

        Process(10, "backup", 180, start: 5);
        Process(11, "qemu", 190, start: 5);
        var first = Assert.Single(table.Read(2_000_000_000, new HashSet<int> { 11 }));
        Process(10, "backup", 260, start: 5);
        var second = Assert.Single(table.Read(3_000_000_000, new HashSet<int> { 11 }));

        Assert.Equal("backup(10)", first.Label);
        Assert.Equal([(1_000_000_000L, 1.0), (2_000_000_000L, 1.8)], first.Readings);
        Assert.Equal([(3_000_000_000L, 2.6)], second.Readings);
    }

    [Fact]
    public void Read_NumberReused_StartsAfresh()
    {
        var table = new HostProcessTable(new HostFiles(_root.Path, "/nowhere"), 10);
        Process(10, "old", 100, start: 5);
        table.Read(1_000_000_000, new HashSet<int>());
        Process(10, "new", 900, start: 77);

        Assert.Empty(table.Read(2_000_000_000, new HashSet<int>()));
    }

    [Fact]
    public void Read_MoreThanListed_KeepsTheBusiest()
    {
        var table = new HostProcessTable(new HostFiles(_root.Path, "/nowhere"), 2);
        for (int round = 0; round < 2; round++)
        {
            for (int pid = 1; pid <= 5; pid++)
            {
                Process(pid, "p", 100 + (round * pid * 10), start: 5);
            }

            var rows = table.Read((round + 1) * 1_000_000_000L, new HashSet<int>());
            if (round == 1)
            {
                Assert.Equal(["p(5)", "p(4)"], rows.Select(r => r.Label));
            }
        }
    }

    private void Process(int pid, string name, int ticks, int start) => _root.File(
        $"{pid}/stat", $"{pid} ({name}) S 1 1 1 0 -1 0 0 0 0 0 {ticks} 0 0 0 20 0 1 0 {start} 1000 7 0 0 0\n");
}
