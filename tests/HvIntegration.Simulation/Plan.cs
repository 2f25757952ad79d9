namespace HvIntegration.Simulation;

/// <summary>What happens in a case.</summary>
/// <param name="Inject">At the onset.</param>
/// <param name="Heal">At the end.</param>
/// <param name="Story">For the report of failures.</param>
internal sealed record Plan(Action Inject, Action Heal, string Story)
{
    /// <summary>VM, or "root", that takes the shared resource; null where nobody does.</summary>
    public string? Culprit { get; init; }

    /// <summary>Called every second between onset and end with the seconds since the onset.</summary>
    public Action<int>? Each { get; init; }

    /// <summary>Something at another time, in seconds from the onset.</summary>
    public (int Second, Action Action)? Also { get; init; }

    /// <summary>Both, the second one some seconds after the first; both end together.</summary>
    public Plan And(Plan other, int laterSeconds) => this with
    {
        Heal = () => { Heal(); other.Heal(); },
        Story = $"{Story}; after {laterSeconds} s {other.Story}",
        Also = (laterSeconds, other.Inject),
    };
}
