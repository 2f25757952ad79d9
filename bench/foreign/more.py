"""More kinds of case, by another author: what an administrator of many years has met, and what breaks a diagnosis. See README.md.

Loaded by run.py beside cases.py (--set more). Each says what an expert would let stand and why; where the recorded data cannot tell,
`unknown` is right too, and where an expert would stay silent nothing is expected.
"""
import datetime
import re
from cases import H1, H1B, H2, H2B, H3, H3B, H3C, H4, H4B, H6, H7, H8, H9, Case, Expect, contention, cpu_demand, fleet, inventory, mean, overcommit, san, storage
from world import NEVER, Cpu, Io, Process, Store, World, add, between, ramp, sanitise

ALL = {}


def case(function):
    ALL[function.__name__.replace("_", "-")] = function
    return function


# ---- what a log can have done to it ------------------------------------------------------------------------------------------

def rows(world, change):
    """change(t, host row, rows of guests) gives the host's row, or None where its recorder wrote none."""
    original = world.steps

    def steps():
        for t, host, guests in original():
            yield t, change(t, host, guests), guests
    world.steps = steps


def of(vm):
    """Whether a path of the host is one of this VM."""
    name = sanitise(vm.name)
    paths = [d.path.replace("\\", "-") for d in vm.disks]
    return lambda path: f"({name}:" in path or f"({name})" in path or f"({name}_" in path or any(p in path for p in paths)


def away(world, vm, start, end):
    """The host has no rows of the VM in that time: it runs on another host."""
    mine = of(vm)
    rows(world, lambda t, host, _: {k: v for k, v in host.items() if not mine(k)} if start <= t < end else host)


def hungry(vm, start, end, over=1.0, process="w3wp", queue=2.5):
    vm.cpus.append(Cpu(between(start, end, vm.vcpus * over), process, threads=between(start, end, vm.vcpus * queue)))


# ---- VMs that come and go ------------------------------------------------------------------------------------------------------

@case
def life_vm_starts(seed):
    w = fleet(seed, 5)
    v = w.vm("fresh boot", 4, busy=0.15)
    v.absent_until = 500
    v.cpus.append(Cpu(between(500, 545, 2.4), "services"))
    v.ios.append(Io(0, between(500, 545, 700), between(500, 545, 100), 32768, 8, "services"))
    return Case("life-start", w, guests=[v.name, w.vms[0].name], style="relog", note="a boot of 45 s on a host with room: nothing")


@case
def life_vm_shut_down(seed):
    w = fleet(seed, 5)
    v = w.vms[1]
    v.paused = [(700, NEVER, "gone")]
    return Case("life-shutdown", w, guests=[v.name], style="relog", note="an ordered shutdown: rows and guest log end together")


@case
def life_migrated_out(seed):
    """Its rows end, the guest's recorder goes on; then its own processors are too few, on a host that this log does not show."""
    w = fleet(seed, 5)
    v = w.vm("moved away", 4, busy=0.2)
    v.paused = [(600, 602, "gone")]
    away(w, v, 600, NEVER)
    hungry(v, 820, 1080, 1.6)
    return Case("life-out", w, [Expect(v.name, H8, 600, 602, optional=True), Expect(v.name, [H9, H1], 820, 1080)], guests=[v.name], style="relog")


@case
def life_migrated_in(seed):
    w = fleet(seed, 5)
    v = w.vm("moved here", 4, busy=0.2)
    v.paused = [(400, 402, "gone")]
    away(w, v, 0, 402)
    hungry(v, 700, 1050, 1.6)
    return Case("life-in", w, [Expect(v.name, H8, 400, 402, optional=True), Expect(v.name, H1, 700, 1050)], guests=[v.name], style="relog")


@case
def life_renamed(seed):
    w = fleet(seed, 5)
    v = w.vm("oldname", 4, busy=0.2)

    def change(t, host, _):
        return host if t < 600 else {k.replace("(oldname", "(newname"): x for k, x in host.items()}
    rows(w, change)
    return Case("life-renamed", w, guests=[w.vms[0].name], style="relog", note="Rename-VM: rows end under one name and begin under another; nobody suffered")


@case
def life_two_of_one_name(seed):
    """Names are not unique: the second VM's rows have #1. It alone is short of processors; which of the two is meant the names do not tell."""
    w = fleet(seed, 4)
    w.vm("web", 2, busy=0.15)
    v = w.vm("web2nd", 2, busy=0.2)
    hungry(v, 500, 900, 1.5)

    def change(t, host, _):
        renamed = {}
        for k, x in host.items():
            k = re.sub(r"\(web2nd:(Hv VP \d+|[^)]*)\)", r"(web:\1#1)", k)
            renamed[k.replace("(web2nd)", "(web#1)").replace("(web2nd_", "(web_")] = x
        return renamed
    rows(w, change)
    return Case("life-two-names", w, [Expect(n, [H1, H9], 500, 900, optional=True) for n in ("web", "web#1")], guests=[w.vms[0].name])


@case
def life_vdi_boot(seed):
    """Twenty desktops boot 12 s apart on a host that has room and flash: no incident, at most each one's own boot."""
    w = World(seed, minutes=15, lps=48, ram=262144, stores=[Store("D", iops=60000, read_ms=0.5)])
    expect = []
    for i in range(20):
        v = w.vm(f"VDI-{i:03d}", 2, memory=4096, busy=0.08, iops=20)
        s = v.absent_until = 120 + 12 * i
        v.cpus.append(Cpu(between(s, s + 40, 1.9), "services", threads=between(s, s + 40, 3)))
        v.ios.append(Io(0, between(s, s + 40, 900), between(s, s + 40, 150), 16384, 8, "services"))
        expect.append(Expect(v.name, [H1, H3C], s, s + 40, optional=True))
    return Case("life-vdi", w, expect, guests=["VDI-003", "VDI-012"], style="relog")


# ---- logs that begin or end in the middle, two faults ----------------------------------------------------------------------------

@case
def edge_begins_in_contention(seed):
    c = overcommit(seed, burner=16, start=0, end=700)
    return c


@case
def edge_begins_with_slow_store(seed):
    return san(seed, start=0, end=600)


@case
def edge_never_ends(seed):
    return san(seed, start=500, end=1200)


@case
def edge_contention_all_the_log(seed):
    return overcommit(seed, burner=16, start=0, end=900, minutes=15)


@case
def edge_cpu_then_disk_without_pause(seed):
    """One VM: its processors are too few, and in the second in which that ends its store becomes slow."""
    store = Store("D", slow=between(700, 1000, 25, 1.0))
    w = fleet(seed, 4, stores=[store, Store("E")], iops=(20, 90))
    v = w.vm("both", 4, store=store, busy=0.2, iops=70)
    hungry(v, 400, 700, 1.5)
    return Case("edge-1-3", w, [Expect(v.name, H1, 400, 700)], guests=[v.name], after=storage(700, 1000, store))


@case
def edge_quota_then_cap(seed):
    w = fleet(seed, 4)
    v = w.vm("quota cap", 4, cap=40, qos=400, busy=0.08, iops=15)
    v.ios.append(Io(0, between(400, 700, 600), between(400, 700, 400), 8192, 24, "sqlservr"))
    v.cpus.append(Cpu(between(700, 1000, 3.5), "sqlservr", threads=between(700, 1000, 8)))
    return Case("edge-3b-2b", w, [Expect(v.name, H3B, 400, 700), Expect(v.name, H2B, 700, 1000)], guests=[v.name], inventory=inventory(w))


@case
def edge_three_vms_three_faults(seed):
    w = fleet(seed, 4)
    a, b, c = w.vm("A-quota", 4, qos=400, iops=15), w.vm("B-cpu", 2), w.vm("C-cap", 4, cap=25, busy=0.05)
    a.ios.append(Io(0, between(420, 840, 600), between(420, 840, 400), 8192, 24, "sqlservr"))
    hungry(b, 430, 850, 1.6)
    c.cpus.append(Cpu(between(410, 830, 3), "java", threads=between(410, 830, 6)))
    return Case("edge-three", w, [Expect(a.name, H3B, 420, 840), Expect(b.name, H1, 430, 850), Expect(c.name, H2B, 410, 830)], guests=[a.name, b.name, c.name], inventory=inventory(w))


# ---- who is the culprit ------------------------------------------------------------------------------------------------------------

@case
def culprit_three_only_together(seed):
    """Three VMs of 5 processors begin one after the other; only with the third is it too much. Any of them may be named first."""
    w = fleet(seed, 6, busy=(0.15, 0.2), vcpus=(4,), lps=18)
    names = ["noisy A", "noisy B", "noisy C"]
    for i, n in enumerate(names):
        v = w.vm(n, 5, busy=0.03)
        v.cpus.append(Cpu(between(240 + 120 * i, 900, 5), "render", threads=between(240 + 120 * i, 900, 5)))
    alone = [Expect(n, H1, 240 + 120 * i, 480, optional=True) for i, n in enumerate(names[:2])]  # each uses all it has
    hit = contention(480, 900, names)

    def after(case, truth):
        hit(case, truth)
        case.expect += alone
    return Case("culprit-three", w, guests=[w.vms[0].name, w.vms[1].name], after=after)


@case
def culprit_began_before_the_harm(seed):
    """A render job fills three quarters for five minutes without harm; then another VM starts four processors' work and all wait."""
    w = fleet(seed, 6, busy=(0.12, 0.18), vcpus=(4,), lps=20)
    big, last = w.vm("Render node", 12, busy=0.03), w.vm("nightly job", 6, busy=0.05)
    big.cpus.append(Cpu(between(240, 1000, 12), "render", threads=between(240, 1000, 12)))
    last.cpus.append(Cpu(between(560, 900, 6), "etl", threads=between(560, 900, 6)))
    hit = contention(560, 900, [big.name, last.name])

    def after(case, truth):
        hit(case, truth)
        case.expect += [Expect(big.name, H1, 240, 560, optional=True), Expect(big.name, H1, 900, 1000, optional=True)]  # it uses all it has
    return Case("culprit-before", w, guests=[w.vms[0].name], after=after)


@case
def culprit_innocent_correlates(seed):
    """A small VM does its half processor of work in exactly the seconds in which the big one begins and ends. The big one did it."""
    w = fleet(seed, 8, busy=(0.2, 0.26), vcpus=(4,), lps=16)
    big, small = w.vm("Render node", 12, busy=0.03), w.vm("innocent", 2, busy=0.02)
    for s in (420, 640, 860):
        big.cpus.append(Cpu(between(s, s + 150, 12), "render", threads=between(s, s + 150, 12)))
        small.cpus.append(Cpu(between(s, s + 150, 0.5), "report"))
    hit = [contention(s, s + 150, big.name) for s in (420, 640, 860)]

    def after(case, truth):
        found = []
        for h in hit:
            case.expect = []
            h(case, truth)
            found += case.expect
        case.expect = found
    return Case("culprit-innocent", w, guests=[w.vms[0].name], after=after)


@case
def culprit_io_on_another_store(seed):
    """Two VMs begin heavy I/O in the same second, one on the store that all share, one on its own. Only the first is to blame."""
    store, own = Store("D", iops=6000), Store("F", iops=60000)
    w = fleet(seed, 5, stores=[store], iops=(30, 90))
    w.stores.append(own)
    n, innocent = w.vm("ETL box", 4, store=store, iops=30), w.vm("video archive", 4, store=own, iops=30)
    n.ios.append(Io(0, between(420, 840, 20000), between(420, 840, 9000), 8192, 160, "etl"))
    innocent.ios.append(Io(0, between(420, 840, 12000), between(420, 840, 2000), 8192, 32, "copy"))
    for v in (n, innocent):
        v.cpus.append(Cpu(between(420, 840, 0.8), "x"))
    hit = storage(420, 840, store, n.name, skip=(n.name,))

    def after(case, truth):
        hit(case, truth)
        case.expect += [Expect(n.name, [H3C, H3], 420, 840), Expect(innocent.name, H3C, 420, 840, optional=True)]
    return Case("culprit-other-store", w, guests=[w.vms[0].name, n.name], after=after)


@case
def culprit_host_migrations_fill_uplink(seed):
    """Live migrations of the host itself fill the uplink; no VM sends more."""
    w = fleet(seed, 5)
    w.uplink = 1.25e8
    for i, v in enumerate(w.vms):
        v.tx.append(lambda t, i=i: 4e6 if i < 2 else 0)
    w.outside_net = between(420, 840, 2e8)
    return Case("culprit-migrations", w, [Expect(v.name, H7, 420, 840, "root" if i < 2 else None, optional=i > 1) for i, v in enumerate(w.vms)], guests=[w.vms[0].name, w.vms[1].name])


# ---- storage -----------------------------------------------------------------------------------------------------------------------------

@case
def store_av_sweep_overloads_one(seed):
    """Eight VMs sweep at once on one store of 4000 operations. Each does many times its usual I/O: the shared store or each one's own overload, both stand."""
    stores = [Store("D", iops=4000), Store("E", iops=30000)]
    w = fleet(seed, 12, stores=stores, lps=48, iops=(15, 60), ram=262144)
    expect = []
    for v in w.vms:
        if v.disks[0].store is stores[0]:
            v.ios.append(Io(0, between(420, 840, 2500), lambda t: 0.0, 32768, 24, "MsMpEng"))
            v.cpus.append(Cpu(between(420, 840, 0.2 * v.vcpus), "MsMpEng"))
            expect.append(Expect(v.name, [H3, H3C], 420, 840))
    on = [v.name for v in w.vms if v.disks[0].store is stores[0]]
    return Case("store-av", w, expect, guests=[on[0], w.vms[1].name])


@case
def store_host_backup_in_loop(seed):
    """The host's own backup reads all it can from the one store: latency from 1 to 30 ms. The root is to blame."""
    store = Store("D", iops=5000)
    w = fleet(seed, 6, stores=[store], iops=(20, 80))
    store.root_reads, store.root_depth = between(420, 840, 60000), 150
    w.root = add(lambda t: 0.3, between(420, 840, 0.8))
    return Case("store-host-backup", w, guests=[w.vms[0].name], after=storage(420, 840, store, "root"))


@case
def store_one_of_four(seed):
    stores = [Store("D"), Store("E"), Store("F", slow=between(420, 840, 25, 1.0)), Store("G")]
    w = fleet(seed, 12, stores=stores, lps=32, iops=(20, 80), ram=262144)
    return Case("store-four", w, guests=[w.vms[2].name, w.vms[3].name], after=storage(420, 840, stores[2]))


@case
def store_creeps_over_30_minutes(seed):
    store = Store("D", slow=ramp(300, 2100, 35, 1.0))
    w = fleet(seed, 4, stores=[store], iops=(25, 80), minutes=45)

    def after(case, truth):
        storage(300, 2700, store)(case, truth)
        for x in case.expect:
            x.late = 1000   # it is worse than usual from the first minute on, and above 15 ms after 12 minutes
    return Case("store-creeps", w, guests=[w.vms[0].name], after=after, interval=5)


@case
def store_spike_each_minute(seed):
    """Each 60 s the store stands for 4 s at 200 ms (a flush of its cache). One incident or none; never the guests' fault."""
    store = Store("D", iops=60000, slow=lambda t: 200.0 if 300 <= t < 1000 and t % 60 < 4 else 1.0)
    w = fleet(seed, 4, stores=[store], iops=(40, 90))
    return Case("store-spikes", w, [Expect(v.name, H3, 300, 1000, optional=True) for v in w.vms], guests=[w.vms[0].name, w.vms[1].name])


@case
def store_filter_of_the_host(seed):
    """A filter driver of the host (its antivirus) adds 30 ms above the store, to all VMs: device latency high, lower latency as ever, no quota."""
    w = fleet(seed, 5, iops=(40, 90))
    for v in w.vms:
        for d in v.disks:
            d.extra_stack = between(420, 840, 0.03)
    return Case("store-filter", w, [Expect(v.name, [H3, H9], 420, 840) for v in w.vms], guests=[w.vms[0].name, w.vms[1].name], inventory=inventory(w))


@case
def store_one_disk_of_three(seed):
    slow = Store("F", slow=between(420, 840, 25, 1.0))
    w = fleet(seed, 4)
    w.stores.append(slow)
    v = w.vm("three disks", 4, disks=3, busy=0.2, iops=150)
    v.disks[2].store, v.disks[2].path = slow, v.disks[2].path.replace("D:", "F:")
    v.ios.append(Io(2, lambda t: 30, lambda t: 25, 8192, 8, None, True))
    return Case("store-third-disk", w, [Expect(v.name, H3, 420, 840)], guests=[v.name])


@case
def store_large_reads_take_longer(seed):
    """Reads of 1 MiB from a big slow volume of its own: 18 ms each is the transfer, not a fault. Silent, or the VM's own load."""
    big = Store("F", slow=between(420, 840, 14, 1.0), iops=9000)
    w = fleet(seed, 4)
    w.stores.append(big)
    v = w.vm("media", 4, disks=2, busy=0.15)
    v.disks[1].store, v.disks[1].path = big, v.disks[1].path.replace("D:", "F:")
    v.ios = v.ios[:1] + [Io(1, between(420, 840, 400), lambda t: 0.0, 1048576, 4, "copy")]
    return Case("store-large", w, [Expect(v.name, [H3C], 420, 840, optional=True)], guests=[v.name], inventory=inventory(w))


@case
def store_pass_through(seed):
    """A pass-through LUN of 40 ms: the host has no storage counter of this VM, and no volume of it. Not to tell, or the host's store; never the bus, never the guest."""
    lun = Store("P", slow=between(420, 840, 35, 1.0))
    w = fleet(seed, 4, iops=(20, 60))
    w.stores.append(lun)
    v = w.vm("old sql", 4, store=lun, busy=0.2, iops=90)
    paths = [d.path.replace("\\", "-") for d in v.disks]
    rows(w, lambda t, host, _: {k: x for k, x in host.items() if not any(p in k for p in paths) and "LogicalDisk(P:)" not in k})
    return Case("store-pass-through", w, [Expect(v.name, [H9, H3], 420, 840)], guests=[v.name])


@case
def store_tempdb_bursts(seed):
    fast = Store("T", read_ms=0.4, write_ms=0.3, iops=60000)
    w = fleet(seed, 4)
    w.stores.append(fast)
    v = w.vm("SQL tempdb", 8, disks=2, busy=0.2)
    v.disks[1].store, v.disks[1].path = fast, v.disks[1].path.replace("D:", "T:")
    v.ios.append(Io(1, lambda t: 6000 if t % 120 < 20 else 0, lambda t: 12000 if t % 120 < 20 else 0, 65536, 32, "sqlservr"))
    return Case("store-tempdb", w, guests=[v.name], note="32 outstanding at 2 ms by design, each two minutes: nothing")


# ---- processors ------------------------------------------------------------------------------------------------------------------------------

@case
def cpu_cap_90_hardly_reached(seed):
    w = fleet(seed, 4)
    v = w.vm("cap90", 4, cap=90, busy=0.5)
    return Case("cpu-cap90", w, guests=[v.name], inventory=inventory(w))


@case
def cpu_reserve_protects(seed):
    """The host is full; one VM has all its processors reserved and waits for nothing: it is no victim."""
    c = overcommit(seed, burner=16)
    v = c.world.vm("reserved", 4, busy=0.25)
    v.reserve = 1.0
    c.guests = [c.guests[0], v.name]
    c.inventory = inventory(c.world)
    next(x for x in c.inventory["vms"] if x["name"] == v.name)["processor"]["reservePercent"] = 100
    return c


@case
def cpu_low_weight_starves(seed):
    """On a full host the VM of weight 10 gets a tenth of what the others get. Its harm is the contention, or its own setting."""
    w = fleet(seed, 4, busy=(0.2, 0.3), vcpus=(4,), lps=16)
    v, b = w.vm("low prio", 4, busy=0.6), w.vm("Render node", 12, busy=0.03)
    v.weight = 0.1
    v.noise.sigma, v.noise.every = 0.05, 0
    b.cpus.append(Cpu(between(480, 900, 12), "render", threads=between(480, 900, 12)))
    c = Case("cpu-weight", w, [Expect(v.name, [H2, H2B, H9], 480, 900, b.name)], guests=[v.name, w.vms[0].name], after=contention(480, 900, b.name), inventory=inventory(w))
    next(x for x in c.inventory["vms"] if x["name"] == v.name)["processor"]["weight"] = 10
    return c


@case
def cpu_wide_vm(seed):
    """32 virtual processors on 40 logical ones beside small VMs: the wide one fills the host. It waits by its own width; the small ones by it."""
    w = fleet(seed, 8, busy=(0.3, 0.4), vcpus=(4,), lps=40, ram=262144)
    v = w.vm("wide", 32, memory=32768, busy=0.05)
    v.cpus.append(Cpu(between(480, 900, 32), "solver", threads=between(480, 900, 40)))
    after = contention(480, 900, v.name)

    def both(case, truth):
        after(case, truth)
        case.expect = [x for x in case.expect if x.vm != v.name] + [Expect(v.name, [H2, H1, H9], 480, 900, optional=True)]
    return Case("cpu-wide", w, guests=[w.vms[0].name, v.name], after=both)


@case
def cpu_root_interrupts_harmless(seed):
    """Two root processors at 97 % by interrupts of a NIC (a backup leaves the host); no VM waits, loses or slows: nothing, a remark at most."""
    w = fleet(seed, 5, lps=24)
    w.root_hot = between(420, 840, 97)
    w.outside_net = between(420, 840, 6e8)
    return Case("cpu-root-hot", w, guests=[w.vms[0].name, w.vms[1].name])


@case
def cpu_full_by_design(seed):
    """15 VMs of 4 on 64 logical processors, each at 93 % all day: no processor is shared, none waits. Silent, or each one's own size; never the host."""
    w = fleet(seed, 15, busy=(0.92, 0.94), vcpus=(4,), lps=64, ram=262144)
    w.crowding = 0.0
    for v in w.vms:
        v.noise.sigma, v.noise.every = 0.01, 0
    return Case("cpu-full", w, [Expect(v.name, [H1], 0, 1200, optional=True) for v in w.vms], guests=[w.vms[0].name, w.vms[1].name])


@case
def cpu_miner_in_its_cap(seed):
    """A miner always at its cap of 40 %: the cap, which is meant, or silence. Its neighbours have nothing."""
    w = fleet(seed, 5)
    v = w.vm("miner", 8, cap=40, busy=0.02)
    v.cpus.append(Cpu(lambda t: 8, "xmrig", threads=lambda t: 8))
    return Case("cpu-miner", w, [Expect(v.name, [H2B], 0, 1200, optional=True)], guests=[v.name], inventory=inventory(w))


@case
def cpu_interrupts_on_processor_0(seed):
    """Without RSS all network interrupts land on processor 0 of the guest, 100 % in System: one hot processor, in the guest."""
    w = fleet(seed, 4)
    v = w.vm("proxy", 8, busy=0.1)
    v.cpus.append(Cpu(between(420, 840, 1.0), "System", place="pin", threads=between(420, 840, 1)))
    v.rx.append(between(420, 840, 3e8))
    v.tx.append(between(420, 840, 3e8))
    return Case("cpu-irq0", w, [Expect(v.name, H1B, 420, 840)], guests=[v.name])


# ---- memory ------------------------------------------------------------------------------------------------------------------------------------

@case
def memory_short_then_recovers(seed):
    """A neighbour grows for five minutes and gives it back: host memory, and it ends."""
    w = World(seed, minutes=30, lps=16, ram=49152)
    g = w.vm("Analytics", 8, memory=8192, dynamic=(4096, 36864, 20), busy=0.2)
    for i, n in enumerate(["SQL 02 (prod)", "web:01", "APP Server 3", "RDS-05"]):
        v = w.vm(n, 4, memory=8192, dynamic=(2048, 16384, 20), busy=0.15)
        v.demand = lambda t, i=i: 6500 + 250 * i
    g.demand = add(ramp(400, 560, 30000, 6500), ramp(860, 900, -23500))

    def after(case, truth):
        for v in w.vms:
            short = [s for *_, s, _ in truth[v.name]]
            hit = [t for t, s in enumerate(short) if s > 0]
            if hit:
                case.expect.append(Expect(v.name, [H4], hit[0], hit[-1] + 1, optional=mean(short[hit[0]:hit[-1] + 1]) < 150 or v.name not in case.guests, early=60, late=60))
    return Case("memory-recovers", w, guests=[w.vms[1].name, w.vms[2].name], after=after, inventory=inventory(w))


@case
def memory_spike_of_a_minute(seed):
    w = fleet(seed, 4, dynamic=True, ram=131072)
    v = w.vm("month end", 4, memory=6144, dynamic=(2048, 6144, 20), busy=0.2)
    v.demand = add(ramp(500, 510, 8000, 3400), ramp(575, 580, -4600))
    v.touched = 0.92
    return Case("memory-spike", w, [Expect(v.name, H4B, 505, 580, late=30)], guests=[v.name], inventory=inventory(w))


@case
def memory_handles_only(seed):
    w = fleet(seed, 4, minutes=120)
    v = w.vm("Print server", 4, memory=16384, busy=0.15)
    v.processes.append(Process("spoolsv", 6212, 0.08, 9e7, 900, grow_handles=lambda t: t / 3600 * 40000))
    return Case("memory-handles", w, [Expect(v.name, H6, 0, 7200, early=120, late=3600 * 3)], guests=[v.name], interval=15)


@case
def memory_sawtooth_of_a_heap(seed):
    """A managed heap grows 3 GB in 12 minutes and is collected, again and again: no leak."""
    w = fleet(seed, 4, minutes=90)
    v = w.vm("dotnet", 4, memory=16384, busy=0.2)
    v.processes.append(Process("w3wp", 6212, 0.1, 8e8, 1900, grow=lambda t: (t % 720) / 720 * 3e9))
    v.processes = [p for p in v.processes if p.name != "w3wp" or p.pid == 6212]
    v.demand = lambda t: 7000 + (t % 720) / 720 * 2900
    return Case("memory-sawtooth", w, guests=[v.name], interval=5)


@case
def memory_worker_recycled(seed):
    """IIS recycles: the old worker ends, and the row w3wp#1 is w3wp from then on, with other memory. Windows renumbers instances: no leak."""
    w = fleet(seed, 3, minutes=75)
    v = w.vm("iis", 4, memory=16384, busy=0.2)
    v.processes = [p for p in v.processes if p.name != "w3wp"] + [Process("w3wp", 4100, 0.1, 4e8, 1500), Process("w3wp#1", 4200, 0.1, 2.4e9, 2600)]
    original = v.processes[-2:]

    def change(t, host, guests):
        if t == 2000:
            original[0].private, original[0].pid, original[0].handles = 2.4e9, 4200, 2600
            v.processes.remove(original[1])
        return host
    rows(w, change)
    return Case("memory-recycled", w, guests=[v.name], interval=5, style="relog")


@case
def memory_full_by_design(seed):
    """SQL with fixed memory and nothing left: 400 MB free of 64 GB, commit 99 %, pressure 103, no paging: nothing."""
    w = fleet(seed, 4)
    v = w.vm("SQL 64G", 8, memory=65536, busy=0.3)
    v.demand = lambda t: 67500
    v.touched = 0.84
    original = w.balance

    def balance(t):
        original(t)
        v.free = 400 + v.rng.uniform(-20, 20)
    w.balance = balance
    return Case("memory-full", w, guests=[v.name], inventory=inventory(w))


# ---- network --------------------------------------------------------------------------------------------------------------------------------------

@case
def net_drops_of_one_vm(seed):
    """The virtual switch drops what one VM should receive (its ring is full); the uplink is quiet, others lose nothing."""
    w = fleet(seed, 4)
    v = w.vm("syslog", 2, busy=0.3, net=3e7)
    original = w.network

    def network(t):
        original(t)
        if 420 <= t < 840:
            v.drop_in, v.retransmit = 180 * v.rng.uniform(0.6, 1.4), v.retransmit + v.segments * 0.03
    w.network = network
    return Case("net-one", w, [Expect(v.name, [H7, H9], 420, 840)], guests=[v.name, w.vms[0].name])


# ---- the recording itself -------------------------------------------------------------------------------------------------------------------------------

@case
def log_gap_of_5_minutes(seed):
    """The host's recorder was stopped for 5 minutes (a full disk), in quiet time; after it a VM is short of processors."""
    c = cpu_demand(seed, 4, start=800, end=1080)
    rows(c.world, lambda t, host, _: None if 300 <= t < 600 else host)
    return c


@case
def log_gap_in_the_incident(seed):
    c = san(seed, start=420, end=1020)
    rows(c.world, lambda t, host, _: None if 600 <= t < 690 else host)
    return c


@case
def log_counters_restart(seed):
    """perfmon's known faults: one row with 1.8E+19 here and there, a total that begins again at 0. Nobody suffers."""
    w = fleet(seed, 5, dynamic=True)

    def change(t, host, guests):
        if t in (333, 777):
            for k in list(host):
                if "sec/Read" in k or "Latency" in k or "Wait Time Per" in k:
                    form, _, weight = host[k]
                    host[k] = (form, 1.8446744e13, weight)
            for g in guests.values():
                if g:
                    for k in list(g):
                        if "sec/Read" in k:
                            g[k] = (g[k][0], 4294967.0, g[k][2])
        if t >= 600:
            for k in list(host):
                if "Removed Memory" in k or "Added Memory" in k or "Throttle" in k:
                    host[k] = ("g", 0, 1)
        return host
    rows(w, change)
    w.throttled = 4000.0
    return Case("log-restart", w, guests=[w.vms[0].name, w.vms[1].name])


@case
def log_30_seconds(seed):
    return san(seed, start=900, end=1800, minutes=45, interval=30)


@case
def log_60_seconds(seed):
    return overcommit(seed, burner=16, start=1200, end=2400, minutes=60, interval=60)


@case
def log_clock_drifts(seed):
    """The guest's clock is 40 s off at the start and runs 200 ppm fast."""
    c = overcommit(seed, burner=16, start=1500, end=2100, minutes=50, guest_count=1)
    c.guest_offset = lambda t: 40 + t * 200e-6
    return c


@case
def log_guest_clock_stepped(seed):
    """The guest's clock is 90 s ahead until the domain sets it right in the middle of its log. It stood not still; later its processors are too few."""
    c = cpu_demand(seed, 4, start=800, end=1080, minutes=22)
    c.guest_offset = lambda t: 90.0 if t < 500 else 0.0
    return c


def dst(seed, host_step, **how):
    c = cpu_demand(seed, 4, start=900, end=1100, **how)
    c.host_offset = lambda t: host_step if t >= 500 else 0.0
    c.guest_offset = c.host_offset
    return c


@case
def log_dst_back(seed):
    """Clocks go back at second 500 in both logs; the bias of the header stays. An hour comes twice."""
    c = dst(seed, -3600.0, zone="EDT")
    c.start = datetime.datetime(2026, 11, 1, 5, 51, 39)
    return c


@case
def log_dst_forward(seed):
    c = dst(seed, 3600.0, zone="EST")
    c.start = datetime.datetime(2026, 3, 8, 6, 51, 39)
    return c


@case
def log_only_processors_and_disk_of_the_guest(seed):
    """Host: processors without waits. Guest: totals. A store is slow: the guest's latency alone. Not to tell, or the store."""
    c = san(seed, host_profile="cpuonly", guest_profile="totals")
    keep = c.after

    def after(case, truth):
        keep(case, truth)
        for x in case.expect:
            x.accept, x.optional = [H9, H3], x.vm not in case.guests
    c.after = after
    return c


@case
def log_three_sets_missing(seed):
    """No waits, no memory, no network of the host; no processes in the guest. Own processors too few."""
    return cpu_demand(seed, 4, host_profile="blog", guest_profile="noprocess", interval=5)
