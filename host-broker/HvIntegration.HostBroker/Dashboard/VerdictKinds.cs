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
    public static VerdictKind Of(string hypothesis) => hypothesis switch
    {
        "" => VerdictKind.NoData,
        _ when Hypotheses.IsHealthy(hypothesis) => VerdictKind.Ok,
        _ when Hypotheses.IsUnknown(hypothesis) => VerdictKind.Unclear,
        "guest-memory-maximum" => VerdictKind.Limit,
        "vmbus-path" or "vm-paused" => VerdictKind.Host,
        _ when hypothesis.StartsWith("host-", StringComparison.Ordinal) => VerdictKind.Host,
        _ when hypothesis.StartsWith("guest-", StringComparison.Ordinal) => VerdictKind.Guest,
        _ when hypothesis.EndsWith("-cap", StringComparison.Ordinal) => VerdictKind.Limit,
        _ => VerdictKind.Unclear,
    };

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
    public static string Title(string hypothesis) => hypothesis switch
    {
        "none" => "Nothing wrong",
        "guest-cpu-demand" => "Guest CPU demand",
        "guest-cpu-single-thread" => "One thread at its limit",
        "host-cpu-contention" => "Host CPU contention",
        "cpu-cap" => "CPU cap",
        "host-storage-slow" => "Slow host storage",
        "storage-qos-cap" => "Storage quota",
        "guest-disk-overload" => "Guest disk overload",
        "host-memory-pressure" => "Host memory pressure",
        "guest-memory-maximum" => "Guest memory shortage",
        "vmbus-path" => "A slow bus to the host",
        "guest-leak" => "A leak in the guest",
        "host-network-congestion" => "A congested host network",
        "vm-paused" => "A pause of the VM",
        "unknown" => "Cannot tell",
        _ => hypothesis.Replace('-', ' '),
    };
}
