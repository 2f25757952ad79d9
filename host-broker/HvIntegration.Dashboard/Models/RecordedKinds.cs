using HvIntegration.Broker.Queries;

namespace HvIntegration.Dashboard.Models;

/// <summary>Kinds of stored verdicts, of which only the hypothesis is known.</summary>
public static class RecordedKinds
{
    /// <summary>Kind of a stored verdict, of which only the hypothesis is known.</summary>
    /// <remarks>An id that is not of this version's catalog tells its side by its first word.</remarks>
    public static VerdictKind Of(string hypothesis) => VerdictKinds.Of(
        hypothesis,
        CauseSide.Of(hypothesis) is { } side ? side.ToString().ToLowerInvariant()
            : hypothesis.StartsWith("host-", StringComparison.Ordinal) ? "host"
            : hypothesis.StartsWith("guest-", StringComparison.Ordinal) ? "guest"
            : hypothesis.EndsWith("-cap", StringComparison.Ordinal) ? "configuration"
            : "none");
}
