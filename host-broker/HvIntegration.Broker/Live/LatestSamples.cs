using System.Collections.Concurrent;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Broker.Live;

/// <summary>Newest raw value of every series of both sides, for the exporter. One writer, many readers.</summary>
internal sealed class LatestSamples
{
    private const int HostSeriesPerVmMax = 1024;
    private const long OldNs = 60_000_000_000;

    // Slow counters are read once in some minutes, and a rate needs the read before.
    private const long ForgetNs = 600_000_000_000;
    private const long ForgetEveryNs = 10_000_000_000;

    private readonly ConcurrentDictionary<Guid, GuestBatch> _guests = new();
    private readonly ConcurrentDictionary<Guid, double> _residents = new();
    private readonly ConcurrentDictionary<Guid, ConcurrentDictionary<SeriesKey, Newest>> _hosts = new();
    private long _forgottenNs;

    /// <summary>Newest batch of each VM.</summary>
    public IReadOnlyDictionary<Guid, GuestBatch> Guests => _guests;

    /// <summary>Newest host samples of a VM; <see cref="Guid.Empty"/> for the host itself.</summary>
    public IReadOnlyList<HostSample> Host(Guid partition) => _hosts.TryGetValue(partition, out var series) ? [.. series.Values.Select(n => n.Sample)] : [];

    /// <summary>Newest host values of a VM or of the host itself per second: rates of counters between their two newest reads, levels as they are.</summary>
    /// <returns>Counters that were read once or fell are left out.</returns>
    public IReadOnlyList<HostRate> Rates(Guid partition) =>
        _hosts.TryGetValue(partition, out var series) ? [.. series.Values.Select(n => n.Rate).OfType<HostRate>()] : [];

    /// <summary>The same without those that are no longer given.</summary>
    public IReadOnlyList<HostRate> Fresh(Guid partition, long second) => [.. Rates(partition).Where(r => IsFresh(r.AtNs, second))];

    /// <summary>False for a value last read more than a minute before a host second: a series the source stopped giving, such as a disk that was detached, must not stand for ever.</summary>
    public static bool IsFresh(long atNs, long second) => atNs >= (second * 1_000_000_000) - OldNs;

    /// <summary>Memory that a VM's agent holds, bytes, as it last said: it does so in every fifth batch only. Null when it never did.</summary>
    public double? AgentResident(Guid partition) => _residents.TryGetValue(partition, out double bytes) ? bytes : null;

    /// <summary>Records the newest values of a guest batch.</summary>
    public void Note(GuestBatch batch)
    {
        _guests[batch.Partition] = batch;
        foreach (var sample in batch.Samples)
        {
            if (sample.Series.MetricId == GuestMetrics.AgentResident.Id)
            {
                _residents[batch.Partition] = sample.Value;
            }
        }
    }

    /// <summary>Records the newest values of host samples.</summary>
    public void Note(IReadOnlyList<HostSample> samples)
    {
        if (samples.Count > 0 && samples[0].EndNs - _forgottenNs >= ForgetEveryNs)
        {
            _forgottenNs = samples[0].EndNs;
            ForgetBefore(_forgottenNs - ForgetNs);
        }

        foreach (var sample in samples)
        {
            var series = _hosts.GetOrAdd(sample.Partition, _ => new());
            if (series.Count < HostSeriesPerVmMax || series.ContainsKey(sample.Series))
            {
                series[sample.Series] = new Newest(sample, Rate(series.TryGetValue(sample.Series, out var before) ? before : null, sample));
            }
        }
    }

    /// <summary>Forgets VMs that are gone.</summary>
    public void Keep(IReadOnlySet<Guid> listed)
    {
        foreach (var id in _guests.Keys.Where(id => !listed.Contains(id)))
        {
            _guests.TryRemove(id, out _);
            _residents.TryRemove(id, out _);
        }

        foreach (var id in _hosts.Keys.Where(id => id != Guid.Empty && !listed.Contains(id)))
        {
            _hosts.TryRemove(id, out _);
        }
    }

    // Processes and devices of the host come and go, and their names with them: without this the bound would fill for good.
    private void ForgetBefore(long ns)
    {
        foreach (var series in _hosts.Values)
        {
            foreach (var (key, newest) in series)
            {
                if (newest.Sample.EndNs < ns)
                {
                    series.TryRemove(key, out _);
                }
            }
        }
    }

    private static HostRate? Rate(Newest? before, in HostSample now)
    {
        if (now.Form != SampleForm.Cumulative)
        {
            return new HostRate(now.Series, now.EndNs, now.Value, now.Quality, now.NativeName);
        }

        // Two reads of one moment say nothing new; a counter that fell began anew.
        return before is { Sample: { Form: SampleForm.Cumulative } was } && now.EndNs > was.EndNs
            ? now.Value >= was.Value ? new HostRate(now.Series, now.EndNs, (now.Value - was.Value) / ((now.EndNs - was.EndNs) * 1e-9), now.Quality, now.NativeName) : null
            : before?.Rate;
    }

    private sealed record Newest(HostSample Sample, HostRate? Rate);
}
