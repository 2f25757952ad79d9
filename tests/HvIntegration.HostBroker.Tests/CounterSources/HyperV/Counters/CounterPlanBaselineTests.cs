using System.Globalization;
using HvIntegration.CounterSources.HyperV.Counters;
using HvIntegration.CounterSources.PerformanceCounters;

namespace HvIntegration.HostBroker.Tests.CounterSources.HyperV.Counters;

/// <summary>What every counter of the table becomes in a recording that has all of them, and in one that has each counter alone.</summary>
public sealed class CounterPlanBaselineTests
{
    private const string Nic = "web01_Network Adapter_17808674-B02D-408C-9AB8-A85700685FF7--3E6E9C29-55F6-44C7-AC81-A10E8039000E";

    [Fact]
    public void Targets_OfEveryCounter_AreThoseOfTheBaseline()
    {
        // Arrange
        string path = HostFixtures.PathOf("counter-plan.txt");
        List<CounterPath> columns = [.. HyperVCounterTable.Rows
            .SelectMany(r => Instances(r).Select(i => new CounterPath("HV01", r.Set, r.HasInstances ? i : null, r.Counter))).Distinct()];
        // Act
        List<string> lines = ["All counters together", .. Lines(columns), "", "Each counter alone"];
        foreach (var column in columns)
        {
            lines.AddRange(Lines([column]));
        }

        if (Environment.GetEnvironmentVariable("HVI_UPDATE_BASELINE") == "1")
        {
            File.WriteAllText(path, string.Join('\n', lines) + "\n");
            return;
        }

        // Assert
        Assert.Equal(File.ReadAllLines(path), lines);
    }

    private static IEnumerable<string> Lines(List<CounterPath> columns)
    {
        var plan = new CounterPlan(columns, new VmHints());
        return plan.Targets.Select(t => string.Create(
            CultureInfo.InvariantCulture,
            $"{columns[t.Columns[0]].Set}: {t.Native} -> {t.Series.MetricId}({t.Series.Instance}) {t.Form} x {t.Factor} + {t.Offset} {t.Quality}, {t.Columns.Count} + {t.Times.Count} columns, {(t.Partition == Guid.Empty ? "host" : "VM")}"))
            .Concat(plan.Faults.Select(f => "fault: " + f));
    }

    private static string[] Instances(HyperVCounter row) => row.Instances switch
    {
        InstanceKind.VirtualProcessor => ["web01:Hv VP 0", "_Total"],
        InstanceKind.WorkerProcessor => ["web01:WP VP 0"],
        InstanceKind.LogicalProcessor => ["Hv LP 0", "_Total"],
        InstanceKind.RootProcessor => ["Root VP 0", "_Total"],
        InstanceKind.Vm => ["web01", "_Total"],
        InstanceKind.VmAndSuffix => ["web01:" + (row.Set == HostSets.Partition ? "HvPt" : row.Set == HostSets.Remoting ? "Remoting" : row.Set == HostSets.LiveMigration ? "VM Live Migration" : "Current or most recent Save-Restore-Snapshot operation")],
        InstanceKind.IdeController => ["web01:Ide Controller"],
        InstanceKind.VirtualDisk => ["C:-VMs-web01.vhdx", "ISO"],
        InstanceKind.Volume => ["C:", "HarddiskVolume1"],
        InstanceKind.PhysicalDisk => ["0 C: D:"],
        InstanceKind.NetworkAdapter or InstanceKind.VmNetworkAdapter => [Nic, "Intel X710"],
        InstanceKind.LegacyAdapter => ["web01:Ethernet Card"],
        InstanceKind.Uplink => ["Intel X710", "isatap.local"],
        InstanceKind.Pipe or InstanceKind.PipeDevice => ["web01:net-{11111111-1111-4111-8111-111111111111}"],
        InstanceKind.NamedPart or InstanceKind.HostTotal => ["0", "_Total"],
        _ => ["x"],
    };
}
