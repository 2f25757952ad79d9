using HvIntegration.Model;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Timeline;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Signals;

/// <summary>What the derivations of one partition and one second read.</summary>
internal sealed class SignalInput
{
    private static readonly List<ProcessUse> NoProcesses = [];

    /// <param name="partition">What is kept of it.</param>
    /// <param name="root">Host series of the host itself.</param>
    /// <param name="second">Host second.</param>
    /// <param name="limits">Limits of this partition.</param>
    public SignalInput(PartitionTracks partition, SideTimeline root, long second, SignalLimits limits)
    {
        (Partition, Guest, Host, Root, Second, Limits) = (partition.Info, partition.Guest, partition.Host, root, second, limits);
        (Clock, History, Pairs, Leaks) = (partition.Clock, partition.History, partition.Pairs, partition.Leaks);
        Processes = partition.Processes.At(second) is { Count: > 0 } rows ? rows : NoProcesses;
        SlowedShare = partition.Processes.SlowedShareAt(second);
        GuestEdges = Edges(Guest, second);
        HostEdges = Edges(Host, second);
        NoGuest = Guest.CoveredToNs == long.MinValue ? "no agent reports from this VM" : "the guest did not report this second";
        GuestLevel = Guest.CoveredToNs / 1_000_000_000L < second - 1 ? SampleQuality.Stale : SampleQuality.Measured;
    }

    public PartitionInfo Partition { get; }

    public SideTimeline Guest { get; }

    public SideTimeline Host { get; }

    public SideTimeline Root { get; }

    public long Second { get; }

    public SignalLimits Limits { get; }

    public Clock.GuestClock? Clock { get; }

    public SignalHistory History { get; }

    public DevicePairs Pairs { get; }

    public LeakWatch Leaks { get; }

    /// <summary>Process rows of this second, busiest first.</summary>
    public IReadOnlyList<ProcessUse> Processes { get; }

    /// <summary>Share of the active processes that lost progress together; NaN when too few are active.</summary>
    public double SlowedShare { get; }

    /// <summary>Uncertainty of a guest edge as a share of the second, both edges.</summary>
    public double GuestEdges { get; }

    /// <summary>Uncertainty of a host edge as a share of the second, both edges.</summary>
    public double HostEdges { get; }

    /// <summary>Why a guest value is missing.</summary>
    public string NoGuest { get; }

    /// <summary>Why a host value is missing.</summary>
    public string NoHost { get; } = "the host side did not report this";

    /// <summary>Quality of a guest's level: one that merely still stands is stale.</summary>
    public SampleQuality GuestLevel { get; }

    /// <summary>Newest value of the only or first guest series of a metric; NaN when there is none.</summary>
    public double GuestValue(MetricDefinition metric) => Guest.Single(metric)?.At(Second) ?? double.NaN;

    /// <summary>Newest value of the only or first host series of a metric; NaN when there is none.</summary>
    public double HostValue(MetricDefinition metric) => Host.Single(metric)?.At(Second) ?? double.NaN;

    private static double Edges(SideTimeline side, long second)
    {
        var error = side.EdgeErrorNs(second);
        return double.IsNaN(error) ? 0 : 2 * error / 1e9;
    }
}
