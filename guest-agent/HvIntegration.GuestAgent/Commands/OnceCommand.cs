using System.Globalization;
using System.Text;
using System.Text.Json;
using HvIntegration.GuestAgent.Hosting;
using HvIntegration.GuestAgent.Sampling;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.GuestAgent.Commands;

/// <summary>One sample for people or programs. Counters are shown as they are: sums since boot.</summary>
internal sealed class OnceCommand(AgentOptions options, TextWriter output)
{
    /// <summary>Takes and prints the sample.</summary>
    public int Run(bool json)
    {
        using var parts = new AgentParts(options, new SystemGuestClock(TimeProvider.System), NullLogger.Instance);
        var batch = new DecodedBatch();
        new SampleReader(parts).Next(batch);
        if (json)
        {
            WriteJson(parts, batch);
        }
        else
        {
            WriteTable(parts, batch);
        }

        return batch.Readings.Any(r => r.Status is CollectorStatus.Failed or CollectorStatus.NoAnswer or CollectorStatus.DeadlineExceeded)
            ? ExitStatus.Degraded
            : ExitStatus.Healthy;
    }

    private static string Attributes(DecodedSeries series) => string.Join(
        ' ', series.Metric!.Attributes.Zip(series.Attributes, (key, value) => $"{key[(key.LastIndexOf('.') + 1)..]}={value}"));

    // The wire carries no reason with "ok": what a collector that works lacks is in its outcome.
    private static string ReasonOf(AgentParts parts, DecodedReading reading) =>
        reading.Reason.Length > 0 ? reading.Reason : parts.Sampler.Runners.FirstOrDefault(r => r.Index == reading.Collector)?.Outcome.Reason ?? "";

    private void WriteTable(AgentParts parts, DecodedBatch batch)
    {
        output.WriteLine($"{parts.Identity.HostName}: {parts.Identity.OsDescription}, kernel {parts.Identity.KernelVersion}; counters are sums since boot");
        foreach (DecodedReading reading in batch.Readings)
        {
            output.WriteLine();
            output.Write(string.Create(CultureInfo.InvariantCulture, $"{parts.Sampler.CollectorNames[reading.Collector]}: {Name(reading.Status)} in {(reading.EndNs - reading.StartNs) / 1e6:0.00} ms"));
            string reason = ReasonOf(parts, reading);
            output.WriteLine(reason.Length > 0 ? ": " + reason : "");
            foreach (DecodedValue value in batch.Values.Where(v => batch.Readings[v.Reading] == reading))
            {
                MetricDefinition metric = value.Series.Metric!;
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"  {metric.Name,-34} {Attributes(value.Series),-40} {Number(value.Value),18} {metric.Unit}"));
            }
        }

        if (batch.Processes.Count > 0)
        {
            output.WriteLine();
            output.WriteLine($"processes: {batch.Processes.Count} of {batch.ProcessesTotal}");
            output.WriteLine($"  {"pid",8} {"name",-16} {"state",5} {"cpu s",12} {"wait s",10} {"rss MiB",10} {"read MiB",10} {"write MiB",10} {"threads",8}");
            foreach (DecodedProcess process in batch.Processes)
            {
                ProcessValues v = process.Values;
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {process.Identity.Pid,8} {process.Identity.Name,-16} {v.State,5} {(v.CpuUserUs + v.CpuSystemUs) / 1e6,12:0.00} {v.RunWaitUs / 1e6,10:0.00} {v.ResidentBytes / 1048576.0,10:0.0} {v.ReadBytes / 1048576.0,10:0.0} {v.WriteBytes / 1048576.0,10:0.0} {v.Threads,8}"));
            }
        }
    }

    private static string Number(double value) => value == Math.Floor(value)
        ? value.ToString("0", CultureInfo.InvariantCulture)
        : value.ToString("0.000", CultureInfo.InvariantCulture);

    internal static string Name(CollectorStatus status) => status switch
    {
        CollectorStatus.Ok => "ok",
        CollectorStatus.Unavailable => "absent",
        CollectorStatus.Failed => "failed",
        CollectorStatus.DeadlineExceeded => "late",
        CollectorStatus.NoAnswer => "no answer",
        _ => status.ToString(),
    };

    private void WriteJson(AgentParts parts, DecodedBatch batch)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("host_name", parts.Identity.HostName);
            json.WriteString("boot_id", parts.Identity.BootId);
            json.WriteNumber("monotonic_ns", batch.MonotonicStartNs);
            json.WriteStartArray("collectors");
            foreach (DecodedReading reading in batch.Readings)
            {
                json.WriteStartObject();
                json.WriteString("name", parts.Sampler.CollectorNames[reading.Collector]);
                json.WriteString("status", Name(reading.Status));
                json.WriteString("reason", ReasonOf(parts, reading));
                json.WriteNumber("duration_us", (reading.EndNs - reading.StartNs) / 1000);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("values");
            foreach (DecodedValue value in batch.Values)
            {
                WriteValue(json, value);
            }

            json.WriteEndArray();
            json.WriteNumber("processes_total", batch.ProcessesTotal);
            json.WriteStartArray("processes");
            foreach (DecodedProcess process in batch.Processes)
            {
                WriteProcess(json, process);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void WriteValue(Utf8JsonWriter json, DecodedValue value)
    {
        MetricDefinition metric = value.Series.Metric!;
        json.WriteStartObject();
        json.WriteString("metric", metric.Name);
        json.WriteStartObject("attributes");
        for (int i = 0; i < metric.Attributes.Length; i++)
        {
            json.WriteString(metric.Attributes[i], value.Series.Attributes[i]);
        }

        json.WriteEndObject();
        json.WriteNumber("value", value.Value);
        json.WriteString("unit", metric.Unit);
        json.WriteString("kind", metric.Form == MetricForm.Counter ? "counter" : "gauge");
        json.WriteEndObject();
    }

    private static void WriteProcess(Utf8JsonWriter json, DecodedProcess process)
    {
        ProcessValues v = process.Values;
        json.WriteStartObject();
        json.WriteNumber("pid", process.Identity.Pid);
        json.WriteNumber("start_time_ms", process.Identity.StartTimeMs);
        json.WriteString("name", process.Identity.Name);
        json.WriteNumber("user_id", process.Identity.UserId);
        json.WriteNumber("parent_pid", process.Identity.ParentPid);
        json.WriteString("state", v.State.ToString());
        json.WriteNumber("cpu_user_us", v.CpuUserUs);
        json.WriteNumber("cpu_system_us", v.CpuSystemUs);
        json.WriteNumber("run_wait_us", v.RunWaitUs);
        json.WriteNumber("resident_bytes", v.ResidentBytes);
        json.WriteNumber("private_bytes", v.PrivateBytes);
        json.WriteNumber("major_faults", v.MajorFaults);
        json.WriteNumber("read_bytes", v.ReadBytes);
        json.WriteNumber("write_bytes", v.WriteBytes);
        json.WriteNumber("threads", v.Threads);
        json.WriteNumber("handles", v.Handles);
        json.WriteEndObject();
    }
}
