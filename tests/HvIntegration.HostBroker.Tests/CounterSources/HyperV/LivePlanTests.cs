using System.Diagnostics;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.HyperV;
using HvIntegration.CounterSources.HyperV.Counters;
using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.CounterSources.Pdh;
using HvIntegration.Model;

namespace HvIntegration.HostBroker.Tests.CounterSources.HyperV;

/// <summary>The plan of a live read holds until what it depends on changes.</summary>
public sealed class LivePlanTests
{
    private const int Processors = 8;
    private static readonly Guid Web = Guid.Parse("17808674-b02d-408c-9ab8-a85700685ff7");

    [Fact]
    public void Follow_InventoryIsReadAgainWithoutAChange_PlanHolds()
    {
        // Arrange
        var plan = new LivePlan(new VmHints());
        plan.Follow(true, Directory(1), () => Columns(1));
        // Act: another object with the same content, as each round of the inventory makes it; memory and run time always differ.
        plan.Follow(false, new VmDirectory([.. Directory(1).Vms.Select(v => v with { AssignedMb = 4_096, OnTimeMs = 99_000 })]), () => Columns(1));
        // Assert
        Assert.Equal(1, plan.Made);
    }

    [Fact]
    public void Follow_ADiskOrANameIsNew_PlanIsMadeAgain()
    {
        // Arrange
        var plan = new LivePlan(new VmHints());
        var vm = new HyperVVm(Web, "web") { State = PartitionState.Running };
        plan.Follow(true, new VmDirectory([vm]), () => Columns(1));
        // Act
        plan.Follow(false, new VmDirectory([vm with { Disks = [new HyperVDisk(@"D:\web.vhdx", 0, 0)] }]), () => Columns(1));
        plan.Follow(false, new VmDirectory([vm with { Name = "web2", Disks = [new HyperVDisk(@"D:\web.vhdx", 0, 0)] }]), () => Columns(1));
        // Assert
        Assert.Equal(3, plan.Made);
    }

    [Fact]
    public void Faults_ManyDisksOfNoKnownVm_AreShownInAFewSentences()
    {
        // Arrange
        var plan = new LivePlan(new VmHints());
        var two = new VmDirectory([new HyperVVm(Web, "web"), new HyperVVm(Guid.NewGuid(), "db")]);
        // Act
        plan.Follow(true, two, () => [.. Enumerable.Range(0, 20).Select(i => new CounterPath("HOST", "Hyper-V Virtual Storage Device", $"D:-x{i}.vhdx", "Read Bytes/sec"))]);
        // Assert
        string[] faults = [.. plan.Faults];
        Assert.Equal(9, faults.Length);
        Assert.StartsWith("D:-x0.vhdx: the VM of this disk is not known", faults[0], StringComparison.Ordinal);
        Assert.StartsWith("12 more ", faults[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Follow_OneThousandVms_PrintsTheCostOfATickSteadyAndWithOneVmMoreASecond()
    {
        // Arrange
        const int vms = 1_024;
        const int ticks = 5;
        var plan = new LivePlan(new VmHints());
        plan.Follow(true, Directory(vms), () => Columns(vms));
        Tick(plan);
        // Act
        var steady = Stopwatch.StartNew();
        for (int i = 0; i < ticks; i++)
        {
            plan.Follow(false, Directory(vms), () => Columns(vms));
            Tick(plan);
        }

        double steadyMs = steady.Elapsed.TotalMilliseconds / ticks;
        var growing = Stopwatch.StartNew();
        for (int i = 1; i <= ticks; i++)
        {
            int count = vms + i;
            plan.Follow(true, Directory(count), () => Columns(count));
            Tick(plan);
        }

        double growingMs = growing.Elapsed.TotalMilliseconds / ticks;
        // Assert
        string text = FormattableString.Invariant(
            $"{vms} VMs x {Processors} virtual processors, {plan.Row.Length} columns: a tick with a new inventory costs {steadyMs:0} ms; with one VM more each second {growingMs:0} ms");
        TestContext.Current.SendDiagnosticMessage("{0}", text);
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        Assert.Equal(1 + ticks, plan.Made);
        Assert.True(steadyMs < growingMs, text);
    }

    private static void Tick(LivePlan plan) => plan.Sampler!.Emit(plan.Row, 1_000_000_000, 2_000_000_000, new HostSampleList(), []);

    private static VmDirectory Directory(int vms) => new([.. Enumerable.Range(0, vms).Select(i => new HyperVVm(Id(i), $"vm{i:0000}")
    {
        State = PartitionState.Running, VirtualProcessors = Processors, Disks = [new HyperVDisk($@"D:\vm{i:0000}\disk.vhdx", 0, 0)],
    })]);

    private static Guid Id(int number) => new(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

    private static List<CounterPath> Columns(int vms)
    {
        var columns = new List<CounterPath>();
        foreach (var counter in LiveCounters.All.Where(c => !c.IsCost))
        {
            for (int vm = 0; vm < vms; vm++)
            {
                string name = $"vm{vm:0000}";
                string[] instances = counter.Set switch
                {
                    "Hyper-V Hypervisor Virtual Processor" => [.. Enumerable.Range(0, Processors).Select(p => $"{name}:Hv VP {p}")],
                    "Hyper-V Dynamic Memory VM" => [name],
                    "Hyper-V Virtual Storage Device" => [$"D:-{name}-disk.vhdx"],
                    _ => [],
                };
                columns.AddRange(instances.Select(i => new CounterPath("HOST", counter.Set, i, counter.Name)));
            }
        }

        return columns;
    }
}
