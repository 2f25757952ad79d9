#!/usr/bin/env python3
"""A third, independent set of cases for `hvi diagnose`: own host model, own PDH-CSV writer, own judge.

Written from the issue, the reference and docs/diagnose.md alone, without sight of the engine, its tests or the other sets here.
The model is one second coarse: a processor-sharing scheduler with weights, caps and a root partition; stores as open queues whose
callers keep a bounded number of operations in flight (Little's law holds in every row); a memory balancer that equalises pressure;
an uplink that drops what it cannot carry. A case scripts demands and faults; what the counters then say is left to the model.

    third.py --hvi PATH [--seed N] [--only PREFIX,...] [--out DIR]     # exit status 1 when a case differs
"""
import argparse, datetime, json, math, os, random, subprocess, sys, zlib

MB = 1 << 20
EPOCH = datetime.datetime(2026, 11, 23, 9, 0, 0)
TITLES = {"H1": "guest-cpu-demand", "H1b": "guest-cpu-single-thread", "H2": "host-cpu-contention", "H2b": "cpu-cap",
          "H3": "host-storage-slow", "H3b": "storage-qos-cap", "H3c": "guest-disk-overload", "H4": "host-memory-pressure",
          "H4b": "guest-memory-maximum", "H5": "vmbus-path", "H6": "guest-leak", "H7": "host-network-congestion", "H8": "vm-paused"}
CODES = {title: code for code, title in TITLES.items()}
GUEST_SIDE, HOST_SIDE = {"H1", "H1b", "H3c", "H6"}, {"H2", "H3", "H4", "H5", "H7", "H8"}


# ---------------------------------------------------------------- shapes of load over time (seconds of the case)
def val(x, t):
    """A constant, or a function of the second."""
    return x(t) if callable(x) else x


def pulse(low, high, a, b, ramp=0.0):
    """low, but high within [a, b); reached linearly over ramp seconds."""
    def f(t):
        if t < a or t >= b:
            return low
        return low + (high - low) * (min(1.0, (t - a + 1) / ramp) if ramp else 1.0)
    return f


def bursts(low, high, a, b, on, off):
    """low, but within [a, b) high for `on` seconds, then low for `off`, and so on."""
    return lambda t: high if a <= t < b and (t - a) % (on + off) < on else low


def line(v0, v1, a, b):
    """v0 until a, straight to v1 at b, v1 after."""
    return lambda t: v0 if t <= a else v1 if t >= b else v0 + (v1 - v0) * (t - a) / (b - a)


# ---------------------------------------------------------------- what there is
class Proc:
    """A process: cpu in cores (or threads, when it wants more than there are), ops/s, MiB, bytes/s, handles; each may be a function."""
    def __init__(self, name, cpu=0.0, hot=0.0, rd=0.0, wr=0.0, kb=16, qd=8, mem=100.0, tx=0.0, rx=0.0, handles=400, mapped=0.0, disk=0, cache=0.0):
        self.__dict__.update(locals())
        self.noise, self.pid = 0.0, 0


class Disk:
    def __init__(self, path, store, qos=0, show=True, letter="C:"):
        self.path, self.store, self.qos, self.show, self.letter = path, store, qos, show, letter


class Store:
    """iops: capacity in operations of up to 64 KiB; base: seconds of service with nobody else there."""
    def __init__(self, volume, iops=6000, base=0.0012, root=0.0):
        self.volume, self.iops, self.base, self.root = volume, iops, base, root


class VM:
    def __init__(self, name, vcpus=4, mem=4096, dynamic=False, low=None, top=None, buffer=20, weight=100, cap=1.0, guest="issue"):
        self.__dict__.update(locals())
        self.assigned, self.peak, self.added, self.removed = float(mem), float(mem), 0.0, 0.0
        self.disks, self.procs, self.pauses, self.silent = [], [], [], []
        self.bus, self.pipe, self.vnic_loss, self.clock, self.rate, self.hop = 0.0, 0.0, 0.0, 0.0, 700, 0
        self.backlog, self.offset, self.leave = 0.0, 0.0, None
        self.wake, self.commit = 6e-6, 1.0         # seconds to wake a processor; commitment over use


class World:
    def __init__(self, rng, lps=16, length=780, step=1, host="full", memory=131072, uplink=1.25e9, inventory=True):
        self.__dict__.update(locals())
        self.vms, self.stores, self.truth, self.may = [], [], [], []
        self.root_cpu, self.root_net, self.throttle, self.jitter = 0.5, 2e5, 0.0, 0.002
        self.zone, self.bias = rng.choice([("UTC", 0), ("W. Europe Standard Time", -60), ("Eastern Standard Time", 300), ("India Standard Time", -330)])
        self.root_hot, self.drop, self.guest_drop, self.squeeze = 0.0, (), (), None

    def vm(self, name):
        return next(v for v in self.vms if v.name == name)

    def want(self, vm, hyps, a, b, culprit=None, begin=None):
        """A fault that must be found: VM, accepted hypotheses (codes), when it surely hurts, first culprit, when the ramp to it began."""
        self.truth.append({"vm": vm, "hypothesis": hyps.split(), "start": a, "end": b, "culprit": culprit, "from": a if begin is None else begin})

    def let(self, vm, hyps, a, b):
        """What is arguable: neither asked for nor held against the product."""
        self.may.append((vm, hyps.split(), a, b))


NAMES = ["sql-prod", "web 03", "FILESRV", "app07", "dc1", "jump [old]", "exch02", "erp-test", "ci-agent4", "rds-11", "mon", "print"]


def office(rng, n=5, **kw):
    """A host with n VMs in ordinary use on one or two stores."""
    w = World(rng, **kw)
    w.stores = [Store("D:", rng.choice([5000, 8000, 12000]), rng.choice([0.0006, 0.0011, 0.002])), Store("E:", 6000, 0.0015)]
    names = NAMES[:]
    rng.shuffle(names)
    for i in range(n):
        v = VM(names[i], rng.choice([2, 4, 4, 8]), rng.choice([4096, 6144, 8192]), guest="issue")
        v.offset = rng.uniform(-0.4, 0.4)
        v.rate = rng.randint(350, 1100)
        v.disks = [Disk(f"{w.stores[0].volume}\\Hyper-V\\{v.name}\\Virtual Hard Disks\\{v.name}.vhdx", 0)]
        size = rng.uniform(0.08, 0.3)
        v.procs = [Proc("System", 0.02, wr=rng.uniform(4, 15), mem=60, handles=3000),
                   Proc("svchost", 0.03, rd=2, mem=180), Proc(rng.choice(["w3wp", "java", "sqlservr", "store"]), size * v.vcpus, rd=rng.uniform(10, 90),
                        wr=rng.uniform(10, 60), mem=v.mem * rng.uniform(0.25, 0.45), tx=rng.uniform(2e5, 3e6), rx=rng.uniform(1e5, 1e6), handles=1200)]
        w.vms.append(v)
    return w


# ---------------------------------------------------------------- the model
def ar(p, rng, sd):
    p.noise = 0.75 * p.noise + rng.gauss(0, sd * 0.66)
    return math.exp(p.noise)


def capacity_share(wants, room):
    """Common slowdown s >= 1 so that every vCPU runs min(want, 1/s_vm) and the sum fits into room."""
    def used(s):
        return sum(min(x, 1.0 / max(c, 1 + (s - 1) * 100.0 / wt)) for x, c, wt in wants)
    if used(1.0) <= room:
        return 1.0
    lo, hi = 1.0, 200.0
    for _ in range(28):
        mid = (lo + hi) / 2
        lo, hi = (mid, hi) if used(mid) > room else (lo, mid)
    return hi


def waiting(rho, c):
    """Mean number waiting in a queue with c servers (Sakasegawa), variability a little below exponential."""
    rho = min(rho, 0.97)
    return 0.7 * rho ** math.sqrt(2 * (c + 1)) / (1 - rho)


def simulate(w, rng):
    """Runs the world; gives (host recorder, {vm: guest recorder})."""
    host, guests = Recorder(), {v.name: Recorder() for v in w.vms if v.guest}
    for v in w.vms:
        for i, p in enumerate(v.procs):
            p.pid = 400 + 4 * rng.randint(1, 2000)
        v.facts = []
    host.drop = w.drop
    for g in guests.values():
        g.drop = w.guest_drop
    throttled, pipes, lpn = 0.0, {v.name: 0.0 for v in w.vms}, [rng.gauss(0, 0.02) for _ in range(w.lps)]
    for t in range(w.length):
        live = [v for v in w.vms if not (v.leave is not None and t >= v.leave)]
        froz = {v.name for v in live if any(a <= t < b for a, b in v.pauses)}
        # memory: demand, then what the balancer does with it
        pool = w.memory - sum(v.assigned for v in live)
        for v in live:
            v.need = 700 + sum(val(p.mem, t) for p in v.procs)
        total = sum(v.need for v in live if v.dynamic)
        room = w.memory - sum(v.assigned for v in live if not v.dynamic) - 512
        for v in live:
            if v.dynamic and v.name not in froz:
                aim = v.need * min(1 + v.buffer / 100.0, room / total)
                aim = max(v.low or 1024, min(v.top or 1 << 20, aim))
                if aim > v.assigned + 24 and pool > 0:
                    d = min(aim - v.assigned, 256.0, pool)
                    v.assigned += d; v.added += d; pool -= d
                elif aim < v.assigned - 24 and (pool < 1500 or rng.random() < 0.02):
                    d = min(v.assigned - aim, 192.0)
                    v.assigned -= d; v.removed += d; pool += d
            v.peak = max(v.peak, v.assigned)
            v.short = max(0.0, v.need - 0.96 * v.assigned)
            v.faults = min(2600.0, v.short * 2.2) * rng.uniform(0.7, 1.3) if v.short > 0 else max(0.0, rng.gauss(1.5, 3))
        # processors
        root = max(0.05, val(w.root_cpu, t) * rng.uniform(0.9, 1.1))
        room_cpu = w.lps * 0.995 - min(root, w.lps * 0.6)
        wants = []
        for v in live:
            act = 0.0 if v.name in froz else 1.0
            v.use = [(p, act * val(p.cpu, t) * ar(p, rng, 0.10), act * val(p.hot, t)) for p in v.procs]
            hot = sum(h for _, _, h in v.use)
            hungry = sum(c for _, c, _ in v.use)
            multi = hungry + v.backlog
            where = (t // v.hop % v.vcpus) if v.hop else v.vcpus - 1
            v.w = [0.0] * v.vcpus
            for k in range(math.ceil(hot)):
                v.w[(where + k) % v.vcpus] = min(1.0, hot - k)
            left, free = multi, sorted(range(v.vcpus), key=lambda i: -v.w[i])
            for n, i in enumerate(free):
                add = min(1 - v.w[i], max(0.0, left / (v.vcpus - n)) * (1 if n == v.vcpus - 1 else rng.uniform(0.88, 1.12)))
                v.w[i] += add; left -= add
            v.excess = max(0.0, hungry + hot - v.vcpus)
            v.capslow = 1.0
            if v.cap < 1.0 and sum(v.w) > v.cap * v.vcpus:
                v.capslow = capacity_share([(x, 1.0, 100) for x in v.w], v.cap * v.vcpus)
            wants += [(x, v.capslow, v.weight) for x in v.w]
        s = capacity_share(wants, room_cpu)
        rho = min(0.985, (sum(min(x, 1 / c) for x, c, _ in wants) + root) / w.lps)
        s = max(s, 1 + 0.006 * rho ** 8 / (1.05 - rho))
        busy_lp = root
        for v in live:
            slow = max(v.capslow, 1 + (s - 1) * 100.0 / v.weight)
            v.run = [min(x, 1 / slow) for x in v.w]
            v.busy = [min(1.0, x * slow) for x in v.w]
            v.ready = [b - r for b, r in zip(v.busy, v.run)]
            v.slow = slow
            lost = sum(v.w) - sum(v.run)
            v.backlog = min(0.3 * v.vcpus, max(0.0, lost) * 0.8)      # most callers give up
            busy_lp += sum(v.run) * 1.01
        # stores
        for v in live:
            v.io = []
            for n, d in enumerate(v.disks):
                ps = [(p, val(p.rd, t), val(p.wr, t)) for p in v.procs if p.disk == n] if v.name not in froz else []
                rd, wr = sum(a for _, a, _ in ps), sum(a for _, _, a in ps)
                q = min(sum(p.qd * (a + b) for p, a, b in ps) / max(rd + wr, 1e-9), 64) if ps else 1
                kb = sum(val(p.kb, t) * (a + b) for p, a, b in ps) / max(rd + wr, 1e-9) if ps else 4
                pg = v.faults / 8.0 if n == 0 and v.name not in froz else 0.0
                noise = rng.lognormvariate(0, 0.10)
                v.io.append({"d": d, "rd": rd * noise + pg, "wr": wr * noise, "q": q + (3 if pg > 20 else 0), "kb": kb, "n": max(1.0, kb / 64.0)})
        for k, st in enumerate(w.stores):
            flows = [(v, f) for v in live for f in v.io if f["d"].store == k]
            cap, base, rooti = val(st.iops, t), val(st.base, t) * rng.lognormvariate(0, 0.05), val(st.root, t)
            for v, f in flows:
                f["lim"] = f["d"].qos / max(1.0, f["kb"] / 8.0) if f["d"].qos else 1e12
            def flow(lat):
                out = []
                for v, f in flows:
                    off, bus = f["rd"] + f["wr"], val(v.bus, t)
                    out.append(min(off, f["lim"], f["q"] / (lat + 0.00025 + bus)))
                return out
            lo, hi = base, 5.0
            for _ in range(30):
                mid = math.sqrt(lo * hi)
                load = sum(x * f["n"] for x, (v, f) in zip(flow(mid), flows)) + min(rooti, 16 / mid)
                lo, hi = (mid, hi) if base / (1 - min(load / cap, 0.9999)) > mid else (lo, mid)
            st.lat, st.rootx = hi, min(rooti, 16 / hi)
            st.x = 0.0
            for x, (v, f) in zip(flow(hi), flows):
                low = hi * rng.lognormvariate(0, 0.06)
                dev = low + 0.0001
                if f["d"].qos and f["rd"] + f["wr"] > f["lim"]:
                    dev = max(dev, f["q"] / x)              # Little: the callers in flight wait at the limiter
                bus = val(v.bus, t) * rng.lognormvariate(0, 0.15)
                f.update(x=x, low=low, dev=dev, gst=dev + 0.00015 + bus, share=f["rd"] / max(1e-9, f["rd"] + f["wr"]))
                st.x += x
        # network
        tx = sum(val(p.tx, t) for v in live if v.name not in froz for p in v.procs)
        carry = tx + val(w.root_net, t)
        loss, squeeze = 0.0, 1.0
        if carry > 0.94 * w.uplink:
            loss, squeeze = min(0.02, 0.003 + 0.01 * (carry / w.uplink - 0.94)), 0.97 * w.uplink / carry
        # host rows
        put = host.put
        lpm = min(1.0, busy_lp / w.lps)
        seen = []
        for i in range(w.lps):
            lpn[i] = 0.8 * lpn[i] + rng.gauss(0, 0.03)
            x = max(0.0, min(1.0, lpm + lpn[i] * min(1, 4 * (1 - lpm))))
            seen.append(x)
            if w.host == "full":
                put(f"\\Hyper-V Hypervisor Logical Processor(Hv LP {i})\\% Total Run Time", 100 * x)
        put("\\Hyper-V Hypervisor Logical Processor(_Total)\\% Total Run Time", 100 * sum(seen) / w.lps)
        for i in range(w.lps if w.host == "full" else 0):
            hotroot = val(w.root_hot, t)
            put(f"\\Hyper-V Hypervisor Root Virtual Processor(Root VP {i})\\% Total Run Time", min(100, 100 * max(root / w.lps * rng.uniform(0.7, 1.3), hotroot if i < 2 else 0)))
        put("\\Hyper-V Hypervisor Root Virtual Processor(_Total)\\% Total Run Time", 100 * root / w.lps)
        put("\\Hyper-V Dynamic Memory Balancer(System Balancer)\\Available Memory", max(96.0, pool + rng.uniform(-8, 8)), "g")
        throttled += val(w.throttle, t)
        if w.host != "lean":
            put("\\Hyper-V Virtual Machine Bus\\Throttle Events", math.floor(throttled), "g")
            put("\\Network Interface(Intel[R] Ethernet X710)\\Bytes Sent/sec", carry * squeeze)
            put("\\Network Interface(Intel[R] Ethernet X710)\\Bytes Received/sec", sum(val(p.rx, t) for v in live for p in v.procs) + 1e5)
            put("\\Network Interface(Intel[R] Ethernet X710)\\Current Bandwidth", w.uplink * 8, "g")
            put("\\Hyper-V Virtual Switch(vSwitch1)\\Dropped Packets Outgoing/sec", tx * squeeze / 1300 * loss)
            put("\\Hyper-V Virtual Switch(vSwitch1)\\Dropped Packets Incoming/sec", 0.0)
            for st in w.stores:
                put(f"\\LogicalDisk({st.volume})\\Avg. Disk sec/Transfer", st.lat, "m", st.x + st.rootx)
                put(f"\\LogicalDisk({st.volume})\\Disk Transfers/sec", st.x + st.rootx)
        for v in live:
            cold = v.name in froz
            for i in range(v.vcpus):
                disp = 0.0 if cold else v.rate * (0.35 + v.run[i]) + 250 * v.ready[i] + rng.uniform(0, 40)
                base = f"\\Hyper-V Hypervisor Virtual Processor({v.name}:Hv VP {i})\\"
                put(base + "% Guest Run Time", 98.5 * v.run[i])
                put(base + "% Total Run Time", 100 * v.run[i])
                put(base + "Logical Processor Dispatches/sec", disp)
                wait = v.ready[i] / max(disp, 1e-9) * 1e9 + v.wake * 1e9 * rng.uniform(0.8, 1.2)
                put(base + "CPU Wait Time Per Dispatch", 0.0 if cold else wait, "m", disp)
            base = f"\\Hyper-V Dynamic Memory VM({v.name})\\"
            if v.dynamic or w.host == "full":
                put(base + "Current Pressure", round(100 * v.need * v.commit / v.assigned), "g")
                put(base + "Physical Memory", round(v.assigned), "g")
            if v.dynamic and w.host == "full":
                put(base + "Guest Visible Physical Memory", round(v.peak), "g")
                put(base + "Added Memory", round(v.added), "g"); put(base + "Removed Memory", round(v.removed), "g")
            for f in v.io:
                base = "\\Hyper-V Virtual Storage Device(" + f["d"].path.replace("\\", "-").replace("(", "[").replace(")", "]") + ")\\"
                norm = f["x"] * max(1.0, math.ceil(f["kb"] / 8.0))
                put(base + "Read Operations/Sec", f["x"] * f["share"]); put(base + "Write Operations/Sec", f["x"] * (1 - f["share"]))
                put(base + "Read Bytes/sec", f["x"] * f["share"] * f["kb"] * 1024); put(base + "Write Bytes/sec", f["x"] * (1 - f["share"]) * f["kb"] * 1024)
                put(base + "Latency", f["dev"], "m", f["x"]); put(base + "Lower Latency", f["low"], "m", f["x"])
                put(base + "Queue Length", f["x"] * f["dev"])
                if w.host == "full":
                    put(base + "Lower Queue Length", f["x"] * f["low"]); put(base + "Normalized Throughput", norm)
                    put(base + "Maximum IO Rate", f["d"].qos if f["d"].show else 0, "g")
            lost = max(loss, val(v.vnic_loss, t))
            vtx = 0.0 if cold else sum(val(p.tx, t) for p in v.procs) * squeeze * (1 if lost <= loss else max(0.3, 1 - 20 * lost))
            vrx = 0.0 if cold else sum(val(p.rx, t) for p in v.procs)
            guid = "%08X-0000-4000-8000-%012X" % (zlib.crc32(v.name.encode()), sum(map(ord, v.name)))
            base = f"\\Hyper-V Virtual Network Adapter({v.name}_Network Adapter_{guid}--{guid})\\"
            put(base + "Bytes Sent/sec", vtx * rng.uniform(0.98, 1.02)); put(base + "Bytes Received/sec", vrx)
            put(base + "Dropped Packets Outgoing/sec", vtx / 1300 * lost); put(base + "Dropped Packets Incoming/sec", 0.0)
            if w.host == "full":
                pipes[v.name] += val(v.pipe, t)
                put(f"\\Hyper-V VM Virtual Device Pipe IO({v.name}:Storage-{{{guid}}})\\Receive QoS - Total Message Delay Time (100ns)", math.floor(pipes[v.name]), "g")
            v.facts.append((sum(v.ready) / v.vcpus, max(f["low"] for f in v.io), v.need / v.assigned, v.short, lost if vtx > 1e5 else 0))
            if v.name in guests:
                inside(w, v, t, guests[v.name], rng, cold or any(a <= t < b for a, b in v.silent), vtx, vrx, lost)
        host.end()
        for g in guests.values():
            g.end()
    return host, guests


def inside(w, v, t, g, rng, silent, tx, rx, lost):
    """The guest's own counters of one second, in the habit (v.guest) of whoever records there."""
    if silent:
        g.skip = True
        return
    put, full, lean = g.put, v.guest == "full", v.guest == "lean"
    busy = [max(0.0, min(1.0, b + rng.gauss(0, 0.008))) for b in v.busy]
    mean = sum(busy) / v.vcpus
    top, name = ("Processor Information", "0,%d") if full else ("Processor", "%d")
    for i in range(0 if lean else v.vcpus):
        put(f"\\{top}({name % i})\\% Processor Time", 100 * busy[i])
    put(f"\\{top}(_Total)\\% Processor Time", 100 * mean)
    put(f"\\{top}(_Total)\\% Privileged Time", 100 * mean * 0.2)
    rho = mean * (0.6 if v.hop or any(h for _, _, h in v.use) and mean < 0.7 else 1)
    mean_q = v.excess + waiting(rho, v.vcpus) + (v.slow - 1) * sum(v.busy) * 1.5
    queue = sum(1 for _ in range(400) if rng.random() < min(1, mean_q / 400))
    put("\\System\\Processor Queue Length", queue, "g")
    put("\\System\\Context Switches/sec", 900 + 2500 * sum(v.run) * rng.uniform(0.9, 1.1))
    free = max(0.022 * v.assigned, v.assigned - v.need) + rng.uniform(-4, 4)
    put("\\Memory\\Available MBytes", round(free), "g")
    mapped = sum(val(p.mapped, t) for p in v.procs)
    put("\\Memory\\Pages Input/sec", v.faults + mapped)
    put("\\Memory\\Pages/sec", v.faults * 1.7 + mapped)
    if not lean:
        put("\\Memory\\Page Faults/sec", 800 + 4000 * sum(v.run) + v.faults)
        put("\\Memory\\% Committed Bytes In Use", min(99.5, 100 * v.need * 1.1 / (v.peak * 1.25)), "g")
    kind = "LogicalDisk" if lean else "PhysicalDisk"
    for n, f in enumerate(v.io):
        base = f"\\{kind}({f['d'].letter if lean else '%d %s' % (n, f['d'].letter)})\\"
        q = f["x"] * f["gst"]
        put(base + "Disk Transfers/sec", f["x"]); put(base + "Disk Bytes/sec", f["x"] * f["kb"] * 1024)
        put(base + "Avg. Disk sec/Transfer", f["gst"], "m", f["x"])
        put(base + "Avg. Disk Queue Length", q)
        put(base + "Current Disk Queue Length", sum(1 for _ in range(200) if rng.random() < min(1, q / 200)), "g")
        put(base + "% Idle Time", 100 * math.exp(-q))
        if full:
            a = 1.1 if f["share"] < 0.9 else 1.0
            rdl = f["gst"] * a
            wrl = (f["gst"] - f["share"] * rdl) / max(1e-9, 1 - f["share"])
            put(base + "Avg. Disk sec/Read", rdl, "m", f["x"] * f["share"]); put(base + "Avg. Disk sec/Write", wrl, "m", f["x"] * (1 - f["share"]))
            put(base + "Disk Reads/sec", f["x"] * f["share"]); put(base + "Disk Writes/sec", f["x"] * (1 - f["share"]))
    base = "\\Network Interface(Microsoft Hyper-V Network Adapter)\\"
    put(base + "Bytes Total/sec", tx + rx)
    if not lean:
        put(base + "Output Queue Length", 0 if lost < 1e-4 else rng.randint(0, 6), "g"); put(base + "Packets Outbound Discarded", 0, "g")
    put("\\TCPv4\\Segments/sec", (tx + rx) / 1100 + 4); put("\\TCPv4\\Segments Sent/sec", tx / 1100 + 2)
    put("\\TCPv4\\Segments Retransmitted/sec", max(0.0, (tx / 1100 + 2) * (lost * 1.4 + 0.0002) * rng.uniform(0.6, 1.4)))
    want = sum(c + h for _, c, h in v.use) or 1.0
    ops = sum(val(p.rd, t) + val(p.wr, t) for p in v.procs) or 1.0
    done = sum(f["x"] * f["kb"] * 1024 for f in v.io)
    for p, c, h in v.use if not lean else []:
        inst = f"{p.name}:{p.pid}" if full else p.name
        base = f"\\Process{' V2' if full else ''}({inst})\\"
        put(base + "% Processor Time", 100 * sum(v.busy) * (c + h) / want)
        m = val(p.mem, t)
        put(base + "Private Bytes", m * MB * rng.uniform(0.998, 1.002), "g")
        put(base + "Working Set", min(m, m * v.assigned / v.need) * MB, "g")
        put(base + "Handle Count", round(val(p.handles, t)) + rng.randint(-5, 5), "g")
        put(base + "IO Data Bytes/sec", done * (val(p.rd, t) + val(p.wr, t)) / ops)
    if full:
        put("\\User Input Delay per Session(Max)\\Max Input Delay", 15 + 30 * (v.slow - 1) * 10 + 12 * queue + rng.uniform(0, 20), "g")


class Recorder:
    """One log: columns in order of first appearance; values a row as (numerator, weight)."""
    def __init__(self):
        self.kinds, self.rows, self.now, self.skip, self.drop = {}, [], {}, False, ()

    def put(self, path, x, kind="m", weight=1.0):
        if any(d in path for d in self.drop):
            return
        if path not in self.kinds:
            self.kinds[path] = "gauge" if kind == "g" else "mean"
        self.now[path] = (x * weight, weight)

    def end(self):
        self.rows.append(None if self.skip else self.now)
        self.now, self.skip = {}, False

    def write(self, file, machine, step, zone, bias, clock, phase, rng, lose=0.0):
        """PDH-CSV 4.0; a row stands for the `step` seconds before it; phase shifts the windows by a part of a second."""
        cols = list(self.kinds)
        with open(file, "w", newline="") as out:
            out.write(",".join([f'"(PDH-CSV 4.0) ({zone})({bias})"'] + [f'"\\\\{machine}{c}"' for c in cols]) + "\r\n")
            begin = 0
            for n, end in enumerate(range(step, len(self.rows), step)):
                if any(r is None for r in self.rows[end - step:end]) or rng.random() < lose:
                    continue                                # the next row's rates cover the gap, as PDH's do
                part, begin = self.rows[begin:end + 1], end
                stamp = EPOCH + datetime.timedelta(seconds=end + phase + val(clock, end) + abs(rng.gauss(0, 0.003)), minutes=-bias)
                cells = [stamp.strftime("%m/%d/%Y %H:%M:%S.") + "%03d" % (stamp.microsecond // 1000)]
                weights = [1 - phase] + [1.0] * (len(part) - 2) + [phase]
                for c in cols:
                    got = [(r[c], u) for r, u in zip(part, weights) if r and c in r and u > 0]
                    if not got or (n == 0 and self.kinds[c] == "mean"):
                        cells.append(" ")
                    elif self.kinds[c] == "gauge":
                        cells.append(repr(float(got[-1][0][0])) if phase > 0.5 or len(got) < 2 or not phase else repr(float(got[-2][0][0])))
                    else:
                        den = sum(x[1] * u for x, u in got)
                        cells.append(repr(sum(x[0] * u for x, u in got) / den) if den > 0 else "0")
                out.write(",".join(f'"{c}"' for c in cells) + "\r\n")


# ---------------------------------------------------------------- judging
def stamp(second):
    return (EPOCH + datetime.timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text):
    return (datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ") - EPOCH).total_seconds()


def arguable(w):
    """What the model itself says hurts a little: not asked for, not held against the product."""
    out = list(w.may)
    for v in w.vms:
        for i, (bad, hyps) in enumerate([(lambda f: f[0] > 0.02, ["H2"] if v.cap == 1 else ["H2b", "H2"]), (lambda f: f[1] > 0.009, ["H3"]),
                                         (lambda f: f[2] > 0.97 and f[3] > 0, ["H4", "H4b"]), (lambda f: f[4] > 0.0008, ["H7"])]):
            at = [t for t, f in enumerate(v.facts) if bad(f)]
            if i == 2 and any("H6" in x["hypothesis"] for x in w.truth if x["vm"] == v.name):
                continue
            if len(at) >= 5:
                out.append((v.name, hyps, at[0], at[-1]))
    return out


def compare(w, answer):
    """Differences as (kind, text), and per-hypothesis counts."""
    episodes = [dict(e, a=seconds(e["start"]), b=seconds(e["end"]), code=CODES.get(e["hypothesis"], e["hypothesis"])) for e in answer["episodes"]]
    notes, hits, used = [], [], set()
    side_bad = 0
    slack = 15 + w.step
    for x in w.truth:
        mine = [(i, e) for i, e in enumerate(episodes) if e["vm"] == x["vm"] and e["a"] < x["end"] + slack and e["b"] > x["start"] - slack]
        good = [(i, e) for i, e in mine if e["code"] in x["hypothesis"]]
        head = f"{x['vm']} {'/'.join(x['hypothesis'])} {x['start']}-{x['end']}"
        if not good:
            seen = ", ".join(f"{e['code']} {e['side']} {e['a']:.0f}-{e['b']:.0f} p={e['probability']}" for _, e in mine) or "nothing"
            notes.append(("wrong" if mine else "missed", f"{head}: said {seen}"))
            hits.append((x["hypothesis"][0], None))
            for _, e in mine:
                truth_side = "guest" if set(x["hypothesis"]) <= GUEST_SIDE else "host" if set(x["hypothesis"]) <= HOST_SIDE else None
                side_bad += truth_side is not None and {truth_side, e["side"]} == {"guest", "host"}
            continue
        used.update(i for i, _ in good)
        first = min(good, key=lambda g: g[1]["a"])[1]
        hits.append((first["code"], first["code"]))
        if first["a"] - x["start"] > (300 if "H6" in x["hypothesis"] else slack):
            notes.append(("late", f"{head}: starts {first['a'] - x['start']:.0f} s late"))
        if first["a"] < x.get("from", x["start"]) - 20 - w.step and "H6" not in x["hypothesis"]:
            notes.append(("early", f"{head}: starts {x['start'] - first['a']:.0f} s early"))
        last = max(e["b"] for _, e in good)
        if last > x["end"] + 30 + 2 * w.step or last < x["end"] - 30 - 2 * w.step:
            notes.append(("end", f"{head}: ends {last - x['end']:+.0f} s off"))
        if len(good) > 1 and not x.get("pieces"):
            notes.append(("pieces", f"{head}: in {len(good)} pieces"))
        if x["culprit"]:
            said = [c["vm"] for c in max(good, key=lambda g: g[1]["b"] - g[1]["a"])[1]["culprits"]][:2]
            if not said or said[0] != x["culprit"]:
                notes.append(("culprit", f"{head}: culprits {said}, is {x['culprit']}"))
            hits[-1] += (bool(said) and said[0] == x["culprit"],)
    extra = arguable(w)
    false = []
    for i, e in enumerate(episodes):
        if i in used or any(vm == e["vm"] and e["code"] in hyps and e["a"] < b + 30 and e["b"] > a - 20 for vm, hyps, a, b in extra):
            continue
        under = [x for x in w.truth if x["vm"] == e["vm"] and e["a"] < x["end"] and e["b"] > x["start"]]
        kind = "also" if under else "false"
        notes.append((kind, f"{e['vm']} said {e['code']} {e['side']} {e['a']:.0f}-{e['b']:.0f} p={e['probability']}" + (f" during {under[0]['hypothesis']}" if under else "")))
        false.append(e["code"])
    return notes, hits, false, side_bad


def run_case(name, make, seed, args):
    rng = random.Random(f"{name}/{seed}")
    w = make(rng)
    folder = os.path.join(args.out, f"{name}-{seed}")
    os.makedirs(folder, exist_ok=True)
    host, guests = simulate(w, rng)
    for v in w.vms if w.squeeze else []:     # who is short, and when, only the balancer knows
        at = [t for t, f in enumerate(v.facts) if f[2] > 1.03 and f[3] > 100]
        if len(at) > 20:
            w.want(v.name, "H4", at[0], at[-1], begin=w.squeeze[0])
    host.write(f"{folder}/host.csv", "HV01", w.step, w.zone, w.bias, 0.0, 0.0, rng)
    command = [args.hvi, "diagnose", "--host", f"{folder}/host.csv"]
    for v in w.vms:
        if v.name in guests:
            file = f"{folder}/{v.name.replace(' ', '_')}.csv"
            guests[v.name].write(file, v.name.upper()[:15], w.step, "UTC", 0, v.clock, round(rng.uniform(0, 0.9), 2), rng, 0.002)
            command += ["--guest", f"{v.name}={file}"]
    if w.inventory:
        json.dump({"version": 1, "host": {"name": "HV01", "logicalProcessors": w.lps}, "vms": [{
            "name": v.name, "virtualProcessors": v.vcpus, "processor": {"limitPercent": round(v.cap * 100), "weight": v.weight},
            "memory": {"dynamic": v.dynamic, "startupMb": v.mem, **({"maximumMb": v.top} if v.dynamic and v.top else {})},
            "disks": [{"path": d.path, "maximumIops": d.qos} for d in v.disks]} for v in w.vms]}, open(f"{folder}/inventory.json", "w"), indent=1)
        command += ["--inventory", f"{folder}/inventory.json"]
    command += ["--format", "json"]
    json.dump({"truth": [{**x, "start": stamp(x["start"]), "end": stamp(x["end"]), "from": stamp(x["from"])} for x in w.truth],
               "arguable": [[a, b, stamp(c), stamp(d)] for a, b, c, d in arguable(w)]}, open(f"{folder}/truth.json", "w"), indent=1)
    open(f"{folder}/run.sh", "w").write(" ".join(f"'{c}'" for c in command) + "\n")
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    open(f"{folder}/answer.json", "w").write(done.stdout)
    if done.returncode not in (0, 1):
        return [("error", done.stderr.strip()[:300])], [(x["hypothesis"][0], None) for x in w.truth], [], 0
    return compare(w, json.loads(done.stdout))


CASES = {}


def case(f):
    CASES[f.__name__] = f
    return f


# ---------------------------------------------------------------- own CPU demand (H1), one hot thread (H1b)
def pick(w, rng, vcpus=4, **kw):
    """The VM of the story, with a set number of processors."""
    v = w.vms[0]
    v.vcpus = vcpus
    for k, x in kw.items():
        setattr(v, k, x)
    for p in v.procs:
        if not callable(p.cpu):
            p.cpu = min(p.cpu, 0.2 * vcpus)
    return v


def demand(code, vcpus=4, extra=None, shape=None, hot=False, n=5, setup=None, **kw):
    """A case with one process that wants CPU: its shape is (low, high, from, to[, ramp])."""
    def make(rng):
        w = office(rng, n, **kw)
        v = pick(w, rng, vcpus)
        low, high, a, b, *ramp = shape
        f = pulse(low, high, a, b, *ramp)
        v.procs.append(Proc("render" if not hot else "legacyapp", **({"hot": f} if hot else {"cpu": f}), mem=300))
        if setup:
            setup(w, v, rng)
        w.want(v.name, code, a + (ramp[0] * 0.7 if ramp else 0), b, begin=a)
        if ramp:
            w.let(v.name, code, a, b)
        return w
    return make


def silent_guest(w, v, rng):
    v.guest = None


def all_full(w, v, rng):
    for x in w.vms:
        x.guest = "full"


def lean(w, v, rng):
    for x in w.vms:
        x.guest = "lean"


def hopping(w, v, rng):
    v.hop = 9


def two(w, v, rng):
    u = w.vms[1]
    u.vcpus, u.procs[2].cpu = 2, pulse(0.3, 7, 260, 520)
    w.want(u.name, "H1", 260, 520)


def busy_host(w, v, rng):
    for u in w.vms[1:]:
        u.vcpus, u.procs[2].cpu = 4, 2.2


CASES.update({
    "h1_strong": demand("H1", shape=(0, 12, 200, 520)),
    "h1_mild": demand("H1", shape=(0, 5.2, 200, 620), setup=all_full),
    "h1_ramp": demand("H1", shape=(0, 9, 150, 600, 120)),
    "h1_brief": demand("H1", shape=(0, 10, 300, 330)),
    "h1_host_only": demand("H1", shape=(0, 10, 200, 500), setup=silent_guest, vcpus=2),
    "h1_lean": demand("H1", shape=(0, 14, 240, 560), setup=lean, host="lean", inventory=False),
    "h1_two": demand("H1", shape=(0, 12, 200, 520), setup=two),
    "h1_busy_host": demand("H1", shape=(0, 11, 200, 520), setup=busy_host),
    "h1_5s": demand("H1", shape=(0, 12, 300, 800), length=1200, step=5, vcpus=8),
    "h1_15s": demand("H1", shape=(0, 12, 300, 900), length=1200, step=15, host="sec17"),
    "h1b_sticky": demand("H1b", shape=(0, 1.0, 200, 560), hot=True, setup=all_full),
    "h1b_eight": demand("H1b", shape=(0, 1.0, 200, 560), hot=True, vcpus=8, inventory=False),
    "h1b_hop": demand("H1b", shape=(0, 1.0, 200, 560), hot=True, vcpus=4, setup=hopping),
    "h1b_brief": demand("H1b", shape=(0, 1.0, 300, 340), hot=True, vcpus=8),
    "h1b_host_only": demand("H1b", shape=(0, 1.0, 200, 560), hot=True, vcpus=4, setup=silent_guest),
    "h1b_5s": demand("H1b", shape=(0, 1.0, 200, 800), hot=True, length=1000, step=5),
})


@case
def h1_intermittent(rng):
    w = office(rng, 4)
    v = pick(w, rng)
    v.procs.append(Proc("report", cpu=bursts(0, 11, 120, 660, 50, 90), mem=200))
    for a in (120, 260, 400, 540):
        w.want(v.name, "H1", a, a + 50)
    return w


# ---------------------------------------------------------------- host CPU contention (H2), CPU cap (H2b)
def crowd(rng, hogs=3, each=7.5, a=220, b=540, lps=16, ramp=0, shape=None, n=6, **kw):
    """Neighbours of 8 processors each take what the victims need."""
    w = office(rng, n, lps=lps, **kw)
    for v in w.vms[hogs:]:
        v.vcpus, v.procs[2].cpu = 4, 1.9
    for v in w.vms[:hogs]:
        v.vcpus, v.procs[2].cpu = 8, shape or pulse(0.6, each, a, b, ramp)
        w.let(v.name, "H2 H1", a - 5, b + 10)
    return w


def contention(a=220, b=540, culprit=True, note=None, late=0, **kw):
    def make(rng):
        w = crowd(rng, a=a, b=b, **kw)
        hogs = kw.get("hogs", 3)
        for v in w.vms[hogs:]:
            w.want(v.name, "H2", a + late, b, w.vms[0].name if hogs == 1 else None, begin=a)
        if note:
            note(w, rng)
        return w
    return make


def unseen(w, rng):
    for v in w.vms:
        v.guest = None


CASES.update({
    "h2_strong": contention(hogs=3),
    "h2_one_hog": contention(hogs=1, each=8, lps=8, n=3),
    "h2_brief": contention(a=300, b=330),
    "h2_ramp": contention(ramp=90, late=80),
    "h2_host_only": contention(note=unseen),
    "h2_lean": contention(host="lean", inventory=False, note=lambda w, r: lean(w, None, r)),
    "h2_5s": contention(a=300, b=800, length=1000, step=5),
    "h2_15s": contention(a=300, b=900, length=1200, step=15, note=lambda w, r: all_full(w, None, r)),
})


@case
def h2_mild(rng):
    w = crowd(rng, hogs=2, each=7.7)
    for v in w.vms[2:]:
        v.procs[2].cpu = pulse(0.8, 1.25, 220, 540)
        w.let(v.name, "H2", 215, 545)
    return w


@case
def h2_root(rng):
    """Antivirus and backup in the root partition take half of the processors."""
    w = office(rng, 5, lps=8)
    for v in w.vms:
        v.vcpus, v.procs[2].cpu = 4, 1.3
        w.want(v.name, "H2", 240, 500, "root")
    w.root_cpu = pulse(0.3, 4.4, 240, 500)
    return w


@case
def h2_low_weight(rng):
    """Only the VM of low weight loses."""
    w = crowd(rng, hogs=2, each=6.5, lps=16)
    v = w.vms[2]
    v.weight, v.procs[2].cpu = 20, 3.0
    w.want(v.name, "H2", 222, 540)
    for u in w.vms[3:]:
        u.procs[2].cpu = 1.0
        w.let(u.name, "H2", 215, 545)
    return w


@case
def h2_intermittent(rng):
    w = crowd(rng, shape=bursts(0.5, 7.8, 150, 640, 70, 70))
    for v in w.vms[3:]:
        for a in (150, 290, 430, 570):
            w.want(v.name, "H2", a, a + 70)
    return w


def capped(cap=0.5, vcpus=4, high=6.0, a=220, b=560, guest="issue", want="H2b", more=None, **kw):
    def make(rng):
        w = office(rng, 5, **kw)
        v = pick(w, rng, vcpus, cap=cap, guest=guest)
        v.procs[2].cpu = 0.2 * cap * vcpus
        v.procs.append(Proc("batch", cpu=pulse(0, high, a, b), mem=200))
        if more:
            more(w, v, rng)
        if want:
            w.want(v.name, want, a, b)
        return w
    return make


CASES.update({
    "h2b_strong": capped(),
    "h2b_quarter": capped(cap=0.25, vcpus=8, high=9, guest="full"),
    "h2b_no_inventory": capped(inventory=False),
    "h2b_busy_host": capped(more=busy_host),
    "h2b_brief": capped(a=300, b=340),
    "h2b_host_only": capped(guest=None),
    "h2b_mild": capped(high=1.9, cap=0.5),
    "h2b_lean_5s": capped(guest="lean", host="lean", step=5, length=1000, a=300, b=760),
})


@case
def twin_h2_not_cap(rng):
    """A cap is set and not reached while the host is crowded: contention, not the cap."""
    w = crowd(rng)
    v = w.vms[4]
    v.cap = 0.9
    v.procs[2].cpu = 1.6
    for u in w.vms[3:]:
        w.want(u.name, "H2", 220, 540)
    return w


# ---------------------------------------------------------------- storage (H3, H3b, H3c, H5)
def slow_store(base=0.028, iops=900, a=220, b=540, ramp=0, note=None, other=True, **kw):
    """The device under D: becomes slow for everybody on it; another store stays well."""
    def make(rng):
        w = office(rng, 5, **kw)
        st = w.stores[0]
        st.iops, st.base = pulse(st.iops, iops, a, b), pulse(st.base, base, a, b, ramp)
        if other:
            w.vms[4].disks[0].store, w.vms[4].disks[0].path = 1, w.vms[4].disks[0].path.replace("D:", "E:")
        for v in w.vms[:4] + ([] if other else w.vms[4:]):
            v.procs[2].rd = 40
            w.want(v.name, "H3", a + ramp * 0.6, b, begin=a)
        if note:
            note(w, rng)
        return w
    return make


def issue_five(w, rng):
    for v in w.vms[1:]:
        v.guest = None


CASES.update({
    "h3_strong": slow_store(0.06, 700),
    "h3_mild": slow_store(0.021, 1500),
    "h3_brief": slow_store(0.05, a=300, b=335),
    "h3_ramp": slow_store(0.06, 800, ramp=100),
    "h3_host_only": slow_store(note=unseen),
    "h3_lean": slow_store(host="lean", inventory=False, note=lambda w, r: lean(w, None, r)),
    "h3_one_guest_log": slow_store(note=issue_five, inventory=False),
    "h3_5s": slow_store(a=300, b=700, length=1000, step=5),
    "h3_15s": slow_store(0.05, a=300, b=900, length=1200, step=15),
})


def neighbour(rng, root=False, **kw):
    """A copy job in one VM (or in the root) fills the store that the others use."""
    w = office(rng, 5, **kw)
    w.stores[0] = Store("D:", 3000, 0.004)
    hog = w.vms[4]
    if root:
        w.stores[0].root = pulse(20, 20000, 230, 560)
    else:
        hog.procs.append(Proc("robocopy", cpu=pulse(0, 0.6, 230, 560), rd=pulse(0, 4000, 230, 560), wr=pulse(0, 3500, 230, 560), kb=64, qd=64))
        w.let(hog.name, "H3 H3c", 225, 570)
    return w, hog


@case
def h3_neighbour(rng):
    w, hog = neighbour(rng)
    for v in w.vms[:4]:
        v.procs[2].rd = 60
        w.want(v.name, "H3", 230, 560, hog.name)
    return w


@case
def h3_neighbour_no_inventory(rng):
    w, hog = neighbour(rng, inventory=False)
    for v in w.vms[:4]:
        v.procs[2].rd, v.guest = 50, "full"
        w.want(v.name, "H3", 230, 560, hog.name)
    return w


@case
def h3_root_backup(rng):
    w, _ = neighbour(rng, root=True)
    w.stores[0] = Store("D:", 1100, 0.006, root=pulse(15, 5000, 230, 560))
    for v in w.vms:
        v.procs[2].rd = 40
        w.want(v.name, "H3", 230, 560, "root")
    return w


@case
def h3_flash(rng):
    """Flash of 0.5 ms goes to 9 ms: 18 times its usual, below the absolute limit."""
    w = office(rng, 4)
    w.stores[0] = Store("D:", 20000, pulse(0.0005, 0.009, 240, 560))
    for v in w.vms:
        w.let(v.name, "H3", 235, 570)
    return w


def quota(qos=300, rd=900, kb=8, a=220, b=560, ramp=0, guest="issue", show=True, **kw):
    def make(rng):
        w = office(rng, 5, **kw)
        v = pick(w, rng, guest=guest)
        v.disks[0].qos, v.disks[0].show = qos, show
        for p in v.procs:
            p.rd, p.wr, p.kb = min(p.rd, 15), min(p.wr, 8), 8
        v.procs.append(Proc("etl", cpu=0.1, rd=pulse(0, rd, a, b, ramp), kb=kb, qd=24, mem=200))
        w.want(v.name, "H3b", a + ramp * 0.4, b, begin=a)
        return w
    return make


CASES.update({
    "h3b_strong": quota(),
    "h3b_large_io": quota(qos=1600, rd=500, kb=64),
    "h3b_no_inventory": quota(inventory=False),
    "h3b_unknown_quota": quota(inventory=False, show=False),
    "h3b_host_only": quota(guest=None),
    "h3b_brief": quota(a=300, b=335),
    "h3b_ramp": quota(ramp=60),
    "h3b_mild": quota(qos=400, rd=480, guest="full"),
    "h3b_lean_5s": quota(guest="lean", host="lean", step=5, length=1000, a=300, b=760),
})


def overdrive(iops=1500, base=0.002, rd=4000, qd=40, a=220, b=560, ramp=0, guest="issue", alone=True, **kw):
    """This VM alone asks its own store for far more than usual."""
    def make(rng):
        w = office(rng, 5, **kw)
        v = pick(w, rng, guest=guest)
        w.stores[1] = Store("E:", iops, base)
        v.disks[0].store, v.disks[0].path = 1, v.disks[0].path.replace("D:", "E:")
        v.procs[2].rd, v.procs[2].wr = 60, 30
        v.procs.append(Proc("sqlbackup", cpu=pulse(0, 0.4, a, b), rd=pulse(0, rd, a, b, ramp), kb=32, qd=qd, mem=150))
        w.want(v.name, "H3c", a + ramp * 0.3, b, begin=a)
        w.let(v.name, "H3c", a - 5, b)
        if not alone:
            u = w.vms[1]
            u.disks[0].store, u.disks[0].path = 1, u.disks[0].path.replace("D:", "E:")
            w.want(u.name, "H3", a, b, v.name)
        return w
    return make


CASES.update({
    "h3c_strong": overdrive(),
    "h3c_deep": overdrive(iops=800, base=0.004, qd=64),
    "h3c_brief": overdrive(a=300, b=330),
    "h3c_ramp": overdrive(ramp=60),
    "h3c_host_only": overdrive(guest=None),
    "h3c_full": overdrive(guest="full", iops=1000, inventory=False),
    "h3c_and_victim": overdrive(iops=1200, alone=False),
    "h3c_5s": overdrive(a=300, b=700, length=1000, step=5),
})


def path_slow(bus=0.03, a=220, b=540, throttle=0.0, hot=0.0, ramp=0, guest="issue", pipe=0, **kw):
    """Between the guest and the host's storage stack operations take long; the device is quick."""
    def make(rng):
        w = office(rng, 5, **kw)
        v = pick(w, rng, guest=guest)
        v.bus = pulse(0.0, bus, a, b, ramp)
        v.procs[2].rd = 70
        w.throttle, w.root_hot = pulse(0, throttle, a, b), pulse(0.05, hot, a, b)
        v.pipe = pulse(0, pipe, a, b)
        w.want(v.name, "H5", a + ramp * 0.4, b, begin=a)
        return w
    return make


CASES.update({
    "h5_throttle": path_slow(throttle=6),
    "h5_quiet": path_slow(),
    "h5_root_hot": path_slow(hot=0.98, guest="full"),
    "h5_mild": path_slow(bus=0.012, throttle=2),
    "h5_brief": path_slow(a=300, b=330, throttle=8),
    "h5_ramp": path_slow(bus=0.05, ramp=90, pipe=3e6),
    "h5_5s": path_slow(a=300, b=700, length=1000, step=5, inventory=False),
    "h5_lean": path_slow(guest="lean", host="lean"),
})


# ---------------------------------------------------------------- memory (H4, H4b, H6)
def squeezed(a=240, b=600, grow=16000, ramp=60, guest="issue", pure=False, **kw):
    """Two growing neighbours drain a host that has no more to give; the small VMs are ballooned below their need."""
    def make(rng):
        w = office(rng, 6, memory=45000, **kw)
        for i, v in enumerate(w.vms):
            v.dynamic, v.low, v.top, v.guest = True, 1500, 40000, guest
            v.procs[2].mem = 3600
            v.assigned = v.peak = 1.2 * (700 + 240 + 3600)
        for v in w.vms[:2]:
            v.procs.append(Proc("import", cpu=0.3, mem=lambda t: 0 if t >= b else line(0, grow, a, a + ramp)(t)))
            w.let(v.name, "H4", a, b + 40)
        for v in w.vms[2:]:
            w.let(v.name, "H4", a, b + 60)
        w.squeeze = (a, b)
        return w
    return make


CASES.update({
    "h4_strong": squeezed(),
    "h4_slow": squeezed(a=150, b=650, ramp=250),
    "h4_brief": squeezed(a=300, b=345, ramp=12),
    "h4_host_only": squeezed(guest=None),
    "h4_full": squeezed(guest="full", inventory=False),
    "h4_5s": squeezed(a=300, b=800, length=1000, step=5),
    "h4_lean": squeezed(guest="lean", host="lean"),
})


def maximum(a=220, b=580, top=5000, need=6200, ramp=40, guest="issue", static=False, **kw):
    """The VM wants more than its own maximum; the host has plenty."""
    def make(rng):
        w = office(rng, 5, **kw)
        for u in w.vms[1:]:
            u.dynamic = True; u.low, u.top = 1024, 16000
        v = pick(w, rng, guest=guest)
        v.mem = v.assigned = v.peak = top if static else 3000
        v.dynamic, v.low, v.top = not static, None if static else 1024, None if static else top
        for p in v.procs[:2]:
            p.mem = 150
        v.procs[2].mem = lambda t: 1200 if t < a or t >= b else line(1200, need - 1000, a, a + ramp)(t)
        v.procs[2].cpu = 0.4
        full = a + ramp * max(0.0, (0.97 * top - 2200) / (need - 2200))
        w.want(v.name, "H4b", full, b, begin=a)
        w.let(v.name, "H4b H4", a - 5, b + 20)
        return w
    return make


CASES.update({
    "h4b_strong": maximum(need=7500),
    "h4b_mild": maximum(need=5300),
    "h4b_no_inventory": maximum(inventory=False),
    "h4b_host_only": maximum(guest=None),
    "h4b_static": maximum(static=True, guest="full"),
    "h4b_brief": maximum(a=300, b=345, ramp=8),
    "h4b_5s": maximum(a=300, b=800, length=1000, step=5),
    "h4b_lean": maximum(guest="lean"),
})


def leak(rate, length, step, guest="issue", handles=0, dynamic=False, mem=8192, **kw):
    """One process never gives back; rate in MiB a minute."""
    def make(rng):
        w = office(rng, 4, length=length, step=step, **kw)
        v = pick(w, rng, guest=guest)
        v.mem = v.assigned = v.peak = mem
        v.dynamic, v.low, v.top = dynamic, 1024 if dynamic else None, mem if dynamic else None
        v.procs[2].mem = 900
        a = length * 0.1
        v.procs.append(Proc("agentsvc", cpu=0.05, mem=lambda t: 220 + max(0, t - a) * rate / 60.0, handles=lambda t: 700 + max(0, t - a) * handles / 60.0))
        w.want(v.name, "H6", a, length)
        w.truth[-1]["pieces"] = True
        w.let(v.name, "H6 H4b", a, length)
        return w
    return make


CASES.update({
    "h6_hour_5s": leak(70, 5400, 5),
    "h6_15s": leak(45, 7200, 15, guest="full"),
    "h6_handles": leak(0, 5400, 5, handles=900),
    "h6_to_paging": leak(110, 5400, 5),
    "h6_dynamic": leak(80, 5400, 5, dynamic=True),
    "h6_fast_1s": leak(420, 1200, 1, mem=6144),
})


# ---------------------------------------------------------------- network (H7), pauses (H8)
def uplink(bw=1.25e8, big=1.6e8, a=220, b=540, root=False, guest="issue", victims=5, ramp=0, **kw):
    """The hosts' uplink is full: everybody drops."""
    def make(rng):
        w = office(rng, 5, uplink=bw, **kw)
        hog = w.vms[0]
        if root:
            w.root_net = pulse(2e5, big, a, b, ramp)
        else:
            hog.procs.append(Proc("ftp", cpu=pulse(0, 0.4, a, b), tx=pulse(0, big, a, b, ramp)))
        for v in w.vms:
            v.guest = guest
            v.procs[2].tx = 1.5e6
            if v is not hog or root:
                w.want(v.name, "H7", a + ramp * 0.7, b, None if guest is None else "root" if root else hog.name, begin=a)
            else:
                w.let(v.name, "H7", a - 5, b + 10)
        return w
    return make


CASES.update({
    "h7_neighbour": uplink(),
    "h7_root_migration": uplink(root=True),
    "h7_10g": uplink(bw=1.25e9, big=1.5e9, inventory=False, guest="full"),
    "h7_brief": uplink(a=300, b=330),
    "h7_host_only": uplink(guest=None),
    "h7_5s": uplink(a=300, b=700, length=1000, step=5),
    "h7_ramp": uplink(ramp=60),
})


@case
def h7_vnic_drops(rng):
    """Only one adapter drops (its queue of the switch), and its guest retransmits."""
    w = office(rng, 4)
    v = pick(w, rng)
    v.procs[2].tx = 8e6
    v.vnic_loss = pulse(0, 0.015, 240, 520)
    w.want(v.name, "H7", 240, 520)
    return w


def paused(spans, guest="issue", busy=False, **kw):
    def make(rng):
        w = office(rng, 4, **kw)
        v = pick(w, rng, guest=guest)
        v.pauses = spans
        v.procs[2].cpu = 2.4 if busy else 0.7
        for a, b in spans:
            w.want(v.name, "H8", a, b)
        return w
    return make


CASES.update({
    "h8_ten": paused([(300, 310)]),
    "h8_thirty_busy": paused([(300, 330)], busy=True, guest="full"),
    "h8_short": paused([(300, 304)]),
    "h8_twice": paused([(200, 215), (500, 520)], inventory=False),
    "h8_host_only": paused([(300, 325)], guest=None),
    "h8_5s": paused([(300, 345)], length=1000, step=5),
    "h8_lean": paused([(300, 320)], guest="lean", host="lean"),
})


# ---------------------------------------------------------------- several faults
@case
def mix_cpu_then_store(rng):
    w = office(rng, 5)
    v = pick(w, rng)
    v.procs.append(Proc("index", cpu=pulse(0, 12, 120, 300), mem=100))
    st = w.stores[0]
    st.iops, st.base = pulse(st.iops, 800, 420, 640), pulse(st.base, 0.04, 420, 640)
    w.want(v.name, "H1", 120, 300)
    for u in w.vms:
        u.procs[2].rd = 40
        w.want(u.name, "H3", 420, 640)
    return w


@case
def mix_back_to_back(rng):
    """Own demand, and at the moment it ends the neighbours crowd the host."""
    w = crowd(rng, a=330, b=560)
    v = w.vms[4]
    v.procs[2].cpu = pulse(1.9, 9, 150, 330)
    w.want(v.name, "H1", 150, 330)
    for u in w.vms[3:]:
        w.want(u.name, "H2", 330, 560)
    return w


@case
def mix_two_vms(rng):
    w = office(rng, 6)
    v, u = w.vms[0], w.vms[1]
    v.vcpus, v.procs[2].cpu = 2, pulse(0.3, 6, 200, 500)
    w.want(v.name, "H1", 200, 500)
    u.disks[0].qos = 250
    for p in u.procs:
        p.rd, p.wr, p.kb = min(p.rd, 15), min(p.wr, 8), 8
    u.procs.append(Proc("etl", rd=pulse(0, 800, 240, 560), kb=8, qd=20))
    w.want(u.name, "H3b", 240, 560)
    return w


@case
def mix_cap_and_path(rng):
    w = office(rng, 5)
    v, u = w.vms[0], w.vms[1]
    v.vcpus, v.cap, v.procs[2].cpu = 4, 0.5, pulse(0.4, 5, 200, 500)
    w.want(v.name, "H2b", 200, 500)
    u.bus, u.procs[2].rd = pulse(0, 0.03, 230, 560), 60
    w.throttle = pulse(0, 5, 230, 560)
    w.want(u.name, "H5", 230, 560)
    return w


@case
def mix_pause_then_hot(rng):
    w = office(rng, 4)
    v = pick(w, rng)
    v.pauses = [(200, 215)]
    v.procs.append(Proc("legacyapp", hot=pulse(0, 1, 300, 600)))
    w.want(v.name, "H8", 200, 215)
    w.want(v.name, "H1b", 300, 600)
    return w


@case
def mix_cpu_and_network(rng):
    """Crowded processors and a full uplink at once, of different causes."""
    w = crowd(rng, a=220, b=520, uplink=1.25e8)
    w.root_net = pulse(2e5, 1.6e8, 560, 700)
    for v in w.vms[3:]:
        v.procs[2].tx = 1.5e6
        w.want(v.name, "H2", 220, 520)
    for v in w.vms:
        v.procs[2].tx = 1.5e6
        w.want(v.name, "H7", 560, 700, "root")
    return w


# ---------------------------------------------------------------- healthy, though busy
def healthy(story, n=5, **kw):
    def make(rng):
        w = office(rng, n, **kw)
        story(w, pick(w, rng), rng)
        return w
    return make


def ok_backup(w, v, rng):
    w.stores[0] = Store("D:", 14000, 0.0008)
    v.procs.append(Proc("vss", cpu=pulse(0, 1.2, 200, 600), rd=pulse(0, 3200, 200, 600), kb=64, qd=16))


def ok_boot(w, v, rng):
    v.procs.append(Proc("boot", cpu=pulse(0, 2.8, 100, 150), rd=pulse(0, 1500, 100, 160), kb=32, qd=8))


def ok_antivirus(w, v, rng):
    w.stores[0] = Store("D:", 12000, 0.001)
    for k, u in enumerate(w.vms):
        u.procs.append(Proc("MsMpEng", cpu=pulse(0, 0.9, 120 + 90 * k, 300 + 90 * k), rd=pulse(0, 900, 120 + 90 * k, 300 + 90 * k), kb=32, qd=4))


def ok_logon(w, v, rng):
    v.vcpus = 8
    v.procs.append(Proc("userinit", cpu=bursts(0.4, 5.2, 100, 700, 25, 35), rd=bursts(10, 400, 100, 700, 25, 35), qd=6))


def ok_batch(w, v, rng):
    v.procs.append(Proc("etl", cpu=pulse(0, 2.6, 150, 650), mem=500))


def ok_copy(w, v, rng):
    w.stores[0] = Store("D:", 9000, 0.001)
    v.procs.append(Proc("robocopy", cpu=0.4, rd=pulse(0, 700, 200, 560), wr=pulse(0, 700, 200, 560), kb=512, qd=4))
    w.stores[0].iops = 30000


def ok_cache(w, v, rng):
    """The file cache has eaten all memory: little free, nothing missing."""
    v.procs[2].mem = line(1500, v.mem - 700 - 240 - 0.12 * v.mem, 100, 400)
    v.procs.append(Proc("fileserv", rd=300, kb=64, qd=4, tx=2e7))


def ok_mapped(w, v, rng):
    """Pages Input without a shortage: mapped files."""
    v.procs.append(Proc("esearch", cpu=0.5, rd=pulse(5, 350, 200, 600), kb=16, qd=3, mapped=pulse(0, 1400, 200, 600)))


def ok_balloon(w, v, rng):
    """Memory moves between VMs, nobody stalls."""
    w.memory = 60000
    for u in w.vms:
        u.dynamic, u.low, u.top = True, 1024, 16000
    v.procs.append(Proc("cube", cpu=0.4, mem=lambda t: bursts(0, 2200, 100, 700, 120, 120)(t)))
    v.assigned = v.peak = 8000
    v.low = 8000


def ok_high_lp(w, v, rng):
    """LP total near 85 %, no waits to speak of."""
    for u in w.vms:
        u.vcpus, u.procs[2].cpu = 4, 2.55
    w.root_cpu = 0.7


def ok_idle(w, v, rng):
    for u in w.vms:
        for p in u.procs:
            p.cpu, p.rd, p.wr, p.tx = 0.01, 0.3, 1.0, 2e3


def ok_cstate(w, v, rng):
    """Deep idle states: 60 us to wake, no contention."""
    for u in w.vms:
        u.wake, u.rate = 60e-6, 500


def ok_clock(w, v, rng):
    for k, u in enumerate(w.vms):
        u.clock = (-420.0, 421.7, 3600 + 7 * 60)[k % 3]
    v.procs.append(Proc("job", cpu=bursts(0, 2.2, 60, 760, 40, 55), rd=bursts(0, 300, 60, 760, 40, 55), tx=bursts(0, 9e6, 60, 760, 40, 55)))


def ok_merge(w, v, rng):
    """A checkpoint is merged by the root: a lot of root I/O that the store bears."""
    w.stores[0] = Store("D:", 12000, 0.0012, root=pulse(10, 5500, 200, 620))
    w.root_cpu = pulse(0.4, 1.4, 200, 620)


def ok_agent_gone(w, v, rng):
    v.silent = [(300, 360), (500, 520)]


def ok_commit(w, v, rng):
    """Pressure above 100 by commitment, the guest has what it uses."""
    v.guest = "issue"
    v.dynamic, v.low, v.top, v.assigned, v.peak = True, 1024, 4000, 4000.0, 4000.0
    v.procs[2].mem = 2830


def ok_short_spikes(w, v, rng):
    for u in w.vms:
        u.procs.append(Proc("gc", cpu=bursts(0, u.vcpus * 1.0, 30, 760, 2, 28)))


def ok_disk_spikes(w, v, rng):
    st = w.stores[0]
    b = st.base
    st.base = lambda t: 0.04 if t % 97 == 5 else b


def ok_near_cap(w, v, rng):
    v.cap = 0.5
    v.procs[2].cpu = pulse(0.3, 1.65, 200, 600)


def ok_near_quota(w, v, rng):
    v.disks[0].qos = 1000
    for p in v.procs:
        p.rd, p.wr, p.kb = 5, 5, 8
    v.procs.append(Proc("etl", rd=pulse(0, 780, 200, 600), kb=8, qd=4))


def ok_net_busy(w, v, rng):
    w.uplink = 1.25e8
    v.procs.append(Proc("ftp", cpu=0.3, tx=pulse(0, 8.5e7, 200, 560)))


def ok_warmup(w, v, rng):
    """A service fills its buffer pool after start and then stands still: no leak."""
    v.mem = v.assigned = v.peak = 8192
    v.procs.append(Proc("sqlservr2", cpu=0.4, mem=line(200, 3600, 300, 2400)))


def ok_batch_pool(w, v, rng):
    v.mem = v.assigned = v.peak = 8192
    v.procs.append(Proc("jvm", cpu=0.5, mem=lambda t: 900 + 1500 * ((t % 900) / 900.0)))


for _name, _story in list(globals().items()):
    if _name.startswith("ok_"):
        _kw = {"ok_warmup": dict(length=5400, step=5), "ok_batch_pool": dict(length=5400, step=5), "ok_idle": dict(inventory=False)}.get(_name, {})
        CASES[_name] = healthy(_story, **_kw)
CASES["ok_batch_15s"] = healthy(ok_batch, length=1200, step=15)
CASES["ok_antivirus_lean"] = healthy(lambda w, v, r: (ok_antivirus(w, v, r), lean(w, v, r)), host="lean", inventory=False)


# ---------------------------------------------------------------- harder: habits, missing columns, faults at the edges, look-alikes
def without(make, *columns, guest=()):
    """The same world, of which columns that contain a text were not recorded."""
    def made(rng):
        w = make(rng)
        w.drop, w.guest_drop = columns, guest
        return w
    return made


CASES.update({
    "x_h2_no_wait": without(contention(), "Wait Time", "Dispatches"),
    "x_h2_guest_total_only": without(contention(), guest=("Processor(0)", "Processor(1)", "Processor(2)", "Processor(3)", "Process(")),
    "x_h1_no_queue": without(demand("H1", shape=(0, 12, 200, 520)), guest=("Queue Length",)),
    "x_h1b_no_process": without(demand("H1b", shape=(0, 1.0, 200, 560), hot=True), guest=("Process(",)),
    "x_h1b_total_only": without(demand("H1b", shape=(0, 1.0, 200, 560), hot=True, vcpus=8), guest=tuple(f"Processor({i})" for i in range(8))),
    "x_h3_no_lower": without(slow_store(), "Lower"),
    "x_h3_no_volume": without(slow_store(), "LogicalDisk"),
    "x_h3b_no_lower": without(quota(), "Lower"),
    "x_h4_no_guest_memory": without(squeezed(), guest=("Available MBytes",)),
    "x_h7_no_retransmits": without(uplink(), guest=("Retransmitted",)),
    "x_h7_no_drops": without(uplink(), "Dropped"),
    "x_h1_from_start": demand("H1", shape=(0, 12, 0, 400)),
    "x_h1_to_end": demand("H1", shape=(0, 12, 400, 780)),
    "x_h2_from_start": contention(a=0, b=300),
    "x_h3_from_start": slow_store(0.05, a=0, b=300),
    "x_h3_to_end": slow_store(0.05, a=400, b=780),
    "x_h3b_from_start": quota(a=0, b=400),
    "x_h5_from_start": path_slow(a=0, b=400),
    "x_h7_from_start": uplink(a=0, b=400),
    "x_h1b_32": demand("H1b", shape=(0, 1.0, 200, 560), hot=True, vcpus=32, lps=64),
    "x_h1b_24_vms": demand("H1b", shape=(0, 1.0, 200, 560), hot=True, vcpus=4, n=12, lps=48),
    "x_h1b_hop_fast": demand("H1b", shape=(0, 1.0, 200, 560), hot=True, setup=lambda w, v, r: setattr(v, "hop", 3)),
    "x_h3_late": slow_store(0.045, length=1200, a=500, b=900),
})


@case
def x_h1b_two_hot(rng):
    w = office(rng, 4)
    v = pick(w, rng, 8)
    v.procs += [Proc("legacyapp", hot=pulse(0, 1, 200, 560)), Proc("legacyapp2", hot=pulse(0, 1, 200, 560))]
    w.want(v.name, "H1b", 200, 560)
    return w


@case
def x_h4b_floods_disk(rng):
    """The paging of a VM that is too small makes its disk slow: the cause is the memory."""
    w = maximum(need=7600, guest="full")(rng)
    w.stores[0] = Store("D:", 1400, 0.003)
    for u in w.vms:
        u.procs[2].rd, u.procs[2].wr = 12, 10
    return w


@case
def x_h6_and_contention(rng):
    """A leak all along, and four minutes of a crowded host in the middle."""
    w = leak(70, 5400, 5)(rng)
    w.lps = 8
    for u in w.vms[1:]:
        u.vcpus, u.procs[2].cpu = 8, pulse(0.7, 7, 2400, 2640)
        w.let(u.name, "H2 H1", 2390, 2660)
    w.vms[0].procs[2].cpu = 1.6
    w.want(w.vms[0].name, "H2", 2400, 2640)
    return w


@case
def x_h8_clock_lags(rng):
    """A saved VM comes back with its clock behind by the pause; time sync mends it a minute later."""
    w = paused([(300, 320)])(rng)
    w.vms[0].clock = lambda t: -20.0 if 320 <= t < 380 else 0.0
    return w


@case
def x_h3_one_of_two_disks(rng):
    """Only the second disk of a VM is slow."""
    w = office(rng, 4)
    v = pick(w, rng, guest="full")
    w.stores[1] = Store("E:", pulse(5000, 500, 220, 540), pulse(0.0015, 0.05, 220, 540))
    v.disks.append(Disk(f"E:\\Data\\{v.name}-data.vhdx", 1, letter="E:"))
    v.procs.append(Proc("oracle", cpu=0.2, rd=50, wr=20, disk=1))
    w.want(v.name, "H3", 220, 540)
    return w


@case
def x_h2_idle_victims_ok(rng):
    """On a crowded host an idle VM does not suffer."""
    w = crowd(rng)
    for p in w.vms[5].procs:
        p.cpu = 0.004
    for u in w.vms[3:5]:
        w.want(u.name, "H2", 220, 540)
    w.let(w.vms[5].name, "H2", 220, 540)
    return w


@case
def x_mix_store_and_crowd(rng):
    """Slow store and crowded processors at once."""
    w = crowd(rng, a=220, b=520)
    st = w.stores[0]
    st.iops, st.base = pulse(st.iops, 700, 300, 600), pulse(st.base, 0.05, 300, 600)
    for v in w.vms[3:]:
        v.procs[2].rd = 45
        w.want(v.name, "H2 H3", 220, 600)
        w.truth[-1]["pieces"] = True
        w.let(v.name, "H2 H3", 215, 610)
    for v in w.vms[:3]:
        w.let(v.name, "H3", 295, 610)
    return w


@case
def x_mix_short_then_other(rng):
    """40 s of a quota, a minute of rest, then 60 s of own demand."""
    w = quota(a=200, b=240)(rng)
    v = w.vms[0]
    v.procs.append(Proc("report", cpu=pulse(0, 11, 300, 360)))
    w.want(v.name, "H1", 300, 360)
    return w


def x_ok_shutdown(w, v, rng):
    v.leave, v.silent = 400, [(396, 9999)]


def x_ok_reboot(w, v, rng):
    """Windows restarts: the agent is silent for 70 s, the VM runs on."""
    v.silent = [(300, 370)]
    v.procs[2].cpu = lambda t: 0.3 if not 300 <= t < 360 else 0.06 if t < 306 else 1.3
    v.procs[2].rd = lambda t: 30 if not 306 <= t < 350 else 500


def x_ok_checkpoint_flush(w, v, rng):
    v.procs.append(Proc("sqlwriter", wr=bursts(0, 2600, 60, 760, 3, 57), kb=32, qd=30))


def x_ok_gui_bursts(w, v, rng):
    v.procs.append(Proc("excel", hot=bursts(0, 1.0, 60, 760, 5, 40)))


def x_ok_nearline(w, v, rng):
    w.stores[0] = Store("D:", 2500, 0.010)


def x_ok_one_core_service(w, v, rng):
    """A service with many threads uses about one core of four, spread evenly."""
    v.procs[2].cpu = 1.0


def x_ok_cap_spikes(w, v, rng):
    v.cap, v.procs[2].cpu = 0.6, 0.7
    v.procs.append(Proc("gc", cpu=bursts(0, 3.0, 50, 760, 2, 43)))


def x_ok_linux_commit(w, v, rng):
    """Pressure of 110-125 % by commitment alone, on a host with room for all, no faults, 40 % free."""
    v.guest = "full"
    v.dynamic, v.low, v.top, v.assigned, v.peak, v.mem = True, 2048, 8192, 8192.0, 8192.0, 8192
    v.commit = 1.6
    v.procs[2].mem = 4900


def x_ok_many(w, v, rng):
    for u in w.vms:
        u.procs.append(Proc("task", cpu=bursts(0, u.vcpus * 0.5, rng.randint(30, 90), 770, 12, 60), rd=bursts(0, 200, 40, 770, 10, 70)))


for _name, _story in list(globals().items()):
    if _name.startswith("x_ok_"):
        CASES[_name] = healthy(_story, **({"n": 10, "lps": 48} if _name == "x_ok_many" else {}))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--hvi", default="host-broker/HvIntegration.HostBroker/bin/Release/net10.0/hvi")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--only", default="", help="prefixes of case names, comma separated")
    p.add_argument("--out", default="/tmp/third")
    args = p.parse_args()
    count = {c: [0, 0, 0] for c in TITLES}      # right, asked for and missed, said and wrong
    sides = truths = right_culprit = culprits = differ = 0
    kinds, ran = {}, 0
    for name, make in CASES.items():
        if args.only and not any(name.startswith(o) for o in args.only.split(",")):
            continue
        notes, hits, false, bad = run_case(name, make, args.seed, args)
        ran += 1
        differ += bool(notes)
        print(f"{name:24}", "ok" if not notes else "")
        for kind, text in notes:
            kinds[kind] = kinds.get(kind, 0) + 1
            print(f"    {kind:8} {text}")
        sys.stdout.flush()
        for hit in hits:
            count[hit[0]][0 if hit[1] else 1] += 1
            truths += 1
            if len(hit) > 2:
                culprits += 1
                right_culprit += hit[2]
        for code in false:
            count.setdefault(code, [0, 0, 0])[2] += 1
        sides += bad
    print(f"\n{ran} cases, {ran - differ} without a difference; differences: {kinds}")
    print("| | right | missed | false | precision | recall | F1 |\n|---|---|---|---|---|---|---|")
    scores = []
    for code, (tp, fn, fp) in count.items():
        if tp + fn + fp == 0:
            continue
        f1 = 2 * tp / (2 * tp + fp + fn)
        scores += [f1] if code in TITLES else []
        print(f"| {code} | {tp} | {fn} | {fp} | {tp / max(1, tp + fp):.2f} | {tp / max(1, tp + fn):.2f} | {f1:.2f} |")
    print(f"macro F1 {sum(scores) / max(1, len(scores)):.3f}; wrong side {sides} of {truths}; first culprit right {right_culprit} of {culprits}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
