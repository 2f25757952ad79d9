using HvIntegration.Engine.Timeline;

namespace HvIntegration.Engine;

/// <summary>One opened host series of a <see cref="HostModel"/>.</summary>
public sealed class HostSeries
{
    internal HostSeries(SideTimeline side, TimelineSeries series) => (Side, Series) = (side, series);

    internal SideTimeline Side { get; }

    internal TimelineSeries Series { get; }
}
