using HvIntegration.Engine.Options;

namespace HvIntegration.Recordings;

/// <summary>Limits and windows that recordings are diagnosed by.</summary>
/// <param name="Engine">As the broker has them; a run fits them to the pace of its recordings, so each run needs its own.</param>
internal sealed record RecordingRules(EngineOptions Engine);
