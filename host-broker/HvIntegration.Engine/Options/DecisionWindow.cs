namespace HvIntegration.Engine.Options;

/// <summary>Seconds by which one VM is judged: its own where they are set, else the host's.</summary>
/// <param name="Seconds">n of the k-of-n rule.</param>
/// <param name="Hits">k of the k-of-n rule.</param>
/// <param name="EndSeconds">An episode ends after this many seconds without its cause.</param>
internal readonly record struct DecisionWindow(int Seconds, int Hits, int EndSeconds);
