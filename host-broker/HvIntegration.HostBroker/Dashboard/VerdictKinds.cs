using HvIntegration.Engine.Diagnosis;
using HvIntegration.HostBroker.Commands;

namespace HvIntegration.HostBroker.Dashboard;

/// <summary>Words and signs of the kinds: a colour never stands alone.</summary>
public static class VerdictKinds
{
    /// <summary>Kind of a verdict.</summary>
    /// <param name="hypothesis">Stable id; empty without a verdict.</param>
    /// <param name="side">guest, host, configuration, both or none.</param>
    public static VerdictKind Of(string hypothesis, string side) =>
        string.IsNullOrEmpty(hypothesis) ? VerdictKind.NoData
        : Hypotheses.IsHealthy(hypothesis) ? VerdictKind.Ok
        : Hypotheses.IsUnknown(hypothesis) ? VerdictKind.Unclear
        : side switch { "host" => VerdictKind.Host, "guest" => VerdictKind.Guest, "configuration" => VerdictKind.Limit, _ => VerdictKind.Unclear };

    /// <summary>Kind of a stored verdict, of which only the hypothesis is known.</summary>
    /// <remarks>An id that is not of this version's catalog tells its side by its first word.</remarks>
    public static VerdictKind Of(string hypothesis) => Of(
        hypothesis,
        HypothesisCatalog.Find(hypothesis) is { } known ? known.Side.ToString().ToLowerInvariant()
            : hypothesis.StartsWith("host-", StringComparison.Ordinal) ? "host"
            : hypothesis.StartsWith("guest-", StringComparison.Ordinal) ? "guest"
            : hypothesis.EndsWith("-cap", StringComparison.Ordinal) ? "configuration"
            : "none");

    /// <summary>Class of the style sheet.</summary>
    public static string Css(this VerdictKind kind) => kind switch
    {
        VerdictKind.Ok => "k-ok",
        VerdictKind.Host => "k-host",
        VerdictKind.Guest => "k-guest",
        VerdictKind.Limit => "k-limit",
        VerdictKind.Unclear => "k-unclear",
        _ => "k-none",
    };

    /// <summary>One word.</summary>
    public static string Word(this VerdictKind kind) => kind switch
    {
        VerdictKind.Ok => "OK",
        VerdictKind.Host => "Host",
        VerdictKind.Guest => "Guest",
        VerdictKind.Limit => "Limit",
        VerdictKind.Unclear => "Unclear",
        _ => "No data",
    };

    /// <summary>A sign that is told apart without colour.</summary>
    public static string Sign(this VerdictKind kind) => kind switch
    {
        VerdictKind.Ok => "✓",
        VerdictKind.Host => "▼",
        VerdictKind.Guest => "▲",
        VerdictKind.Limit => "■",
        VerdictKind.Unclear => "?",
        _ => "·",
    };

    /// <summary>Name of a hypothesis where only its id is kept: the one that its verdict has.</summary>
    public static string Title(string hypothesis) => HypothesisCatalog.Find(hypothesis)?.Title ?? hypothesis.Replace('-', ' ');
}
