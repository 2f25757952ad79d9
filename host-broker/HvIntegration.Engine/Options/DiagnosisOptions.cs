namespace HvIntegration.Engine.Options;

/// <summary>Windows and odds of the verdict, and the limits of its signals.</summary>
public sealed class DiagnosisOptions
{
    /// <summary>n of the k-of-n rule: seconds looked at.</summary>
    /// <value>Seconds, 1 to 300. Default 5. Source: diagnosis reference, section 8, item 2. Recordings slower than 1 s need more.</value>
    public int WindowSeconds { get; set; } = 5;

    /// <summary>k of the k-of-n rule: seconds of the window that must be beyond a limit.</summary>
    /// <value>Seconds, 1 to <see cref="WindowSeconds"/>. Default 3.</value>
    public int WindowHits { get; set; } = 3;

    /// <summary>An episode ends after this many seconds without its cause.</summary>
    /// <value>Seconds, 1 to 300. Default 10. Source: diagnosis reference, section 8, item 3.</value>
    public int EndSeconds { get; set; } = 10;

    /// <summary>While an episode is open its limits are lower by this factor, so that it does not flicker.</summary>
    /// <value>0.3 to 1. Default 0.7.</value>
    public double HysteresisRatio { get; set; } = 0.7;

    /// <summary>Least probability of a named cause.</summary>
    /// <value>0.5 to 0.99. Default 0.8.</value>
    public double ProbabilityMin { get; set; } = 0.8;

    /// <summary>Least ratio of the winner's probability to the next one's.</summary>
    /// <value>1 to 100. Default 2.</value>
    public double LeadMin { get; set; } = 2;

    /// <summary>Seconds that must agree before an unexplained harm becomes an episode "unknown".</summary>
    /// <value>Seconds, 1 to 300. Default 30: what nobody can explain and passes at once helps nobody.</value>
    public int UnknownSeconds { get; set; } = 30;

    /// <summary>A VM that was off is not judged for so long after it started.</summary>
    /// <value>Seconds, 0 to 600. Default 60. Source: thresholds reference, section 7, item 5, says the first two samples; services start for about a minute.</value>
    public int StartSeconds { get; set; } = 60;

    /// <summary>Seconds before the window from which "normal" is taken.</summary>
    /// <value>Seconds, 30 to the kept seconds. Default 600.</value>
    public int BaselineSeconds { get; set; } = 600;

    /// <summary>Least seconds of history for a baseline and for a culprit's correlation.</summary>
    /// <value>Seconds, 10 to 600. Default 30. Source: diagnosis reference, section 8, item 6 (30 points).</value>
    public int BaselineSecondsMin { get; set; } = 30;

    /// <summary>Most suspects that a verdict names.</summary>
    /// <value>1 to 20. Default 5.</value>
    public int CulpritsMax { get; set; } = 5;

    /// <summary>Least share of the resource for a suspect.</summary>
    /// <value>0 to 1. Default 0.05.</value>
    public double CulpritShareMin { get; set; } = 0.05;

    /// <summary>Limits of every VM without its own.</summary>
    public SignalLimits Limits { get; set; } = new();

    /// <summary>Limits of single VMs, by name or GUID.</summary>
    public Dictionary<string, SignalLimits> PartitionLimits { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How much each report says.</summary>
    /// <value>Default <see cref="ReportDetail.Full"/>; recordings are judged many times faster with <see cref="ReportDetail.Episodes"/>.</value>
    public ReportDetail Detail { get; set; } = ReportDetail.Full;

    internal DecisionWindow WindowsFor(SignalLimits limits)
        => new(limits.WindowSeconds ?? WindowSeconds, limits.WindowHits ?? Math.Min(WindowHits, limits.WindowSeconds ?? WindowSeconds), limits.EndSeconds ?? EndSeconds);

    internal SignalLimits LimitsFor(Model.PartitionInfo partition)
        => PartitionLimits.Count == 0 ? Limits
            : PartitionLimits.GetValueOrDefault(partition.Id.ToString()) ?? PartitionLimits.GetValueOrDefault(partition.Name) ?? Limits;

    internal void Validate(List<string> faults, int keptSeconds)
    {
        OptionCheck.Range(faults, "Diagnosis:WindowSeconds", WindowSeconds, 1, 300);
        OptionCheck.Range(faults, "Diagnosis:WindowHits", WindowHits, 1, Math.Max(1, WindowSeconds));
        OptionCheck.Range(faults, "Diagnosis:EndSeconds", EndSeconds, 1, 300);
        OptionCheck.Range(faults, "Diagnosis:HysteresisRatio", HysteresisRatio, 0.3, 1);
        OptionCheck.Range(faults, "Diagnosis:ProbabilityMin", ProbabilityMin, 0.5, 0.99);
        OptionCheck.Range(faults, "Diagnosis:LeadMin", LeadMin, 1, 100);
        OptionCheck.Range(faults, "Diagnosis:UnknownSeconds", UnknownSeconds, 1, 300);
        OptionCheck.Range(faults, "Diagnosis:StartSeconds", StartSeconds, 0, 600);
        OptionCheck.Range(faults, "Diagnosis:BaselineSeconds", BaselineSeconds, 30, keptSeconds);
        OptionCheck.Range(faults, "Diagnosis:BaselineSecondsMin", BaselineSecondsMin, 10, 600);
        OptionCheck.Range(faults, "Diagnosis:CulpritsMax", CulpritsMax, 1, 20);
        OptionCheck.Range(faults, "Diagnosis:CulpritShareMin", CulpritShareMin, 0, 1);
        Check(faults, Limits, "Diagnosis:Limits");
        foreach (var (name, limits) in PartitionLimits)
        {
            Check(faults, limits, $"Diagnosis:PartitionLimits:{name}");
        }
    }

    private void Check(List<string> faults, SignalLimits limits, string path)
    {
        limits.Validate(faults, path);
        var windows = WindowsFor(limits);
        OptionCheck.Range(faults, $"{path}:WindowSeconds", windows.Seconds, 1, 300);
        OptionCheck.Range(faults, $"{path}:WindowHits", windows.Hits, 1, Math.Max(1, windows.Seconds));
        OptionCheck.Range(faults, $"{path}:EndSeconds", windows.EndSeconds, 1, 300);
    }
}
