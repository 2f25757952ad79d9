using HvIntegration.Model;

namespace HvIntegration.CounterSources;

/// <summary>Gathers the samples of one read; what is not a number is left out rather than passed on.</summary>
internal sealed class HostSampleList
{
    private readonly List<HostSample> _samples = [];

    /// <summary>What was gathered, in the order of the calls.</summary>
    public IReadOnlyList<HostSample> Samples => _samples;

    /// <summary>Adds a reading of a cumulative counter.</summary>
    /// <param name="partition">VM GUID; <see cref="Guid.Empty"/> for the host.</param>
    /// <param name="series">Metric and attribute values.</param>
    /// <param name="ns">Host time of the read.</param>
    /// <param name="value">Base units.</param>
    /// <param name="native">The counter's own name.</param>
    /// <param name="quality">How far it can be trusted.</param>
    public void Cumulative(
        Guid partition, SeriesKey series, long ns, double value, string native, SampleQuality quality = SampleQuality.Measured) =>
        Add(new HostSample(partition, series, SampleForm.Cumulative, ns, ns, value, quality, native));

    /// <summary>Adds a level; parameters as for <see cref="Cumulative"/>.</summary>
    public void Gauge(
        Guid partition, SeriesKey series, long ns, double value, string native, SampleQuality quality = SampleQuality.Measured) =>
        Add(new HostSample(partition, series, SampleForm.Gauge, ns, ns, value, quality, native));

    /// <summary>Adds a mean rate per second over an interval; other parameters as for <see cref="Cumulative"/>.</summary>
    public void Rate(
        Guid partition, SeriesKey series, long startNs, long endNs, double perSecond, string native,
        SampleQuality quality = SampleQuality.Measured) =>
        Add(new HostSample(partition, series, SampleForm.IntervalRate, startNs, endNs, perSecond, quality, native));

    /// <summary>Adds a sample made elsewhere.</summary>
    public void Add(in HostSample sample)
    {
        if (double.IsFinite(sample.Value))
        {
            _samples.Add(sample);
        }
    }
}
