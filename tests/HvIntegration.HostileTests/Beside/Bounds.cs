namespace HvIntegration.HostileTests.Beside;

/// <summary>What one hostile guest may cost its neighbours.</summary>
internal static class Bounds
{
    /// <summary>Greatest factor on the p99 of send-to-Ack.</summary>
    public const double WaitFactor = 2;

    /// <summary>
    /// Least baseline that the factor is applied to, milliseconds. History commits once a second, so an Ack takes up to a second and the commit;
    /// the few seconds of a baseline seldom meet the worst case, and a machine shared with other work adds to both.
    /// </summary>
    public const double BaselineFloorMs = 1_250;

    /// <summary>Most resident memory of the broker, bytes: a quarter of what its systemd unit allows it, which must serve a whole fleet.</summary>
    public const long ResidentBytesMax = 512L << 20;

    /// <summary>Most names of series in an hour of history of three VMs: some times what each may have at once (4,096).</summary>
    public const long SeriesNamesMax = 60_000;

    /// <summary>Most log lines a second over the attack.</summary>
    public const double LogLinesPerSecondMax = 10;

    /// <summary>Time after an attack in which all is well again.</summary>
    public static readonly TimeSpan HealMax = TimeSpan.FromSeconds(10);
}
