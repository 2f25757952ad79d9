using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>Writes the rows of one set: what they share is given once.</summary>
/// <param name="Name">English name of the set.</param>
/// <param name="Instances">How its instances name what they are about.</param>
/// <param name="Live">How the live source reads its counters.</param>
internal sealed record CounterSet(string Name, InstanceKind Instances, LiveReading Live)
{
    /// <summary>The set has instances.</summary>
    public bool HasInstances { get; init; } = true;

    /// <summary>The same set for counters whose absence is no fault.</summary>
    public CounterSet Optional => this with { Live = LiveReading.Optional };

    /// <summary>The same set for counters that are used from recordings only.</summary>
    public CounterSet RecordedOnly => this with { Live = LiveReading.Never };

    /// <summary>Row of a counter that is a mean over the interval between two reads.</summary>
    public HyperVCounter Rate(string counter, MetricDefinition metric, string? attribute = null, double factor = 1) =>
        Row(counter, metric, SampleForm.IntervalRate, attribute, factor);

    /// <summary>Row of a counter that is a level.</summary>
    public HyperVCounter Gauge(string counter, MetricDefinition metric, string? attribute = null, double factor = 1) =>
        Row(counter, metric, SampleForm.Gauge, attribute, factor);

    /// <summary>Row of a counter that grows from the start of what it counts.</summary>
    public HyperVCounter Cumulative(string counter, MetricDefinition metric, string? attribute = null, double factor = 1) =>
        Row(counter, metric, SampleForm.Cumulative, attribute, factor);

    /// <summary>Row of a counter that is nanoseconds per event, a percentage to recorders that cap at 100: times the events it is seconds per second.</summary>
    /// <param name="counter">The counter.</param>
    /// <param name="metric">Time metric.</param>
    /// <param name="events">Companion that counts the events.</param>
    /// <param name="word">Word for the events in evidence; null for the counter's name.</param>
    public HyperVCounter Cost(string counter, MetricDefinition metric, string events, string? word = null) =>
        Rate(counter, metric, factor: Units.Nano) with { Times = [events], TimesWord = word ?? events, MayBeCapped = true };

    private HyperVCounter Row(string counter, MetricDefinition metric, SampleForm form, string? attribute, double factor) =>
        new(Name, counter, metric, form, factor) { Attribute = attribute, Instances = Instances, HasInstances = HasInstances, Live = Live };
}
