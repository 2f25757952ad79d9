using HvIntegration.Model;

namespace HvIntegration.Recordings;

/// <summary>Result of a diagnosis of recordings.</summary>
/// <param name="Host">Name of the host; empty when not told.</param>
/// <param name="FromSecond">First second of the window.</param>
/// <param name="ToSecond">Last second of the window.</param>
/// <param name="Vms">VMs, sorted by name.</param>
/// <param name="Episodes">Episodes of the window, by start.</param>
/// <param name="Notices">What a reader should know of how it was read, one sentence each.</param>
internal sealed record OfflineResult(
    string Host, long FromSecond, long ToSecond, IReadOnlyList<OfflineVm> Vms, IReadOnlyList<Episode> Episodes, IReadOnlyList<string> Notices)
{
    /// <summary>VMs of which a resource could not be judged in most of the time, by the resource; those that could not be judged at all are in none.</summary>
    public IEnumerable<(ResourceFamily Resource, IReadOnlyList<OfflineVm> Vms)> NotJudged => RecordingRemedy.Resources
        .Select(r => (r, (IReadOnlyList<OfflineVm>)[.. Vms.Where(v => v.IsJudged && !v.IsMostlyJudged(r))])).Where(n => n.Item2.Count > 0);
}
