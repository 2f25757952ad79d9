namespace HvIntegration.Soak;

/// <summary>What was seen at one moment of a run.</summary>
/// <param name="Hours">Simulated hours since the start.</param>
/// <param name="ManagedBytes">Managed memory after a full collection.</param>
/// <param name="ResidentBytes">Memory of the process, which holds the database's too.</param>
/// <param name="Tables">Entries of every collection in memory, by the field that holds it.</param>
/// <param name="Vms">VMs that were there in all until then.</param>
/// <param name="Files">Files of history by tier: 1 s, 1 min, 1 h.</param>
/// <param name="HistoryBytes">Size of them all.</param>
/// <param name="PendingWindows">Windows that wait to be made.</param>
/// <param name="RealSeconds">Time the run took until then.</param>
internal sealed record Measurement(
    double Hours, long ManagedBytes, long ResidentBytes, IReadOnlyDictionary<string, long> Tables, int Vms, (int Second, int Minute, int Hour) Files, long HistoryBytes, int PendingWindows, double RealSeconds);
