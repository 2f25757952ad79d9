"""The cases: who does what on which host, how it was recorded, and what an expert would say. See README.md."""
import datetime
import random
from pdh import GUEST, HOST, Recorder
from world import Cpu, Io, Process, Store, World, add, between, ramp

H1, H1B, H2, H2B = "guest-cpu-demand", "guest-cpu-single-thread", "host-cpu-contention", "cpu-cap"
H3, H3B, H3C, H4, H4B = "host-storage-slow", "storage-qos-cap", "guest-disk-overload", "host-memory-pressure", "guest-memory-maximum"
H5, H6, H7, H8, H9 = "vmbus-path", "guest-leak", "host-network-congestion", "vm-paused", "unknown"
NAMES = ["DC-01", "SQL 02 (prod)", "web:01", "EXCH-MBX1", "File#1", "APP Server 3", "RDS-05", "print/old", "Büro-PC", "jenkins", "sccm01", "WSUS", "ADFS 1", "nav-test", "Lync FE",
         "Ops (DMZ) 7", "k8s-node-1", "k8s-node-10", "VDI-001", "VDI-0011", "bkp proxy", "crm_db", "CRM_DB2", "erp", "hr", "lab-9", "mail relay", "mon", "ntp", "pki"]


class Expect:
    """One incident. accept: hypotheses an expert would let stand, the first is the truth. culprit: a name, or several of which any will do. optional: may be silent."""

    def __init__(self, vm, accept, start, end, culprit=None, optional=False, late=15, early=15):
        self.vm, self.accept, self.start, self.end, self.culprit, self.optional, self.late, self.early = vm, [accept] if isinstance(accept, str) else accept, start, end, culprit, optional, late, early


class Case:
    def __init__(self, name, world, expect=(), guests=(), interval=1, host_profile="guide", guest_profile="full", style="typeperf", zone="UTC", guest_zone=None, guest_offset=0.0,
                 inventory=None, host=True, after=None, guest_interval=None, guest_style=None, note="", split=False, host_offset=0.0, start=None):
        self.name, self.world, self.expect, self.guests, self.interval = name, world, list(expect), list(guests), interval
        self.host_profile, self.guest_profile, self.style, self.zone, self.guest_zone = host_profile, guest_profile, style, zone, guest_zone or zone
        self.guest_offset, self.inventory, self.host, self.after, self.note = guest_offset, inventory, host, after, note
        self.guest_interval, self.guest_style, self.split = guest_interval or interval, guest_style or style, split
        self.host_offset, self.start = host_offset, start

    def write(self, folder):
        """Runs the world and writes host.csv, one file per recorded guest, inventory.json. Gives the arguments of hvi and the start time."""
        import json
        rng = random.Random(self.name)
        start = datetime.datetime(2026, 3, 10, 8, 0, 0) + datetime.timedelta(days=rng.randint(0, 3), minutes=rng.randint(0, 300), seconds=rng.randint(0, 59))
        if self.zone.startswith("CEST") or self.zone == "EDT":
            start = start.replace(month=7)
        start = self.start or start
        host = Recorder(self.world.host, HOST[self.host_profile], self.interval, self.host_offset, self.zone, self.style, 0.0, rng)
        recorders = {g: Recorder("GUEST" + str(i), GUEST[self.guest_profile], self.guest_interval, self.guest_offset, self.guest_zone, self.guest_style, rng.uniform(0, 0.3), rng)
                     for i, g in enumerate(self.guests)}
        truth = {vm.name: [] for vm in self.world.vms}
        for t, seen, guests in self.world.steps():
            host.step(t, seen)
            for name, recorder in recorders.items():
                recorder.step(t, guests[name])
            for vm in self.world.vms:
                truth[vm.name].append((vm.ready, sum(vm.run) / vm.vcpus, max((d.guest for d in vm.disks), default=0), sum(d.r + d.w for d in vm.disks), vm.short, self.world.used))
        arguments = []
        if self.host:
            if self.split:  # two logs: processors in one, the rest in another
                first = [p for p in host.order if "Processor" in p]
                whole = host.order
                for part, order in (("host-cpu.csv", first), ("host-rest.csv", [p for p in whole if p not in set(first)])):
                    host.order = order
                    host.write(f"{folder}/{part}", start)
                    arguments += ["--host", f"{folder}/{part}"]
            else:
                host.write(f"{folder}/host.csv", start)
                arguments += ["--host", f"{folder}/host.csv"]
        for i, (name, recorder) in enumerate(recorders.items()):
            recorder.write(f"{folder}/guest{i}.csv", start)
            arguments += ["--guest", f"{name}={folder}/guest{i}.csv"]
        if self.inventory is not None:
            with open(f"{folder}/inventory.json", "w", encoding="utf-8") as f:
                json.dump(self.inventory, f, ensure_ascii=False)
            arguments += ["--inventory", f"{folder}/inventory.json"]
        if self.after:
            self.after(self, truth)
        return arguments, start, truth


def inventory(world, **only):
    return {"version": 1, "host": {"name": world.host, "logicalProcessors": world.lps}, "vms": [
        {"name": v.name, "id": v.guid, "virtualProcessors": v.vcpus, "processor": {"limitPercent": v.cap, "reservePercent": 0, "weight": 100},
         "memory": {"dynamic": True, "startupMb": v.memory, "minimumMb": v.dynamic[0], "maximumMb": v.dynamic[1], "bufferPercent": v.dynamic[2]} if v.dynamic
         else {"dynamic": False, "startupMb": v.memory},
         "disks": [{"path": d.path, "maximumIops": d.qos} for d in v.disks]} for v in world.vms]}


def fleet(seed, count=6, busy=(0.05, 0.3), minutes=20, lps=16, vcpus=(1, 2, 4), dynamic=False, iops=(5, 60), names=None, **world):
    w = World(seed, minutes=minutes, lps=lps, **world)
    pool = list(NAMES)
    w.rng.shuffle(pool)
    pool = (names or []) + [p for p in pool if p not in (names or [])]
    for i in range(count):
        name = pool[i] if i < len(pool) else f"vm{i:02d}"
        memory = w.rng.choice([4096, 6144, 8192])
        w.vm(name, w.rng.choice(vcpus), memory=memory, dynamic=(1024, memory * 2, 20) if dynamic else None, store=w.stores[i % len(w.stores)],
             busy=w.rng.uniform(*busy), iops=w.rng.uniform(*iops), net=w.rng.uniform(3e4, 1.5e6), disks=w.rng.choice([1, 1, 2]))
    return w


def mean(values):
    values = list(values)
    return sum(values) / max(1, len(values))


def contention(start, end, culprit=None, least=0.07):
    """Who is hurt is read from the world: the share of time in which its processors waited."""
    def after(case, truth):
        for vm in case.world.vms:
            ready = mean(r for r, *_ in truth[vm.name][start:end])
            if any(e.vm == vm.name for e in case.expect):
                continue
            if ready >= 0.02:
                case.expect.append(Expect(vm.name, H2, start, end, culprit if vm.name != culprit else None, optional=ready < least or vm.name == culprit))
    return after


def storage(start, end, store, culprit=None, least=10, skip=()):
    def after(case, truth):
        for vm in case.world.vms:
            if vm.name in skip or all(d.store is not store for d in vm.disks):
                continue
            iops = mean(o for _, _, _, o, _, _ in truth[vm.name][start:end])
            case.expect.append(Expect(vm.name, H3, start, end, culprit, optional=iops < least))
    return after


ALL = {}


def case(function):
    ALL[function.__name__.replace("_", "-")] = function
    return function


def add_case(name, function):
    ALL[name] = function


# ---- healthy ------------------------------------------------------------------------------------------------------------

@case
def healthy_quiet(seed):
    w = fleet(seed, 6)
    return Case("healthy-quiet", w, guests=[w.vms[0].name, w.vms[1].name], zone="EST")


@case
def healthy_forty_vms(seed):
    w = fleet(seed, 40, lps=64, minutes=15, ram=524288)
    return Case("healthy-forty", w, guests=[w.vms[3].name], interval=5, style="relog", zone="CET")


@case
def healthy_backup_in_guest(seed):
    w = fleet(seed, 5, stores=[Store("D", iops=20000), Store("E", iops=20000)])
    v = w.vms[0]
    v.ios.append(Io(0, between(400, 900, 900), lambda t: 0.0, 262144, 4, "wbengine"))
    v.cpus.append(Cpu(between(400, 900, 0.35 * v.vcpus), "wbengine"))
    v.tx.append(between(400, 900, 2.2e8))
    return Case("healthy-backup", w, guests=[v.name, w.vms[1].name], style="relog", zone="CEST")


@case
def healthy_host_backup(seed):
    w = fleet(seed, 6, stores=[Store("D", iops=30000)])
    w.stores[0].root_reads = between(300, 1000, 4000)
    w.root = add(lambda t: 0.3, between(300, 1000, 1.4))
    w.outside_net = between(300, 1000, 5e8)
    return Case("healthy-host-backup", w, guests=[w.vms[2].name], style="getcounter", interval=5)


@case
def healthy_av_sweep(seed):
    w = fleet(seed, 6, lps=24, stores=[Store("D", iops=20000)])
    for i, v in enumerate(w.vms):
        s = 300 + 20 * i
        v.cpus.append(Cpu(between(s, s + 420, 0.38 * v.vcpus), "MsMpEng"))
        v.ios.append(Io(0, between(s, s + 420, 260), lambda t: 0.0, 32768, 4, "MsMpEng"))
    return Case("healthy-av", w, guests=[w.vms[0].name, w.vms[4].name], zone="IST")


@case
def healthy_logon_storm(seed):
    w = fleet(seed, 4, lps=32)
    v = w.vm("RDS-FARM 1", 8, memory=32768, busy=0.2, iops=120, net=3e6)
    v.cpus.append(Cpu(add(ramp(300, 420, 4.2), ramp(800, 900, -4.2)), "explorer"))
    v.ios.append(Io(0, add(ramp(300, 420, 500), ramp(800, 900, -500)), between(300, 900, 250), 16384, 16, "explorer"))
    return Case("healthy-logon", w, guests=[v.name], interval=5, zone="EDT")


@case
def healthy_deep_idle_waits(seed):
    w = fleet(seed, 5, busy=(0.03, 0.12), lps=32)
    for v in w.vms:
        v.wake = lambda t: 55e-6
        v.chatter = lambda t: 1400
    return Case("healthy-deep-idle", w, guests=[w.vms[0].name], host_profile="guide")


@case
def healthy_busy_host_no_waiting(seed):
    w = fleet(seed, 24, busy=(0.5, 0.6), lps=64, vcpus=(4,), ram=262144)
    for v in w.vms:
        v.noise.sigma, v.noise.every = 0.06, 0
    return Case("healthy-busy-host", w, guests=[w.vms[0].name], style="relog")


@case
def healthy_commit_pressure(seed):
    w = fleet(seed, 4, dynamic=True)
    v = w.vm("JAVA-APP", 4, memory=8192, dynamic=(4096, 8192, 20), busy=0.25)
    v.demand = lambda t: 9400 + 60 * ((t // 30) % 2)
    v.touched = 0.48
    return Case("healthy-commit", w, guests=[v.name], inventory=inventory(w))


@case
def healthy_mapped_file_faults(seed):
    w = fleet(seed, 4)
    v = w.vms[1]
    v.demand = lambda t: v.memory * 0.4
    v.ios.append(Io(0, between(400, 800, 350), lambda t: 0.0, 65536, 4, "robocopy"))
    burst = between(400, 800, 1900)
    original = w.balance
    def balance(t):
        original(t)
        v.pages += burst(t) * v.rng.uniform(0.5, 1.4)
    w.balance = balance
    return Case("healthy-mapped", w, guests=[v.name])


@case
def healthy_slow_archive_disk(seed):
    w = fleet(seed, 4)
    w.stores.append(Store("F", read_ms=28, write_ms=24, iops=400))
    v = w.vm("archive", 2, store=w.stores[1], iops=0.8, busy=0.05)
    return Case("healthy-archive", w, guests=[v.name], interval=5)


@case
def healthy_capped_but_idle(seed):
    w = fleet(seed, 4)
    v = w.vm("Test (cap) 1", 4, cap=25, busy=0.09)
    return Case("healthy-capped", w, guests=[v.name], inventory=inventory(w))


@case
def healthy_spiky_single_vcpu(seed):
    w = fleet(seed, 3)
    v = w.vm("cron box", 1, busy=0.08)
    v.cpus.append(Cpu(lambda t: 1.0 if t % 75 < 6 else 0.0, "powershell"))
    return Case("healthy-spiky", w, guests=[v.name])


@case
def healthy_busy_nic(seed):
    w = fleet(seed, 4)
    v = w.vms[0]
    v.tx.append(between(300, 900, 7.5e8))
    v.cpus.append(Cpu(between(300, 900, 0.4), "System"))
    return Case("healthy-nic", w, guests=[v.name, w.vms[1].name])


@case
def healthy_cache_warmup(seed):
    w = fleet(seed, 4, minutes=60)
    v = w.vm("SQLCACHE", 4, memory=32768, busy=0.2)
    grow = ramp(300, 1500, 12e9)
    v.processes.append(Process("sqlservr", 5120, 0.1, 2e9, 1800, grow=grow))
    v.processes = [p for p in v.processes if not (p.name == "sqlservr" and p.pid != 5120)]
    v.demand = lambda t: 8192 + grow(t) / 1048576
    return Case("healthy-warmup", w, guests=[v.name], interval=5)


@case
def healthy_wan_retransmits(seed):
    w = fleet(seed, 4)
    v = w.vms[0]
    v.tx.append(lambda t: 4e6)
    original = w.network
    def network(t):
        original(t)
        if 400 <= t < 800:
            v.retransmit += v.segments * 0.03
    w.network = network
    return Case("healthy-wan", w, [Expect(v.name, [H9], 400, 800, optional=True)], guests=[v.name], note="the loss is beyond the host: not the host's network")


@case
def healthy_restart(seed):
    w = fleet(seed, 4)
    v = w.vms[2]
    v.paused = [(500, 512, "gone")]
    v.cpus.append(Cpu(between(512, 560, 0.9 * v.vcpus), "services"))
    v.ios.append(Io(0, between(512, 600, 500), between(512, 600, 80), 32768, 8, "services"))
    return Case("healthy-restart", w, [Expect(v.name, [H8], 500, 515, optional=True)], guests=[w.vms[0].name], note="a restarted VM; no log from inside it")


@case
def healthy_short(seed):
    w = fleet(seed, 3, minutes=4)
    return Case("healthy-short", w, guests=[w.vms[0].name], style="semicolon", zone="CET")


@case
def healthy_batch_all_processors(seed):
    w = fleet(seed, 4)
    v = w.vm("batch01", 4, busy=0.05)
    v.cpus.append(Cpu(between(300, 800, 3.9), "SAS", threads=lambda t: 4 if 300 <= t < 800 else 0))
    return Case("batch-all", w, [Expect(v.name, [H1], 300, 800, optional=True)], guests=[v.name], note="it uses all it has and nobody waits: nothing or its own size, never the host")


# ---- H1, H1b ------------------------------------------------------------------------------------------------------------

def cpu_demand(seed, vcpus=2, over=1.8, lps=16, name="APP-CPU", minutes=20, start=420, end=900, **how):
    w = fleet(seed, 5, lps=lps, minutes=minutes)
    v = w.vm(name, vcpus, busy=0.2, memory=8192)
    v.cpus.append(Cpu(between(start, end, vcpus * over), "w3wp", threads=between(start, end, vcpus * (1 + over))))
    guests = how.pop("guests", [v.name])
    accept = how.pop("accept", [H1])
    return Case(f"h1-{name}", w, [Expect(v.name, accept, start, end)], guests=guests, **how)


add_case("h1-two-vcpus-est", lambda s: cpu_demand(s, 2, zone="EST"))
add_case("h1-one-vcpu-old-counters", lambda s: cpu_demand(s, 1, guest_profile="old", name="tiny (1)"))
add_case("h1-32-vcpus-relog-5s", lambda s: cpu_demand(s, 32, over=1.1, lps=128, interval=5, style="relog"))
add_case("h1-15s-totals-only", lambda s: cpu_demand(s, 4, interval=15, guest_profile="totals", minutes=30, start=600, end=1300))
add_case("h1-no-wait-counters", lambda s: cpu_demand(s, 4, host_profile="nowait"))
add_case("h1-blog-counters", lambda s: cpu_demand(s, 4, host_profile="blog", guest_profile="pal", name="web:01 (x)"))
add_case("h1-guest-clock-4min", lambda s: cpu_demand(s, 4, guest_offset=247.0))
add_case("h1-guest-other-zone", lambda s: cpu_demand(s, 4, zone="CEST", guest_zone="UTC", guest_offset=-95.0))
add_case("h1-host-log-only", lambda s: cpu_demand(s, 4, guests=[], accept=[H1, H9]))
def unseen(case, name):
    """The host's log knows nothing of this VM: it started, or came by migration, after the recorder did."""
    next(v for v in case.world.vms if v.name == name).unseen = True
    return case


add_case("h1-guest-log-only", lambda s: unseen(cpu_demand(s, 4, accept=[H9, H1]), "APP-CPU"))


@case
def h1_moderate(seed):
    w = fleet(seed, 5)
    v = w.vm("Crm App", 4, busy=0.3)
    v.cpus.append(Cpu(between(400, 900, 2.75), "w3wp", threads=between(400, 900, 9)))
    return Case("h1-moderate", w, [Expect(v.name, H1, 400, 900)], guests=[v.name])


@case
def h1_slow_ramp(seed):
    w = fleet(seed, 5, minutes=30)
    v = w.vm("ramp", 4, busy=0.2)
    v.cpus.append(Cpu(ramp(300, 900, 7), "java", threads=ramp(300, 900, 14)))
    return Case("h1-ramp", w, [Expect(v.name, H1, 560, 1800, early=60, late=150)], guests=[v.name], interval=5)


def one_thread(seed, vcpus=4, place="pin", name="single", lps=16, **how):
    w = fleet(seed, 5, lps=lps)
    v = w.vm(name, vcpus, busy=0.08)
    v.cpus.append(Cpu(between(400, 900, 1.0), "legacy", place=place, threads=between(400, 900, 1)))
    return Case(f"h1b-{vcpus}-{place}", w, [Expect(v.name, how.pop("accept", [H1B]), 400, 900)], guests=how.pop("guests", [v.name]), **how)


add_case("h1b-pinned", lambda s: one_thread(s, 4))
add_case("h1b-pinned-no-process", lambda s: one_thread(s, 8, guest_profile="noprocess", zone="JST"))
add_case("h1b-hopping", lambda s: one_thread(s, 4, "hop"))
add_case("h1b-hopping-16-vcpus-5s", lambda s: one_thread(s, 16, "hop", interval=5, lps=48))
add_case("h1b-pal", lambda s: one_thread(s, 2, "pin", guest_profile="pal", host_profile="nowait"))


# ---- H2, H2b --------------------------------------------------------------------------------------------------------------

def overcommit(seed, lps=16, count=8, burner=12, share=1.0, start=480, end=900, busy=(0.2, 0.3), vcpus=(4,), minutes=20, guest_count=2, accept=None, **how):
    w = fleet(seed, count, busy=busy, lps=lps, vcpus=vcpus, minutes=minutes, contention_counter=how.pop("contention_counter", False))
    b = w.vm("Render node", burner, memory=16384, busy=0.04)
    b.cpus.append(Cpu(between(start, end, burner * share), "render", threads=between(start, end, burner)))
    after = contention(start, end, b.name)
    guests = how.pop("guests", [v.name for v in w.vms[:guest_count]])
    return Case("h2", w, guests=guests, after=after, **how)


add_case("h2-render-vm", lambda s: overcommit(s))
add_case("h2-strong-relog-5s", lambda s: overcommit(s, burner=24, lps=24, count=14, interval=5, style="relog", zone="CEST-std"))
add_case("h2-moderate", lambda s: overcommit(s, lps=16, burner=9, busy=(0.24, 0.3)))
add_case("h2-no-wait-counters", lambda s: overcommit(s, burner=16, host_profile="nowait"))
add_case("h2-blog-counters", lambda s: overcommit(s, burner=16, host_profile="blog", guest_profile="noprocess"))
add_case("h2-server-2025", lambda s: overcommit(s, contention_counter=True))
add_case("h2-cpu-counters-only", lambda s: overcommit(s, host_profile="cpuonly", guest_profile="totals"))
add_case("h2-host-log-only", lambda s: overcommit(s, burner=16, guests=[]))
add_case("h2-four-lps", lambda s: overcommit(s, lps=4, count=4, burner=4, vcpus=(1, 2), busy=(0.25, 0.32)))
add_case("h2-forty-vms", lambda s: overcommit(s, lps=48, count=36, burner=44, busy=(0.14, 0.2), interval=5, style="relog", minutes=15))
add_case("h2-guest-clock-wrong", lambda s: overcommit(s, burner=16, guest_offset=-372.0))
add_case("h2-15s", lambda s: overcommit(s, burner=16, interval=15, minutes=30, start=600, end=1300))


@case
def h2_root_is_the_culprit(seed):
    w = fleet(seed, 8, busy=(0.22, 0.3), vcpus=(4,), lps=16)
    w.root = add(lambda t: 0.4, between(480, 960, 9.0))
    return Case("h2-root", w, guests=[w.vms[0].name, w.vms[1].name], after=contention(480, 960, "root"))


@case
def h2_everyone_grows(seed):
    w = fleet(seed, 10, busy=(0.13, 0.2), vcpus=(4,), lps=16, minutes=30)
    for v in w.vms:
        v.cpus.append(Cpu(between(600, 1300, 1.3), "w3wp", noisy=True))
    return Case("h2-everyone", w, guests=[w.vms[0].name], after=contention(600, 1300), interval=5)


def capped(seed, cap=25, vcpus=4, want=3.0, inv=True, **how):
    w = fleet(seed, 5)
    v = w.vm("Capped App", vcpus, cap=cap, busy=0.05)
    v.cpus.append(Cpu(between(400, 900, want), "w3wp", threads=between(400, 900, vcpus + 2)))
    return Case("h2b", w, [Expect(v.name, how.pop("accept", [H2B]), 400, 900)], guests=[v.name], inventory=inventory(w) if inv else None, **how)


add_case("h2b-25-percent", lambda s: capped(s))
add_case("h2b-moderate", lambda s: capped(s, cap=50, want=2.5))
add_case("h2b-no-inventory", lambda s: capped(s, cap=30, inv=False, accept=[H2B, H9]))
add_case("h2b-no-wait-counters", lambda s: capped(s, cap=40, want=4, host_profile="nowait"))
add_case("h2b-one-vcpu-5s", lambda s: capped(s, cap=50, vcpus=1, want=1, interval=5, style="utf16"))


# ---- H3, H3b, H3c ---------------------------------------------------------------------------------------------------------

def san(seed, factor=25, read_ms=1.2, start=420, end=840, interval=1, count=6, path="name", minutes=20, iops=(15, 90), guest_count=2, **how):
    stores = [Store("D", read_ms, read_ms * 0.8, slow=between(start, end, factor, 1.0)), Store("E")]
    w = fleet(seed, count, stores=stores, iops=iops, minutes=minutes, path_style=path)
    on = [v.name for v in w.vms if v.disks[0].store is stores[0]]
    other = [v.name for v in w.vms if v.disks[0].store is stores[1]]
    guests = how.pop("guests", on[:guest_count] + other[:1])
    how.setdefault("inventory", inventory(w) if path != "name" else None)
    return Case("h3", w, guests=guests, after=storage(start, end, stores[0]), interval=interval, **how)


add_case("h3-san-slow", lambda s: san(s))
add_case("h3-flash-12ms", lambda s: san(s, factor=22, read_ms=0.55, zone="EST"))
add_case("h3-csv-paths-inventory", lambda s: san(s, path="csv"))
add_case("h3-unc-paths-5s", lambda s: san(s, path="unc", interval=5))
add_case("h3-odd-paths-inventory", lambda s: san(s, path="odd"))
add_case("h3-logicaldisk-only", lambda s: san(s, guest_profile="logical", host_profile="notdisk"))
add_case("h3-totals-15s", lambda s: san(s, guest_profile="totals", interval=15, minutes=30, start=600, end=1250))
add_case("h3-host-log-only", lambda s: san(s, guests=[]))
add_case("h3-tab", lambda s: san(s, style="tab", zone="CET"))
add_case("h3-spindle-slow-start", lambda s: san(s, factor=7, read_ms=7, iops=(20, 60)))
add_case("h3-odd-paths-no-inventory", lambda s: san(s, path="odd", inventory=None, guest_count=3))


@case
def h3_host_backup_floods(seed):
    store = Store("D", iops=5000)
    w = fleet(seed, 5, stores=[store], iops=(20, 90))
    store.root_reads = between(420, 840, 40000)
    w.root = add(lambda t: 0.3, between(420, 840, 0.8))
    original = w.storage
    def flood(t):
        store.slow = between(420, 840, 26, 1.0)
        original(t)
        if 420 <= t < 840:
            store.r = 2600.0 + store.r - 40000
    w.storage = flood
    store.root_reads = between(420, 840, 40000)
    return Case("h3-root", w, guests=[w.vms[0].name], after=storage(420, 840, store, "root"))


@case
def h3_neighbour_floods(seed):
    store = Store("D", iops=6000)
    w = fleet(seed, 5, stores=[store, Store("E")], iops=(20, 90))
    n = w.vm("ETL box", 4, store=store, iops=30)
    n.ios.append(Io(0, between(420, 840, 20000), between(420, 840, 9000), 8192, 160, "etl"))
    n.cpus.append(Cpu(between(420, 840, 0.8), "etl"))
    hit = storage(420, 840, store, n.name, skip=(n.name,))
    def after(case, truth):
        hit(case, truth)
        case.expect.append(Expect(n.name, [H3C, H3], 420, 840))
    victims = [v.name for v in w.vms if v.disks[0].store is store and v is not n]
    return Case("h3-neighbour", w, guests=[victims[0], n.name], after=after)


@case
def h3_neighbour_floods_host_only(seed):
    c = h3_neighbour_floods(seed)
    c.guests = []
    return c


def qos(seed, limit=400, want=900, depth=24, inv=True, **how):
    w = fleet(seed, 5)
    v = w.vm("SQL-QOS", 4, qos=limit, busy=0.2, iops=15)
    v.ios.append(Io(0, between(420, 840, want * 0.6), between(420, 840, want * 0.4), 8192, depth, "sqlservr"))
    return Case("h3b", w, [Expect(v.name, how.pop("accept", [H3B]), 420, 840)], guests=how.pop("guests", [v.name]), inventory=inventory(w) if inv else None, **how)


add_case("h3b-qos", lambda s: qos(s))
add_case("h3b-qos-mild", lambda s: qos(s, limit=500, want=700, depth=12, interval=5))
add_case("h3b-counter-only", lambda s: qos(s, inv=False, host_profile="full"))
add_case("h3b-host-only", lambda s: qos(s, guests=[]))


def own_flood(seed, depth=96, **how):
    store = Store("F", iops=4000)
    w = fleet(seed, 5, stores=[Store("D"), Store("E")])
    v = w.vm("Index builder", 4, store=store, iops=40, busy=0.15)
    w.stores.append(store)
    v.ios.append(Io(0, between(420, 840, 9000), between(420, 840, 4000), 8192, depth, "sqlservr"))
    v.cpus.append(Cpu(between(420, 840, 0.9), "sqlservr"))
    return Case("h3c", w, [Expect(v.name, H3C, 420, 840)], guests=[v.name], **how)


add_case("h3c-own-store", lambda s: own_flood(s))
add_case("h3c-5s-semicolon", lambda s: own_flood(s, interval=5, style="semicolon", zone="CEST"))
add_case("h3c-logical-disk", lambda s: own_flood(s, guest_profile="pal", depth=128))


# ---- H4, H4b, H6 ------------------------------------------------------------------------------------------------------------

def host_memory(seed, **how):
    w = World(seed, minutes=how.pop("minutes", 25), lps=16, ram=49152)
    pool = ["SQL 02 (prod)", "web:01", "APP Server 3", "RDS-05"]
    for i, n in enumerate(pool):
        v = w.vm(n, 4, memory=8192, dynamic=(2048, 16384, 20), busy=0.15)
        v.demand = lambda t, i=i: 6500 + 250 * i
    g = w.vm("Analytics", 8, memory=8192, dynamic=(4096, 36864, 20), busy=0.2)
    g.demand = ramp(500, 700, 30000, 6500)
    w.vms.append(w.vms.pop(0))
    def after(case, truth):
        for v in w.vms:
            short = [s for *_, s, _ in truth[v.name]]
            first = next((t for t, s in enumerate(short) if s > 0), None)
            if first is not None:
                case.expect.append(Expect(v.name, H4, first, w.seconds, optional=mean(short[first:]) < 150 or v.name not in case.guests, early=60, late=60))
    return Case("h4", w, guests=how.pop("guests", [w.vms[0].name, w.vms[1].name]), after=after, inventory=inventory(w), **how)


add_case("h4-neighbour-grows", lambda s: host_memory(s))
add_case("h4-15s", lambda s: host_memory(s, interval=15, minutes=30))
add_case("h4-no-process", lambda s: host_memory(s, guest_profile="noprocess", interval=5))


def own_maximum(seed, static=False, over=1.25, inv=True, **how):
    w = fleet(seed, 4, dynamic=True, ram=131072, minutes=25)
    v = w.vm("Mem (small)", 4, memory=6144, dynamic=None if static else (2048, 6144, 20), busy=0.2)
    v.demand = ramp(400, 460, 6144 * over, 3400)
    v.touched = 0.92
    return Case("h4b", w, [Expect(v.name, how.pop("accept", [H4B]), 430, 1500, early=45, late=60)], guests=[v.name], inventory=inventory(w) if inv else None, **how)


add_case("h4b-maximum", lambda s: own_maximum(s))
add_case("h4b-static", lambda s: own_maximum(s, static=True))
add_case("h4b-no-pressure-counters", lambda s: own_maximum(s, host_profile="nomemory", accept=[H4B, H9]))
add_case("h4b-no-inventory", lambda s: own_maximum(s, inv=False, accept=[H4B, H9]))
add_case("h4b-5s-mild", lambda s: own_maximum(s, over=1.14, interval=5))


def leak(seed, rate=3.2e9, handles=0, minutes=120, interval=15, begin=0, **how):
    w = fleet(seed, 4, minutes=minutes)
    v = w.vm("Leaky svc", 4, memory=16384, busy=0.15)
    grow = lambda t: max(0.0, t - begin) / 3600 * rate
    v.processes.append(Process("BadService", 6212, 0.08, 4e8, 900, grow=grow, grow_handles=lambda t: max(0.0, t - begin) / 3600 * handles))
    v.demand = lambda t: 5200 + grow(t) / 1048576
    return Case("h6", w, [Expect(v.name, H6, begin, minutes * 60, early=120, late=NEVER_LATE)], guests=[v.name], interval=interval, **how)


NEVER_LATE = 3600 * 3
add_case("h6-private-bytes-15s", lambda s: leak(s))
add_case("h6-handles-15s", lambda s: leak(s, rate=1.5e8, handles=60000))
add_case("h6-slow-5s", lambda s: leak(s, rate=1.3e9, interval=5, minutes=100, style="relog"))
add_case("h6-begins-inside", lambda s: leak(s, rate=4e9, begin=1500, minutes=120))


# ---- H5, H7, H8 -------------------------------------------------------------------------------------------------------------

def bus(seed, extra=0.014, hot=98.0, throttle=0.0, **how):
    w = fleet(seed, 5, iops=(40, 120), lps=24)
    v = w.vms[0]
    for x in w.vms:
        x.bus = between(420, 840, extra if hot or x is v else 0.0)
    if hot:
        w.root_hot = between(420, 840, hot)
    if throttle:
        w.throttle = lambda t: (1 if w.rng.random() < throttle else 0) if 420 <= t < 840 else 0
    expect = [Expect(x.name, H5, 420, 840, optional=x.name not in (w.vms[0].name, w.vms[1].name)) for x in w.vms] if hot else [Expect(v.name, H5, 420, 840)] + [
        Expect(x.name, H5, 420, 840, optional=True) for x in w.vms if x is not v]
    return Case("h5", w, expect, guests=[w.vms[0].name, w.vms[1].name] if hot else [v.name], **how)


add_case("h5-root-interrupts", lambda s: bus(s))
add_case("h5-bus-throttled", lambda s: bus(s, hot=0, throttle=0.5, extra=0.02))
add_case("h5-path-unnamed-5s", lambda s: bus(s, hot=0, extra=0.018, interval=5, zone="EDT"))


def uplink(seed, bandwidth=1.25e8, **how):
    w = fleet(seed, 5, uplink=bandwidth)
    n = w.vm("bkp proxy", 4, busy=0.2)
    n.tx.append(between(420, 840, bandwidth * 1.5))
    v = w.vms[0]
    v.tx.append(lambda t: bandwidth * 0.03)
    w.vms[1].tx.append(lambda t: bandwidth * 0.02)
    v1 = w.vms[1]
    return Case("h7", w, [Expect(v.name, H7, 420, 840, "bkp proxy"), Expect(v1.name, H7, 420, 840, "bkp proxy")] +
                [Expect(x.name, H7, 420, 840, optional=True) for x in w.vms if x not in (v, v1)], guests=[v.name, v1.name], **how)


add_case("h7-uplink-1g", lambda s: uplink(s))
add_case("h7-uplink-10g-5s", lambda s: uplink(s, 1.25e9, interval=5, style="relog"))


@case
def h7_switch_drops(seed):
    w = fleet(seed, 4)
    for v in w.vms[:2]:
        v.tx.append(lambda t: 2e7)
        v.rx.append(lambda t: 1e7)
    w.guest_loss = between(420, 840, 0.012)
    w.switch_drops = between(420, 840, 60)
    return Case("h7-drops", w, [Expect(v.name, H7, 420, 840, optional=i > 1) for i, v in enumerate(w.vms)], guests=[w.vms[0].name, w.vms[1].name])


def pause(seed, form="zero", length=12, at=600, inside=True, **how):
    w = fleet(seed, 5)
    v = w.vms[0]
    v.paused = [(at, at + length, form)]
    return Case("h8", w, [Expect(v.name, H8, at, at + length)], guests=[v.name] if inside else [w.vms[1].name], **how)


add_case("h8-zero-12s", lambda s: pause(s))
add_case("h8-migration-gone-25s", lambda s: pause(s, "gone", 25))
add_case("h8-checkpoint-4s", lambda s: pause(s, "zero", 4))
add_case("h8-5s-samples-40s", lambda s: pause(s, "zero", 40, interval=5))
add_case("h8-host-only-60s", lambda s: pause(s, "zero", 60, inside=False))


# ---- H9, one side missing ------------------------------------------------------------------------------------------------------

@case
def h9_guest_only_disk(seed):
    c = san(seed, guest_count=1)
    c.guests, hit = c.guests[:1], c.after
    def after(case, truth):
        hit(case, truth)
        case.expect = [e for e in case.expect if e.vm != case.guests[0]] + [Expect(case.guests[0], [H9, H3], 420, 840)]
    c.after = after
    return unseen(c, c.guests[0])


@case
def h9_guest_only_memory(seed):
    c = own_maximum(seed, inv=False)
    c.expect[0].accept = [H9]
    return unseen(c, c.guests[0])


@case
def h9_guest_only_contention(seed):
    c = overcommit(seed, burner=16, guest_count=1)
    c.expect = [Expect(c.guests[0], [H9], 480, 900, optional=True)]
    return unseen(c, c.guests[0])


# ---- mixed -------------------------------------------------------------------------------------------------------------------

@case
def mixed_cpu_here_store_there(seed):
    c = san(seed)
    v = c.world.vm("Own CPU", 2, store=c.world.stores[1], busy=0.2)
    v.cpus.append(Cpu(between(600, 1080, 4), "java", threads=between(600, 1080, 6)))
    c.expect.append(Expect(v.name, H1, 600, 1080))
    c.guests.append(v.name)
    return c


@case
def mixed_contention_then_store(seed):
    w = fleet(seed, 8, busy=(0.2, 0.3), vcpus=(4,), minutes=30, iops=(25, 90), stores=[Store("D", slow=between(1080, 1440, 25, 1.0))])
    b = w.vm("Render node", 14, memory=16384, busy=0.04, iops=4)
    b.cpus.append(Cpu(between(420, 800, 14), "render"))
    first, second = contention(420, 800, b.name), storage(1080, 1440, w.stores[0])
    def after(case, truth):
        first(case, truth)
        second(case, truth)
    return Case("mixed-2-3", w, guests=[w.vms[0].name, w.vms[1].name], after=after)


@case
def mixed_contention_and_store_at_once(seed):
    w = fleet(seed, 8, busy=(0.2, 0.3), vcpus=(4,), minutes=20, iops=(25, 90), stores=[Store("D", slow=between(480, 900, 25, 1.0))])
    b = w.vm("Render node", 14, memory=16384, busy=0.04, iops=4)
    b.cpus.append(Cpu(between(480, 900, 14), "render"))
    def after(case, truth):
        for v in w.vms:
            case.expect.append(Expect(v.name, [H2, H3, H9], 480, 900, optional=v is b))
    return Case("mixed-at-once", w, guests=[w.vms[0].name], after=after)


@case
def mixed_cap_on_contended_host(seed):
    c = overcommit(seed, burner=14)
    v = c.world.vm("Capped too", 4, cap=20, busy=0.1)
    v.cpus.append(Cpu(lambda t: 2.5, "w3wp"))
    c.guests.append(v.name)
    c.expect.append(Expect(v.name, [H2B, H2, H9], 0, 1200, early=60, late=90))
    c.inventory = inventory(c.world)
    return c


@case
def mixed_leak_and_uplink(seed):
    c = leak(seed, interval=5, minutes=90)
    n = c.world.vm("bkp", 4, busy=0.2)
    c.world.uplink = 1.25e8
    n.tx.append(between(3000, 3600, 2e8))
    v = c.world.vms[0]
    v.tx.append(lambda t: 4e6)
    c.guests.append(v.name)
    c.expect.append(Expect(v.name, H7, 3000, 3600, "bkp"))
    c.expect += [Expect(x.name, H7, 3000, 3600, optional=True) for x in c.world.vms if x is not v]
    return c


@case
def twin_slow_store_or_own_flood(seed):
    """All of a store's VMs are slow and one of them is busy, but it was slow first and others are no busier: the store."""
    store = Store("D", iops=9000, slow=between(400, 900, 22, 1.0))
    w = fleet(seed, 5, stores=[store], iops=(20, 80))
    v = w.vms[0]
    v.ios.append(Io(0, between(520, 900, 60), between(520, 900, 40), 8192, 4, "sqlservr"))
    return Case("twin-3-3c", w, guests=[v.name, w.vms[1].name], after=storage(400, 900, store))


@case
def twin_contention_low_lp_reserve(seed):
    """LPs at 97 %, but this VM's own demand is far over its size: both; waiting is what a bigger VM cannot cure."""
    c = overcommit(seed, burner=14)
    v = c.world.vms[0]
    v.cpus.append(Cpu(between(480, 900, 6), "w3wp", threads=between(480, 900, 10)))
    return c


# the same kinds once more, as other recorders write them
add_case("format-quoted-decimal-comma", lambda s: cpu_demand(s, 2, style="quotedcomma", zone="CET"))
add_case("format-excel-semicolon", lambda s: cpu_demand(s, 2, style="excel", zone="CET"))
add_case("format-getcounter-lower", lambda s: cpu_demand(s, 4, style="getcounter"))
add_case("format-utf16", lambda s: san(s, style="utf16"))
add_case("format-bom", lambda s: san(s, style="bom", zone="JST"))
add_case("format-ansi-umlaut", lambda s: cpu_demand(s, 4, style="ansi", name="Bürgerbüro 1"))
add_case("format-two-host-files", lambda s: san(s, split=True))
add_case("format-guest-5s-host-1s", lambda s: overcommit(s, burner=16, guest_interval=5))
add_case("format-guest-1s-host-15s", lambda s: cpu_demand(s, 4, interval=15, guest_interval=1, minutes=30, start=600, end=1300))
