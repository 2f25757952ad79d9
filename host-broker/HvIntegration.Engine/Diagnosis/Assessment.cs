using HvIntegration.Engine.Diagnosis.Cases;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>One hypothesis weighed against the window of a VM. One instance per hypothesis, used again and again.</summary>
internal sealed class Assessment(IHypothesis hypothesis)
{
    /// <summary>The hypothesis that is weighed.</summary>
    public IHypothesis Hypothesis { get; } = hypothesis;

    /// <summary>The evidence for and against it.</summary>
    public CaseFile File { get; } = new();

    /// <summary>Against the others of its family, "nothing wrong" and "something else".</summary>
    public double Probability { get; set; }
}
