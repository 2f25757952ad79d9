namespace HvIntegration.CounterSources.Simulated;

/// <summary>What a simulated VM is and wants.</summary>
/// <param name="Name">Display name of the VM.</param>
/// <param name="Processors">Virtual processors.</param>
/// <param name="Cap">Cap in logical processors; null when uncapped.</param>
/// <param name="MemoryBytes">Assigned memory.</param>
/// <param name="MemoryUsed">Share of it in use.</param>
/// <param name="Store">Index of the store its disk lies on.</param>
/// <param name="Wants">Processors and disk operations per second that it wants in a phase.</param>
/// <param name="Processes">Its programs.</param>
internal sealed record SimulatedVmPlan(
    string Name, int Processors, double? Cap, double MemoryBytes, double MemoryUsed, int Store,
    Func<StoryPhase, (double Processors, double Operations)> Wants, IReadOnlyList<SimulatedProcess> Processes)
{
    private const double Gibi = 1024.0 * 1024 * 1024;

    /// <summary>The VMs of the story.</summary>
    public static IReadOnlyList<SimulatedVmPlan> All { get; } =
    [
        new("web-01", 4, null, 8 * Gibi, 0.55, 1,
            p => p switch { StoryPhase.HostContention => (3.5, 40), StoryPhase.OwnDemand => (5.2, 60), _ => (0.4, 20) },
            [new(812, "nginx", 0.25, 0.6, 0.2), new(934, "php-fpm", 0.7, 0.3, 0.6), new(1, "systemd", 0.05, 0.1, 0.2)]),
        new("sql-01", 4, null, 16 * Gibi, 0.7, 0,
            _ => (0.5, 150),
            [new(1440, "sqlservr", 0.92, 0.95, 0.9), new(688, "agent", 0.08, 0.05, 0.1)]),
        new("batch-01", 8, null, 4 * Gibi, 0.5, 1,
            p => p switch { StoryPhase.HostContention => (8, 30), _ => (0.05, 2) },
            [new(2201, "render", 0.98, 0.8, 0.9), new(77, "cron", 0.02, 0.2, 0.1)]),
        new("file-01", 2, null, 4 * Gibi, 0.6, 0,
            _ => (0.1, 80),
            [new(501, "smbd", 0.9, 0.95, 0.7), new(90, "rsyslogd", 0.1, 0.05, 0.3)]),
        new("desk-01", 2, 0.8, 4 * Gibi, 0.65, 1,
            p => p switch { StoryPhase.Cap => (1.9, 10), _ => (0.15, 10) },
            [new(3012, "browser", 0.7, 0.5, 0.6), new(2750, "desktop", 0.3, 0.5, 0.4)]),
    ];
}
