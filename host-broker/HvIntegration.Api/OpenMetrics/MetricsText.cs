using System.Globalization;
using System.Text;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Api.OpenMetrics;

/// <summary>Writes a snapshot as OpenMetrics or Prometheus text.</summary>
/// <remarks>
/// Every series of a VM has <c>vm_id</c> and <c>vm_name</c>. Missing and stale values are left out, so that the scraper notes the gap;
/// estimated ones carry <c>quality="estimated"</c>; what does not come from this machine now carries <c>origin</c>.
/// </remarks>
internal sealed class MetricsText
{
    private const string OriginLive = "live";

    private readonly MetricsFormat _format;
    private readonly MetricsOptions _options;
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly StringBuilder _labels = new();
    private int _seriesOfVm;
    private long _dropped;

    private MetricsText(MetricsFormat format, MetricsOptions options)
    {
        _format = format;
        _options = options;
    }

    /// <summary>Writes the whole text, ended by <c># EOF</c> in OpenMetrics.</summary>
    public static string Write(MetricsSnapshot snapshot, MetricsFormat format, MetricsOptions options)
    {
        var text = new MetricsText(format, options);
        text.Collect(snapshot);
        return text.Print();
    }

    private void Collect(MetricsSnapshot snapshot)
    {
        var origin = LabelOf(snapshot.Origin);
        Add(new MetricFamilyName("hvi_broker", "", false), "Version of hvi.", "info", [("version", snapshot.Version)], 1);
        Add(new MetricFamilyName("hvi_source", "", false), "Source of the host counters. With an origin other than live, the values are not those of this machine now.", "info", [("source", snapshot.Source), ("origin", snapshot.Origin)], 1);
        AddHost(snapshot.Host, [], origin);
        foreach (var partition in snapshot.Partitions)
        {
            _seriesOfVm = 0;
            AddPartition(partition, origin);
        }

        _seriesOfVm = int.MinValue;
        Add(new MetricFamilyName("hvi_export_series_dropped", "", false), "Series omitted from this scrape because a VM has more than Metrics:SeriesPerVmMax, or because two had the same name.", "gauge", [], _dropped);
    }

    private void AddPartition(MetricsPartition partition, string? origin)
    {
        (string, string)[] vm = [("vm_id", partition.Info.Id.ToString("D")), ("vm_name", partition.Info.Name)];
        Add(new MetricFamilyName("hvi_vm", "", false), "A VM of the host.", "info", [.. vm, ("state", partition.Info.State.ToString().ToLowerInvariant()), .. Origin(origin)], 1);
        Add(new MetricFamilyName("hvi_agent_connected", "", false), "1 when an agent of this VM streams.", "gauge", vm, partition.AgentConnected ? 1 : 0);
        var guestOrigin = LabelOf(partition.GuestOrigin);
        AddGuest(partition.Guest, vm, guestOrigin);
        AddHost(partition.Host, vm, origin);
        if (partition.Report is { } report)
        {
            AddReport(report, vm, report.HasHost ? origin : guestOrigin);
        }
    }

    private void AddGuest(GuestBatch? guest, (string, string)[] vm, string? origin)
    {
        foreach (var sample in guest?.Samples ?? [])
        {
            if (MetricCatalog.Find(sample.Series.MetricId) is { } metric)
            {
                Add(MetricNames.Of(metric), metric.Description, metric.Form == MetricForm.Counter ? "counter" : "gauge", [.. vm, .. Attributes(metric, sample.Series.Instance), .. Origin(origin)], sample.Value);
            }
        }
    }

    private void AddHost(IReadOnlyList<HostSample> samples, (string, string)[] vm, string? origin)
    {
        foreach (var sample in samples)
        {
            if (MetricCatalog.Find(sample.Series.MetricId) is { } metric && Shown(sample.Quality))
            {
                var rate = sample.Form == SampleForm.IntervalRate && metric.Form == MetricForm.Counter;
                Add(
                    rate ? MetricNames.RateOf(metric) : MetricNames.Of(metric), metric.Description, metric.Form == MetricForm.Counter && !rate ? "counter" : "gauge",
                    [.. vm, .. Attributes(metric, sample.Series.Instance), .. Quality(sample.Quality), .. Origin(origin)], sample.Value);
            }
        }
    }

    private void AddReport(PartitionReport report, (string, string)[] vm, string? origin)
    {
        foreach (var signal in report.Signals)
        {
            if (Shown(signal.Quality) && !double.IsNaN(signal.Value))
            {
                Add(MetricNames.Of("hvi.signal." + signal.Id, signal.Unit, isCounter: false), "Derived signal, see docs/signals.md.", "gauge", [.. vm, .. Quality(signal.Quality), .. Origin(origin)], signal.Value);
            }
        }

        var verdict = report.Verdict;
        Add(
            MetricNames.Of("hvi.verdict.probability", "1", isCounter: false), "Most probable cause of the newest second, and its probability.", "gauge",
            [.. vm, ("hypothesis", verdict.Hypothesis), ("side", verdict.Side.ToString().ToLowerInvariant()), .. Origin(origin)], verdict.Probability);
        if (report.Episode is { } episode)
        {
            Add(MetricNames.Of("hvi.episode.severity", "1", isCounter: false), "Severity of the open episode.", "gauge", [.. vm, ("hypothesis", episode.Hypothesis), .. Origin(origin)], episode.Severity);
        }

        if (report.Clock is { } clock)
        {
            Add(MetricNames.Of("hvi.clock.error", "s", isCounter: false), "Maximum error of guest times in host time.", "gauge", vm, clock.ErrorMs / 1000);
        }

        // By name, so that a program that starts and ends all day is one series and not thousands.
        foreach (var process in report.Processes.GroupBy(p => p.Name, StringComparer.Ordinal)
            .Select(g => (Name: g.Key, Cpu: g.Sum(p => p.CpuShare), Resident: g.Sum(p => p.ResidentBytes)))
            .OrderByDescending(p => p.Cpu).ThenBy(p => p.Name, StringComparer.Ordinal).Take(_options.ProcessesPerVmMax))
        {
            Add(MetricNames.Of("hvi.process.cpu", "1", isCounter: false), "Processors used by the processes of this name, 1 = one processor; the busiest names only.", "gauge", [.. vm, ("process", process.Name), .. Origin(origin)], process.Cpu);
            Add(MetricNames.Of("hvi.process.resident", "By", isCounter: false), "Resident memory of the processes of this name; the busiest names only.", "gauge", [.. vm, ("process", process.Name), .. Origin(origin)], process.Resident);
        }
    }

    private static string? LabelOf(string origin) => origin == OriginLive ? null : origin;

    private static bool Shown(SampleQuality quality) => quality is SampleQuality.Measured or SampleQuality.Estimated;

    private static (string, string)[] Quality(SampleQuality quality) => quality == SampleQuality.Estimated ? [("quality", "estimated")] : [];

    private static (string, string)[] Origin(string? origin) => origin is null ? [] : [("origin", origin)];

    private static IEnumerable<(string, string)> Attributes(MetricDefinition metric, string instance)
    {
        var keys = metric.Attributes;
        var rest = instance;
        var values = new string[keys.Length];
        for (var i = keys.Length - 1; i > 0; i--)
        {
            // From the end: only the first value, a path or a device, may itself hold a bar.
            var bar = rest.LastIndexOf('|');
            values[i] = bar < 0 ? "" : rest[(bar + 1)..];
            rest = bar < 0 ? rest : rest[..bar];
        }

        if (keys.Length > 0)
        {
            values[0] = rest;
        }

        return keys.Select((key, i) => (MetricNames.Label(key), values[i]));
    }

    private void Add(MetricFamilyName name, string help, string type, IEnumerable<(string Key, string Value)> labels, double value)
    {
        if (_seriesOfVm >= _options.SeriesPerVmMax)
        {
            _dropped++;
            return;
        }

        if (!_families.TryGetValue(name.Name, out var family))
        {
            _families.Add(name.Name, family = new Family(name, help, type));
        }

        _labels.Clear();
        foreach (var (key, text) in labels)
        {
            _labels.Append(_labels.Length == 0 ? "" : ",").Append(key).Append("=\"");
            Escape(_labels, text, quotes: true);
            _labels.Append('"');
        }

        if (family.Samples.TryAdd(_labels.ToString(), value))
        {
            _seriesOfVm++;
        }
        else
        {
            _dropped++;
        }
    }

    private string Print()
    {
        var text = new StringBuilder(64 * 1024);
        foreach (var family in _families.Values)
        {
            var sample = family.Name.Name + (family.Type switch
            {
                "counter" => "_total",
                "info" => "_info",
                _ => "",
            });
            var isOpen = _format == MetricsFormat.OpenMetrics;
            var header = isOpen ? family.Name.Name : sample;
            text.Append("# HELP ").Append(header).Append(' ');
            Escape(text, family.Help, quotes: isOpen);
            text.Append("\n# TYPE ").Append(header).Append(' ').Append(family.Type == "info" && !isOpen ? "gauge" : family.Type).Append('\n');
            if (isOpen && family.Name.Unit.Length > 0)
            {
                text.Append("# UNIT ").Append(header).Append(' ').Append(family.Name.Unit).Append('\n');
            }

            foreach (var (labels, value) in family.Samples)
            {
                text.Append(sample);
                if (labels.Length > 0)
                {
                    text.Append('{').Append(labels).Append('}');
                }

                text.Append(' ').Append(Number(value)).Append('\n');
            }
        }

        return _format == MetricsFormat.OpenMetrics ? text.Append("# EOF\n").ToString() : text.ToString();
    }

    private static string Number(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static void Escape(StringBuilder into, string text, bool quotes)
    {
        foreach (var c in text)
        {
            switch (c)
            {
                case '\\':
                    into.Append("\\\\");
                    break;
                case '\n':
                    into.Append("\\n");
                    break;
                case '"' when quotes:
                    into.Append("\\\"");
                    break;
                default:
                    into.Append(c);
                    break;
            }
        }
    }

    private sealed record Family(MetricFamilyName Name, string Help, string Type)
    {
        public SortedDictionary<string, double> Samples { get; } = new(StringComparer.Ordinal);
    }
}
