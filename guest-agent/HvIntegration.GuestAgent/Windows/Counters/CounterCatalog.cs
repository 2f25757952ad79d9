using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Sessions;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Counters;

/// <summary>Which performance counters are read, and what each becomes.</summary>
internal static class CounterCatalog
{
    /// <summary>Makes the counter collectors, in wire order.</summary>
    /// <param name="names">Session numbers by name.</param>
    public static IEnumerable<ICollector> Create(SessionNames names)
    {
        string[]? OfSession(string instance) => IsSession(instance) ? [names.IdOf(instance)] : null;
        Func<string, string[]?> Skipped(string reason) => instance => IsSession(instance) ? [names.IdOf(instance), reason] : null;

        // Milliseconds to microseconds: 1000. The delay is the greatest within its last interval, so it is read each second.
        yield return new CounterCollector(
            "input-delay", 1,
            new CounterRule(@"\User Input Delay per Session(*)\Max Input Delay", GuestMetrics.SessionInputDelay, 1000, instance => IsSession(instance) ? [instance] : null),
            new CounterRule(@"\User Input Delay per Process(*)\Max Input Delay", GuestMetrics.SessionProcessInputDelay, 1000, OfProcess));
        yield return new CounterCollector(
            "remotefx", 1,
            new CounterRule(@"\RemoteFX Network(*)\Current TCP RTT", GuestMetrics.SessionRoundTrip, 1000, OfSession),
            new CounterRule(@"\RemoteFX Network(*)\Current TCP Bandwidth", GuestMetrics.SessionBandwidth, 1, OfSession),
            new CounterRule(@"\RemoteFX Network(*)\Loss Rate", GuestMetrics.SessionLoss, 100, OfSession),
            new CounterRule(@"\RemoteFX Network(*)\Total Sent Bytes", GuestMetrics.SessionSent, 1, OfSession),
            new CounterRule(@"\RemoteFX Graphics(*)\Average Encoding Time", GuestMetrics.SessionEncodingTime, 1000, OfSession),
            new CounterRule(@"\RemoteFX Graphics(*)\Output Frames/Second", GuestMetrics.SessionFrames, 1, OfSession, true),
            new CounterRule(@"\RemoteFX Graphics(*)\Frames Skipped/Second - Insufficient Client Resources", GuestMetrics.SessionFramesSkipped, 1, Skipped("client"), true),
            new CounterRule(@"\RemoteFX Graphics(*)\Frames Skipped/Second - Insufficient Network Resources", GuestMetrics.SessionFramesSkipped, 1, Skipped("network"), true),
            new CounterRule(@"\RemoteFX Graphics(*)\Frames Skipped/Second - Insufficient Server Resources", GuestMetrics.SessionFramesSkipped, 1, Skipped("server"), true));
        yield return new CounterCollector(
            "gpu", 5, new CounterRule(@"\GPU Engine(*)\Utilization Percentage", GuestMetrics.GpuUtilization, 100, OfEngine));
        yield return new CounterCollector(
            "dynamic-memory", 15,
            new CounterRule(@"\Hyper-V Dynamic Memory Integration Service\Maximum Memory, Mbytes", GuestMetrics.MemoryMaximum, 1024, _ => []));
    }

    /// <summary>Kind of engine of <c>pid_4420_luid_0x0_0x1_phys_0_eng_3_engtype_3D</c>: processes and engines of a kind are added up.</summary>
    internal static string[]? OfEngine(string instance)
    {
        const string Mark = "_engtype_";
        int at = instance.LastIndexOf(Mark, StringComparison.Ordinal);
        return at >= 0 && at + Mark.Length < instance.Length ? [instance[(at + Mark.Length)..]] : null;
    }

    /// <summary>Session, process number and image of <c>2:4711 &lt;winword.exe&gt;</c>.</summary>
    internal static string[]? OfProcess(string instance)
    {
        int colon = instance.IndexOf(':', StringComparison.Ordinal);
        int space = instance.IndexOf(' ', StringComparison.Ordinal);
        return colon > 0 && space > colon + 1 && instance.AsSpan(0, colon).ContainsAnyExceptInRange('0', '9') is false
            ? [instance[..colon], instance[(colon + 1)..space], instance[(space + 1)..].Trim('<', '>')]
            : null;
    }

    private static bool IsSession(string instance) =>
        instance is not ("Max" or "Average" or "_Total" or "Services") && instance.Length > 0;
}
