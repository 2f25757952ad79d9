using System.Globalization;
using System.Text;
using HvIntegration.CounterSources.HyperV.Counters;
using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;

namespace HvIntegration.HostBroker.Tests.CounterSources.HyperV.Counters;

/// <summary>Writes <see cref="HyperVCounterTable"/> as the documentation shows it.</summary>
internal static class CounterPage
{
    private static readonly Dictionary<double, string> Factors = new()
    {
        [1] = "", [Units.Percent] = "0.01", [-Units.Percent] = "-0.01", [Units.Mebi] = "2^20", [Units.Page] = "4096", [Units.Milli] = "10^-3", [Units.Nano] = "10^-9",
        [Units.HundredNano] = "10^-7", [Units.Bit] = "1/8", [Units.Percent * Units.Mebi] = "0.01 x 2^20",
    };

    /// <summary>One heading and one table for each set.</summary>
    public static string Write()
    {
        var text = new StringBuilder();
        foreach (var set in HyperVCounterTable.Rows.GroupBy(r => r.Set))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### {set.Key}\n\n");
            string instances = set.Select(r => Instances(r.Instances)).FirstOrDefault(i => i.Length > 0) ?? "";
            if (instances.Length > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"Instances: {instances}.\n\n");
            }

            text.Append("| Counter | Metric | Form | Factor | Companions | Quality | From | Live |\n|---|---|---|---|---|---|---|---|\n");
            foreach (var row in set)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {Counter(row)} | {Metric(row)} | {Form(row)} | {Factors[row.Factor]} | {Companions(row)} |");
                text.Append(CultureInfo.InvariantCulture, $" {(row.Quality == SampleQuality.Estimated ? "estimated" : "")} | {From(row.Oldest)} | {Live(row.Live)} |\n");
            }
        }

        return text.ToString();
    }

    private static string Counter(HyperVCounter row) => $"`{row.Counter}`" + (row.AnyWith is { } text && text != row.Counter ? $", or another with `{text}`" : "");

    private static string Metric(HyperVCounter row) => $"`{row.Metric.Name}`" + (row.Attribute is { } attribute ? $" {attribute}" : "");

    private static string Form(HyperVCounter row) => row.Form switch
    {
        SampleForm.IntervalRate => "rate",
        SampleForm.Cumulative => "cumulative",
        SampleForm.Gauge => row.AsPresence ? "1 if above 0" : row.ZeroIsNone ? "gauge, 0: no limit" : "gauge",
        _ => throw new ArgumentOutOfRangeException(nameof(row)),
    } + row.Same switch
    {
        SameSeries.AddsUp or SameSeries.Together => ", sum of rows",
        SameSeries.Greatest => ", greatest row",
        _ => "",
    };

    private static string Companions(HyperVCounter row)
    {
        var parts = new List<string>();
        if (row.Times.Count > 0)
        {
            parts.Add($"x {(row.Times.Count > 1 ? "(" : "")}{Names(row.Times, " + ")}{(row.Times.Count > 1 ? ")" : "")}");
        }

        if (row.Plus.Count > 0)
        {
            parts.Add("+ " + Names(row.Plus, " + "));
        }

        if (row.Offset != 0)
        {
            parts.Add(row.Offset.ToString("+ 0", CultureInfo.InvariantCulture));
        }

        if (row.UnlessAny.Count > 0)
        {
            parts.Add("if there is no " + Names(row.UnlessAny, " and no "));
        }

        if (row.Unless is { } better)
        {
            parts.Add($"if there is no {better.Set}{(better.Counter is { } counter ? $" `{counter}`" : "")}{(better.OfSameVm ? " of the VM" : "")}");
        }

        return string.Join("; ", parts);
    }

    private static string Names(IEnumerable<string> counters, string between) => string.Join(between, counters.Select(c => $"`{c}`"));

    private static string From(WindowsRelease release) => release switch
    {
        WindowsRelease.Server2016 => "2016",
        WindowsRelease.Server2019 => "2019",
        WindowsRelease.Server2025 => "2025",
        _ => throw new ArgumentOutOfRangeException(nameof(release)),
    };

    private static string Live(LiveReading reading) => reading switch
    {
        LiveReading.Never => "no",
        LiveReading.Needed => "yes",
        LiveReading.Optional => "optional",
        LiveReading.Cost => "optional, cost",
        _ => throw new ArgumentOutOfRangeException(nameof(reading)),
    };

    private static string Instances(InstanceKind kind) => kind switch
    {
        InstanceKind.Host or InstanceKind.HostTotal => "",
        InstanceKind.HostPart => "many rows of the host, shown together; `_Total` is not used",
        InstanceKind.NamedPart => "one for each node; `_Total` is not used",
        InstanceKind.Switch => "the switch's name",
        InstanceKind.VirtualProcessor => "`NAME:Hv VP n`",
        InstanceKind.WorkerProcessor => "`NAME:WP VP n`",
        InstanceKind.LogicalProcessor => "`Hv LP n`; `_Total` only where there is no other",
        InstanceKind.RootProcessor => "`Root VP n`",
        InstanceKind.Vm => "the VM's name; `_Total` is not used",
        InstanceKind.VmAndSuffix => "`NAME:` and a text that is the same for every VM",
        InstanceKind.IdeController => "`NAME:Ide Controller`",
        InstanceKind.VirtualDisk => "the disk's path with `-` for `\\`; `.vmgs`, `.vmrs`, `.iso` and `ISO` are not data disks",
        InstanceKind.Volume => "drive letter or mount point; `HarddiskVolume` and `_Total` are not used",
        InstanceKind.PhysicalDisk => "number and drive letters; the first letter is the store",
        InstanceKind.ClusterVolume => "the volume's name; the store is `C:-CLUSTERSTORAGE-` and the name",
        InstanceKind.NetworkAdapter => "`NAME_ADAPTER_VMGUID--ADAPTERGUID` of a VM; any other is an adapter of the host",
        InstanceKind.VmNetworkAdapter => "`NAME_ADAPTER_VMGUID--ADAPTERGUID`",
        InstanceKind.LegacyAdapter => "`NAME:Ethernet Card`",
        InstanceKind.Uplink => "the adapter's name; virtual and tunnel adapters and `_Total` are not used",
        InstanceKind.AdapterUplink => "the adapter's name; virtual and tunnel adapters, filter drivers, duplicates (`#n`) and `_Total` are not used",
        InstanceKind.Pipe or InstanceKind.PipeDevice => "`NAME:DEVICE-{GUID}`",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
