using HvIntegration.Engine.Options;

namespace HvIntegration.Recordings;

/// <summary>Limits and windows that recordings are diagnosed by.</summary>
/// <param name="Engine">Reads them as the broker does; a run fits them to the pace of its recordings, so each run needs its own.</param>
internal sealed record RecordingRules(Func<EngineOptions> Engine);
