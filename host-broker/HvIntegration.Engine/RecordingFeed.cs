using HvIntegration.Engine.Options;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine;

/// <summary>Takes what recordings hold: their guest times are host times already, their rows name each series many thousand times.</summary>
/// <param name="tracks">Where the samples go.</param>
/// <param name="options">Limits.</param>
internal sealed class RecordingFeed(HostTracks tracks, EngineOptions options)
{
    /// <summary>Samples whose time, value or metric cannot be true.</summary>
    public long SamplesRefused { get; private set; }

    /// <inheritdoc cref="HostModel.OpenSeries"/>
    public HostSeries? OpenSeries(Guid partition, SeriesKey series, string nativeName, SampleQuality quality)
    {
        var side = tracks.HostSideOf(partition);
        if (side?.Open(series) is not { } opened)
        {
            return null;
        }

        opened.NativeName = nativeName;
        opened.Quality = quality;
        opened.IsPinned = true;
        return new HostSeries(side, opened);
    }

    /// <inheritdoc cref="HostModel.Add"/>
    public void Add(HostSeries series, SampleForm form, long startNs, long endNs, double value)
    {
        if (endNs < startNs || startNs < 0 || !double.IsFinite(value))
        {
            SamplesRefused++;
            return;
        }

        tracks.Reach(endNs);
        series.Side.Add(series.Series, form, startNs, endNs, value, options.Timeline.HostReadErrorMs * 1e6);
    }

    /// <inheritdoc cref="HostModel.AddGuestSample"/>
    public void AddGuestSample(
        Guid partition, in SeriesKey series, SampleForm form, long startNs, long endNs, double value, SampleQuality quality, string nativeName, double errorNs)
    {
        if (endNs < startNs || startNs < 0 || !double.IsFinite(value) || MetricCatalog.Find(series.MetricId) is not { Side: MetricSide.Guest })
        {
            SamplesRefused++;
            return;
        }

        tracks.Reach(endNs);
        tracks.Open(partition)?.Guest.Add(series, form, startNs, endNs, value, quality, nativeName, errorNs);
    }

    /// <inheritdoc cref="HostModel.AddGuestProcesses"/>
    public void AddGuestProcesses(Guid partition, IReadOnlyList<GuestProcess> rows, long hostNs)
    {
        if (tracks.Open(partition) is { } vm)
        {
            vm.AddProcesses(rows, hostNs, options.Diagnosis.LimitsFor(vm.Info));
        }
    }
}
