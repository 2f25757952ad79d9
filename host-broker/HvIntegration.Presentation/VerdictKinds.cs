namespace HvIntegration.Presentation;

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

    /// <summary>The kind as one word for the user.</summary>
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
    public static string Title(string hypothesis) => CauseText.Title(hypothesis) ?? hypothesis.Replace('-', ' ');
}
