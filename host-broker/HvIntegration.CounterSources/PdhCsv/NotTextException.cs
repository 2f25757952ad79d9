namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>The bytes of a file are not those of a text.</summary>
/// <param name="problem">What the file is.</param>
/// <param name="remedy">What to do.</param>
internal sealed class NotTextException(string problem, string remedy) : Exception(problem)
{
    /// <summary>What the user can do about it.</summary>
    public string Remedy { get; } = remedy;
}
