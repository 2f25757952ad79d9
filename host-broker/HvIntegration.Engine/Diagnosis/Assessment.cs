namespace HvIntegration.Engine.Diagnosis;

/// <summary>One hypothesis weighed against the symptoms of a second. One instance per hypothesis, used again and again.</summary>
internal sealed class Assessment(IHypothesis hypothesis)
{
    /// <summary>Which.</summary>
    public IHypothesis Hypothesis { get; } = hypothesis;

    /// <summary>Its evidence.</summary>
    public CaseFile File { get; } = new();

    /// <summary>Against the others of its family, "nothing wrong" and "something else".</summary>
    public double Probability { get; set; }
}
