using HvIntegration.CounterSources;
using HvIntegration.CounterSources.HyperV;
using HvIntegration.HostBroker.Commands;
using HvIntegration.Model;

namespace HvIntegration.HostBroker.Tests.Commands;

/// <summary>The file of a first real host: it answers or asks the open questions, and can be sent to others.</summary>
public sealed class HostReportTests
{
    private static readonly HyperVVm Vm = new(Guid.Parse("17808674-b02d-408c-9ab8-a85700685ff7"), "payroll-secret")
    {
        State = PartitionState.Running, StateText = "running", VirtualProcessors = 2, Disks = [new HyperVDisk(@"D:\private\payroll.vhdx", 0, 0)],
    };

    [Fact]
    public void Text_OfAHost_AsksEightQuestionsAndHasNoNameOfAVmOrPath()
    {
        // Arrange
        var reading = new CounterReading([], [], [], false)
        {
            Coverage =
            [
                new("Network Interface", "Bytes Sent/sec", 3, null, true), new("Network Adapter", "Bytes Sent/sec", 12, null, true),
                new("Hyper-V Hypervisor Virtual Processor", "CPU Wait Time Per Dispatch", 4, null, false) { ReadsFromRaw = 2 },
                new("Hyper-V Virtual Machine Bus", "Throttle Events", 0, "this system has no such counter set", false),
            ],
        };
        var report = new HostReport("Windows Server 2022, build 20348", [new("rights", true, "administrator or SYSTEM")], [Vm], reading, 41.6, SchedulerType.Core, null);
        // Act
        string text = report.Text();
        // Assert
        foreach (int question in Enumerable.Range(1, 8))
        {
            Assert.Contains($"\n{question}. ", text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        }

        Assert.Contains("3 rows of Network Interface, 12 rows of Network Adapter", text, StringComparison.Ordinal);
        Assert.Contains("1 counters were made of raw values", text, StringComparison.Ordinal);
        Assert.Contains("missing now: Hyper-V Virtual Machine Bus", text, StringComparison.Ordinal);
        Assert.Contains("42 ms with 1 running VMs", text, StringComparison.Ordinal);
        Assert.Contains("core scheduler", text, StringComparison.Ordinal);
        Assert.Contains("VM 1\trunning", text, StringComparison.Ordinal);
        Assert.DoesNotContain("payroll", text, StringComparison.Ordinal);
        Assert.DoesNotContain("17808674", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Environment.MachineName, text, StringComparison.Ordinal);
    }
}
