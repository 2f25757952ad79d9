using HvIntegration.Broker.Queries;
using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using HvIntegration.Cli.Screens;
using HvIntegration.Cli.Terminal;
using HvIntegration.HostBroker.Settings;
using HvIntegration.Ingest.Streams;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using HvIntegration.CounterSources.Catalog;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Commands;

/// <summary><c>hvi counters</c>: reads the counter source without a broker and prints what it gives.</summary>
internal static class CountersCommand
{
    private const int ReadsMax = 3_600;
    private const long NanosecondsPerMs = 1_000_000;

    public static Command Create(TextWriter output)
    {
        var config = new Option<string?>("--config") { Description = $"Settings file (default {BrokerConfiguration.DefaultFile})", HelpName = "FILE" };
        var source = new Option<string?>("--source") { Description = $"Counter source: {string.Join(", ", CounterSourceCatalog.Names)}", HelpName = "NAME" };
        var set = new Option<string[]>("--set") { Description = "Any setting, such as PdhCsv:File=host.csv; repeatable", HelpName = "KEY=VALUE" };
        var reads = new Option<int>("--reads") { Description = $"Number of reads, 1 to {ReadsMax}; rates require two", HelpName = "N", DefaultValueFactory = _ => 2 };
        var interval = new Option<int>("--interval") { Description = "Interval between two reads, milliseconds", HelpName = "MS", DefaultValueFactory = _ => 1_000 };
        var atOnce = new Option<bool>("--at-once") { Description = "Do not wait between reads; set their times one interval apart (for recordings)" };
        var start = new Option<long?>("--start") { Description = "Time of the first read, Unix seconds; with --at-once", HelpName = "SECOND" };
        var summary = new Option<bool>("--summary") { Description = "Print only the number of samples and the cost of each read" };
        var format = CommandLine.FormatOption();
        var command = new Command("counters", "Read and print the counters of this host, or a recording, without a broker") { config, source, set, reads, interval, atOnce, start, summary, format };
        command.SetAction(async (parsed, cancellation) =>
        {
            int count = parsed.GetValue(reads);
            int ms = parsed.GetValue(interval);
            if (count is < 1 or > ReadsMax || ms is < 1 or > 60_000)
            {
                throw new CommandException(ExitStatus.Usage, $"Use --reads from 1 to {ReadsMax} and --interval from 1 to 60000 milliseconds");
            }

            var settings = BrokerCommand.Settings(parsed.GetValue(set) ?? []);
            if (parsed.GetValue(source) is { } name)
            {
                settings["Source"] = name;
            }

            var options = BrokerCommand.Load(parsed.GetValue(config), settings);
            var stamps = new Stamps(count, ms, parsed.GetValue(atOnce), parsed.GetValue(start));
            var form = parsed.GetValue(summary) ? Form.Summary : parsed.GetValue(format) == "json" ? Form.Json : Form.Text;
            await RunAsync(options, stamps, form, output, cancellation);
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(
            command, "hvi counters", "hvi counters --source pdh-csv --set PdhCsv:File=host.csv --set PdhCsv:Speed=0 --reads 60 --at-once --format json");
    }

    private static async Task RunAsync(BrokerOptions options, Stamps stamps, Form form, TextWriter output, CancellationToken cancellation)
    {
        ICounterSource source;
        try
        {
            source = CounterSourceCatalog.Create(options, TimeProvider.System);
        }
        catch (CounterSourceException e)
        {
            throw new CommandException(ExitStatus.Usage, e.Message, e);
        }

        await using (source)
        {
            var clock = new HostClock(TimeProvider.System);
            long first = stamps.StartSecond is { } second ? second * 1000 * NanosecondsPerMs : clock.NowNs;
            for (int i = 0; i < stamps.Reads; i++)
            {
                if (i > 0 && !stamps.AtOnce)
                {
                    await Task.Delay(stamps.IntervalMs, cancellation);
                }

                long now = stamps.AtOnce ? first + (i * stamps.IntervalMs * NanosecondsPerMs) : clock.NowNs;
                TimeSpan used = Environment.CpuUsage.TotalTime;
                var reading = await ReadAsync(source, now, cancellation);
                double cpuMs = (Environment.CpuUsage.TotalTime - used).TotalMilliseconds;
                switch (form)
                {
                    case Form.Json:
                        output.WriteLine(JsonSerializer.Serialize(Row.Of(source, now, cpuMs, reading), Compact));
                        break;
                    case Form.Summary:
                        output.WriteLine(string.Create(
                            CultureInfo.InvariantCulture,
                            $"read {i + 1}: {reading.Partitions.Count} VMs, {reading.Samples.Count} samples, {reading.Coverage.Count(c => c.Missing is not null)} counters missing, {cpuMs:0.0} ms of CPU"));
                        break;
                    default:
                        if (i == stamps.Reads - 1 || reading.Ended)
                        {
                            Write(output, source, reading);
                        }

                        break;
                }

                if (reading.Ended)
                {
                    break;
                }
            }
        }
    }

    private static async Task<CounterReading> ReadAsync(ICounterSource source, long now, CancellationToken cancellation)
    {
        try
        {
            return await source.ReadAsync(now, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new CommandException(ExitStatus.BrokerError, $"the counters cannot be read: {e.Message}", e);
        }
    }

    private static JsonSerializerOptions Compact { get; } = new(ApiClient.Json) { WriteIndented = false };

    private static void Write(TextWriter output, ICounterSource source, CounterReading reading)
    {
        var screen = new Screen(CommandLine.Console(output));
        SourceLine.Write(screen, SourceViews.Of(source));
        var names = reading.Partitions.ToDictionary(p => p.Id, p => p.Name);
        foreach (var group in reading.Samples.GroupBy(s => s.Partition).OrderBy(g => g.Key == Guid.Empty ? "" : names.GetValueOrDefault(g.Key, g.Key.ToString()), StringComparer.Ordinal))
        {
            screen.Line((group.Key == Guid.Empty ? "host" : Screen.Safe(names.GetValueOrDefault(group.Key, group.Key.ToString())), Styles.Heading));
            foreach (var sample in group.OrderBy(s => s.Series.MetricId).ThenBy(s => s.Series.Instance, StringComparer.Ordinal))
            {
                var metric = MetricCatalog.Find(sample.Series.MetricId)!;
                string unit = sample.Form == SampleForm.IntervalRate ? metric.Unit + "/s" : metric.Unit;
                screen.Line(($"  {metric.Name,-40} {Screen.Safe(sample.Series.Instance, 40),-40} {sample.Value:0.######} {unit}", null));
            }
        }

        foreach (var stopped in reading.Partitions.Where(p => p.StopReason is not null))
        {
            screen.Wrapped($"{stopped.Name}: {ApiText.Word(stopped.State)} by the hypervisor: {stopped.StopReason}", 0, Styles.Warn);
        }

        foreach (string fault in reading.Faults)
        {
            screen.Wrapped(fault, 0, Styles.Warn);
        }
    }

    private enum Form
    {
        Text,
        Json,
        Summary,
    }

    private sealed record Stamps(int Reads, int IntervalMs, bool AtOnce, long? StartSecond);

    /// <summary>One read as <c>--format json</c> gives it, one line each.</summary>
    private sealed record Row(
        string Source, string Origin, long TimeNs, double CpuMs, bool Ended, IReadOnlyList<RowPartition> Partitions, IReadOnlyList<RowSample> Samples,
        IReadOnlyList<string> Faults, IReadOnlyList<CounterCoverage> Coverage)
    {
        public static Row Of(ICounterSource source, long now, double cpuMs, CounterReading reading) => new(
            source.Name, ApiText.Word(source.Origin), now, cpuMs, reading.Ended,
            [.. reading.Partitions.Select(p => new RowPartition(p.Id, p.Name, ApiText.Word(p.State), p.StopReason, p.VirtualProcessors))],
            [.. reading.Samples.Select(s => new RowSample(
                s.Partition, MetricCatalog.Find(s.Series.MetricId)!.Name, s.Series.Instance, ApiText.Word(s.Form), s.StartNs, s.EndNs, s.Value,
                ApiText.Word(s.Quality), s.NativeName))],
            reading.Faults, reading.Coverage);
    }

    private sealed record RowPartition(Guid Id, string Name, string State, string? StopReason, int VirtualProcessors);

    private sealed record RowSample(
        Guid Vm, string Metric, string Instance, string Form, long StartNs, long EndNs, double Value, string Quality, string Native);
}
