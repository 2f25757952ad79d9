namespace HvIntegration.CounterSources.Simulated;

/// <summary>Tells which phase it is.</summary>
/// <param name="phaseSeconds">Length of all phases but the idle one, which lasts a quarter.</param>
internal sealed class Story(int phaseSeconds)
{
    private static readonly StoryPhase[] Busy = [StoryPhase.HostContention, StoryPhase.OwnDemand, StoryPhase.SlowStore, StoryPhase.Cap];

    /// <summary>Seconds after which the story begins again.</summary>
    public double CycleSeconds => IdleSeconds + (Busy.Length * phaseSeconds);

    private double IdleSeconds => phaseSeconds / 4.0;

    /// <summary>Phase so many seconds after the world began.</summary>
    public StoryPhase At(double seconds)
    {
        double into = seconds % CycleSeconds;
        return into < IdleSeconds ? StoryPhase.Idle : Busy[Math.Min(Busy.Length - 1, (int)((into - IdleSeconds) / phaseSeconds))];
    }
}
