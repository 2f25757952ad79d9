namespace HvIntegration.Simulation;

/// <summary>The cases that CI judges at each change: few enough for half a minute, every kind among them.</summary>
/// <remarks>Its seeds are neither those of tuning (looked at one by one) nor those of reports (100,000 and above).</remarks>
public static class RegressionSubset
{
    private const int FirstSeed = 90_000;
    private const int CasesPerKind = 3;

    /// <summary>Kind and seed of each case; of the long kinds one each.</summary>
    public static IReadOnlyList<(CaseKind Kind, int Seed)> Cases { get; } =
        [.. CaseKind.All.SelectMany(k => Enumerable.Range(FirstSeed, k.IsLong ? 1 : CasesPerKind).Select(seed => (k, seed)))];
}
