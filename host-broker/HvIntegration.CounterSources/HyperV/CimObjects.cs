namespace HvIntegration.CounterSources.HyperV;

/// <summary>Everything one round of queries gave, by class.</summary>
/// <param name="Rows">Rows by class name; a class that could not be asked is not in it.</param>
/// <param name="Faults">Classes that could not be asked, one sentence each.</param>
internal sealed record CimObjects(IReadOnlyDictionary<string, IReadOnlyList<CimRow>> Rows, IReadOnlyList<string> Faults)
{
    /// <summary>Rows of a class; empty when it was not asked.</summary>
    public IReadOnlyList<CimRow> Of(string className) => Rows.TryGetValue(className, out var rows) ? rows : [];
}
