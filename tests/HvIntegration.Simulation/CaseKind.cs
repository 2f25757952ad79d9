namespace HvIntegration.Simulation;

/// <summary>One kind of case; a seed makes one case of it.</summary>
/// <param name="Name">Stable name, as <c>bench/accuracy --only</c> takes it.</param>
/// <param name="Hypothesis">What is really wrong, by the ids of docs/rules. "unknown" where the two sides cannot show it.</param>
/// <param name="Group">fault, twin, mixed, one-sided, blind or healthy.</param>
public sealed record CaseKind(string Name, string Hypothesis, string Group)
{
    /// <summary>Second hypothesis that is true at the same time; either is right.</summary>
    public string? Also { get; private init; }

    /// <summary>Twins have the same one: from the same seed they have the same host and the same loads.</summary>
    internal string SeedName { get; private init; } = Name;

    /// <summary>Least virtual processors of the victim.</summary>
    internal int ProcessorsMin { get; private init; } = 1;

    /// <summary>Lasts more than an hour: what only shows in hours.</summary>
    public bool IsLong { get; private init; }

    internal Func<Machine, Vm, Noise, Plan> Prepare { get; private init; } = (_, _, _) => throw new InvalidOperationException("a kind without a plan");

    /// <summary>Every kind. Each deciding pair of the diagnosis reference, section 10.1, is there as twins.</summary>
    public static IReadOnlyList<CaseKind> All { get; } =
    [
        Fault("own-demand", "guest-cpu-demand", Faults.OwnDemand),
        Fault("hot-thread", "guest-cpu-single-thread", Faults.SingleThread) with { ProcessorsMin = 2 },
        Fault("crowded-host", "host-cpu-contention", Faults.Contention),
        Fault("cpu-limit", "cpu-cap", Faults.Cap),
        Fault("slow-store", "host-storage-slow", Faults.SlowStore),
        Fault("disk-quota", "storage-qos-cap", Faults.QosCap),
        Fault("disk-flood", "guest-disk-overload", Faults.DiskOverload),
        Fault("memory-taken", "host-memory-pressure", Faults.HostMemory),
        Fault("memory-neighbour", "host-memory-pressure", Faults.MemoryNeighbour),
        Fault("memory-maximum", "guest-memory-maximum", Faults.MemoryMaximum),
        Fault("slow-bus", "vmbus-path", Faults.BusPath),
        Fault("leak", "guest-leak", Faults.Leak) with { IsLong = true },
        Fault("switch-drops", "host-network-congestion", Faults.Network),
        Fault("uplink-neighbour", "host-network-congestion", Faults.UplinkNeighbour),
        Fault("pause", "vm-paused", (_, victim, _) => Faults.Pause(victim, told: true)),

        // H1 or H2: the guest sees full processors and the same queue; the host gives them or not.
        .. Twins("full-inside", ("roomy-host", "guest-cpu-demand", (m, v, n) => Twinned.FullProcessors(m, v, n, crowded: false)), ("full-host", "host-cpu-contention", (m, v, n) => Twinned.FullProcessors(m, v, n, crowded: true))),

        // H2 or H2b: both wait as long, both have a cap; it binds in one of them only.
        .. Twins("capped-inside", ("at-cap", "cpu-cap", (m, v, n) => Twinned.WithCap(m, v, n, binds: true)), ("below-cap", "host-cpu-contention", (m, v, n) => Twinned.WithCap(m, v, n, binds: false))),

        // H3 or H5: the same latency inside; the time is lost below the virtual device or before it.
        .. Twins("slow-disk-inside", ("store", "host-storage-slow", (m, v, n) => Twinned.SlowDisk(m, v, n, bus: false)), ("bus", "vmbus-path", (m, v, n) => Twinned.SlowDisk(m, v, n, bus: true))),

        // H3c or H5: the virtual device answers as before; the time is lost in the guest's own queue or on the bus.
        .. Twins(
            "waits-before-device", ("flood", "guest-disk-overload", (m, v, n) => Twinned.WaitInside(m, v, n, flood: true, bus: false)),
            ("bus", "vmbus-path", (m, v, n) => Twinned.WaitInside(m, v, n, flood: false, bus: true)),
            ("both", "vmbus-path", (m, v, n) => Twinned.WaitInside(m, v, n, flood: true, bus: true)))
            .Select(k => k.Hypothesis == "vmbus-path" ? k with { Also = "guest-disk-overload" } : k),

        // H3 or H3b: the same latency inside and at the virtual device, a quota in both.
        .. Twins("slow-device", ("store", "host-storage-slow", (m, v, n) => Twinned.SlowDevice(m, v, n, quota: false)), ("quota", "storage-qos-cap", (m, v, n) => Twinned.SlowDevice(m, v, n, quota: true))),

        // H3 or H3c: the store is as full; by this VM or by its neighbour.
        .. Twins("full-store", ("own-load", "guest-disk-overload", (m, v, n) => Twinned.FullStore(m, v, n, own: true)), ("neighbour-load", "host-storage-slow", (m, v, n) => Twinned.FullStore(m, v, n, own: false))),

        // H4 or H4b: as short of memory inside; the host has none left or the VM may have no more.
        .. Twins("short-of-memory", ("host-empty", "host-memory-pressure", (m, v, n) => Twinned.ShortOfMemory(m, v, n, hostEmpty: true)), ("at-maximum", "guest-memory-maximum", (m, v, n) => Twinned.ShortOfMemory(m, v, n, hostEmpty: false))),

        // Real need or mere commitment: the same pressure outside.
        .. Twins("high-pressure-outside", ("needed", "guest-memory-maximum", (_, v, n) => Twinned.Pressure(v, n, needed: true)), ("committed", "none", (_, v, n) => Twinned.Pressure(v, n, needed: false))),

        // One hot thread that the guest moves about, or the same load spread: the same run time of every virtual processor outside.
        .. Twins("half-busy-outside", ("one-thread", "guest-cpu-single-thread", (m, v, n) => Twinned.HalfBusy(m, v, n, oneThread: true)), ("spread", "none", (m, v, n) => Twinned.HalfBusy(m, v, n, oneThread: false)))
            .Select(k => k with { ProcessorsMin = 2 }),

        // H6 or a cache that fills: the same growth at first.
        .. Twins("growing-inside", ("leak", "guest-leak", (_, v, n) => Twinned.Growth(v, n, leak: true)), ("cache", "none", (_, v, n) => Twinned.Growth(v, n, leak: false)))
            .Select(k => k with { IsLong = true }),

        // H8 or a dead agent: nothing comes from inside; the host's inventory says "running" in both.
        .. Twins("silent-guest", ("pause-untold", "vm-paused", (_, v, _) => Faults.Pause(v, told: false)), ("agent-stopped", "none", (_, v, _) => Twinned.AgentStopped(v))),

        Mixed("own-demand+slow-store", "guest-cpu-demand", "host-storage-slow", Faults.OwnDemand, Faults.SlowStore),
        Mixed("memory-maximum+hot-thread", "guest-memory-maximum", "guest-cpu-single-thread", Faults.MemoryMaximum, Faults.SingleThread) with { ProcessorsMin = 2 },
        Mixed("cpu-limit+disk-quota", "cpu-cap", "storage-qos-cap", Faults.Cap, Faults.QosCap),
        Mixed("slow-bus+switch-drops", "vmbus-path", "host-network-congestion", Faults.BusPath, Faults.Network),
        Elsewhere("slow-store, another VM busy", "host-storage-slow", Faults.SlowStore, Faults.OwnDemand),
        Elsewhere("own-demand, another VM paused", "guest-cpu-demand", Faults.OwnDemand, (_, v, _) => Faults.Pause(v, told: true)),
        Elsewhere("disk-quota, another VM short of memory", "storage-qos-cap", Faults.QosCap, Faults.MemoryMaximum),

        NoAgent("own-demand, no agent", "guest-cpu-demand", Faults.OwnDemand),
        NoAgent("crowded-host, no agent", "host-cpu-contention", Faults.Contention),
        NoAgent("slow-store, no agent", "host-storage-slow", Faults.SlowStore),
        NoAgent("quiet, no agent", "none", (_, _, _) => Healthy.Quiet()),

        new CaseKind("cap-untold", "unknown", "blind") { Prepare = (m, v, n) => Twinned.CapUntold(m, v, n) },
        new CaseKind("quota-untold", "unknown", "blind") { Prepare = (_, v, n) => Twinned.QuotaUntold(v, n) },

        Well("quiet", (_, _, _) => Healthy.Quiet()),
        Well("nightly-backup", Healthy.Backup),
        Well("nightly-backup-of-all", (m, _, n) => Healthy.BackupOfAll(m, n)),
        Well("busy", (m, v, _) => Healthy.Busy(m, v)),
        Well("busy-network", (_, v, n) => Healthy.BusyNetwork(v, n)),
        Well("antivirus-in-root", (m, _, _) => Healthy.AntivirusInRoot(m)),
        Well("antivirus-in-guests", (m, _, n) => Healthy.AntivirusInGuests(m, n)),
        Well("boot", Healthy.Boot),
        Well("logon-storm", Healthy.LogonStorm),
        Well("host-memory-given-away", (m, _, n) => Healthy.MemoryGivenAway(m, n)),
        Well("an-hour", (m, _, n) => Healthy.Hour(m, n)) with { IsLong = true },
    ];

    private static CaseKind Fault(string name, string hypothesis, Func<Machine, Vm, Noise, Plan> prepare)
        => new(name, hypothesis, "fault") { Prepare = prepare };

    private static CaseKind Well(string name, Func<Machine, Vm, Noise, Plan> prepare)
        => new("healthy: " + name, "none", "healthy") { Prepare = prepare };

    private static IEnumerable<CaseKind> Twins(string pair, params (string Name, string Hypothesis, Func<Machine, Vm, Noise, Plan> Prepare)[] twins)
        => twins.Select(t => new CaseKind($"{pair}: {t.Name}", t.Hypothesis, "twin") { Prepare = t.Prepare, SeedName = pair });

    private static CaseKind Mixed(string name, string hypothesis, string also, Func<Machine, Vm, Noise, Plan> first, Func<Machine, Vm, Noise, Plan> second)
        => new(name, hypothesis, "mixed")
        {
            Also = also,
            Prepare = (machine, victim, noise) => first(machine, victim, noise).And(second(machine, victim, noise), noise.Whole(8, 20)),
        };

    private static CaseKind Elsewhere(string name, string hypothesis, Func<Machine, Vm, Noise, Plan> here, Func<Machine, Vm, Noise, Plan> there)
        => new(name, hypothesis, "mixed")
        {
            Prepare = (machine, victim, noise) =>
            {
                // The other VM lies on the other store and its load fits beside this one.
                var other = machine.Vms.Where(v => v != victim).MinBy(v => v.VirtualProcessors)!;
                other.Disks[0].Store = machine.Stores.First(s => s != victim.Disks[0].Store);
                var second = there(machine, other, noise);
                return here(machine, victim, noise).And(second, noise.Whole(8, 20));
            },
        };

    private static CaseKind NoAgent(string name, string hypothesis, Func<Machine, Vm, Noise, Plan> prepare)
        => new(name, hypothesis, "one-sided")
        {
            Prepare = (machine, victim, noise) =>
            {
                victim.HasAgent = false;
                return prepare(machine, victim, noise);
            },
        };
}
