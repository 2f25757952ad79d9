namespace HvIntegration.Engine.Options;

/// <summary>Configuration of the engine, section <c>Engine</c>.</summary>
public sealed class EngineOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string SectionName = "Engine";

    /// <summary>How a guest's clock is followed.</summary>
    public ClockOptions Clock { get; set; } = new();

    /// <summary>How samples become seconds.</summary>
    public TimelineOptions Timeline { get; set; } = new();

    /// <summary>Limits and windows of the verdict.</summary>
    public DiagnosisOptions Diagnosis { get; set; } = new();

    /// <summary>All faults of these options, one sentence each; empty when they can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        Clock.Validate(faults);
        Timeline.Validate(faults);
        Diagnosis.Validate(faults, Timeline.KeptSeconds);
        return faults;
    }
}
