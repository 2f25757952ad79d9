"""A small Hyper-V host, reasoned from how Windows and Hyper-V behave, one step a second.

Nothing here knows hvi: no limit, no rule and no formula of its engine was read for it. Processors are shared by water-filling with
a queueing term, stores are closed loops solved for their latency, memory moves by the balancer, one uplink is shared. Each step
gives one dict for the host's recorder and one for each guest's: counter path -> (form, value, weight). Forms: "r" a mean over the
recorder's interval (rates, timers), "g" the value at that moment, "l" a mean weighted by operations (latencies).
"""
import math
import random
import uuid

NEVER = float("inf")


def between(start, end, high, low=0.0):
    """A step from low to high at start and back at end (seconds)."""
    return lambda t: high if start <= t < end else low


def ramp(start, end, high, low=0.0):
    """A straight line from low at start to high at end, then high."""
    return lambda t: low if t < start else high if t >= end else low + (high - low) * (t - start) / (end - start)


def add(*functions):
    return lambda t: sum(f(t) for f in functions)


class Noise:
    """A slow multiplicative wander around 1 with short bursts, as the load of a real server has."""

    def __init__(self, rng, sigma=0.2, burst_every=300, burst=2.0):
        self.rng, self.sigma, self.every, self.burst = rng, sigma, burst_every, burst
        self.state, self.left = 0.0, 0

    def next(self):
        self.state = 0.92 * self.state + 0.39 * self.sigma * self.rng.gauss(0, 1)
        if self.left > 0:
            self.left -= 1
        elif self.every and self.rng.random() < 1 / self.every:
            self.left = self.rng.randint(1, 3)
        return math.exp(self.state) * (self.burst if self.left > 0 else 1.0)


class Cpu:
    """CPU demand in processors. place: any, pin (one processor), hop (one thread that Windows moves about)."""

    def __init__(self, demand, process, place="any", threads=None, noisy=False):
        self.demand, self.process, self.place, self.threads, self.noisy = demand, process, place, threads, noisy


class Io:
    """Operations a second of one program against one disk, size in bytes, depth = how many it keeps outstanding at most."""

    def __init__(self, disk, reads, writes, size=16384, depth=8, process=None, noisy=False):
        self.disk, self.reads, self.writes, self.size, self.depth, self.process, self.noisy = disk, reads, writes, size, depth, process, noisy
        self.r = self.w = 0.0


class Disk:
    def __init__(self, path, store, letters, qos=0):
        self.path, self.store, self.letters, self.qos = path, store, letters, qos
        self.extra_stack = lambda t: 0.0


class Store:
    """A volume of the host: read and write latency when idle (ms), operations a second it can do, and who disturbs it from outside."""

    def __init__(self, letter, read_ms=1.2, write_ms=0.8, iops=9000, slow=lambda t: 1.0, outside=lambda t: 0.0):
        self.letter, self.read_ms, self.write_ms, self.iops, self.slow, self.outside = letter, read_ms, write_ms, iops, slow, outside
        self.root_reads = lambda t: 0.0
        self.root_writes = lambda t: 0.0
        self.root_depth = 0  # operations the host itself keeps outstanding at most; 0: as many as it wants


class Process:
    def __init__(self, name, pid, share=0.0, private=60e6, handles=500, grow=lambda t: 0.0, grow_handles=lambda t: 0.0):
        self.name, self.pid, self.share, self.private, self.handles, self.grow, self.grow_handles = name, pid, share, private, handles, grow, grow_handles


class Vm:
    def __init__(self, world, name, vcpus, memory=8192, dynamic=None, store=None, cap=100, disks=1, qos=0, path=None, os="2019", busy=0.15, iops=25, net=2e5):
        rng = self.rng = random.Random(world.rng.random())
        self.name, self.vcpus, self.cap, self.os = name, vcpus, cap, os
        self.guid = str(uuid.UUID(int=rng.getrandbits(128), version=4)).upper()
        self.nic = str(uuid.UUID(int=rng.getrandbits(128), version=4)).upper()
        self.dynamic = dynamic  # (minimum, maximum, buffer per cent) or None
        self.memory, self.assigned = memory, float(memory)
        self.visible = float(memory)
        self.demand = lambda t: memory * 0.55
        self.touched = 0.85
        self.added = self.removed = 0.0
        self.need = 0.0
        store = store or world.stores[0]
        self.disks = []
        for i in range(disks):
            file = (path or world.disk_path)(name, i, store.letter)
            self.disks.append(Disk(file, store, "C:" if i == 0 else chr(ord("D") + i) + ":", qos))
        self.noise, self.io_noise, self.net_noise = Noise(rng), Noise(rng, 0.35, 120, 3), Noise(rng, 0.4, 120, 4)
        self.cpus = [Cpu(lambda t: busy * vcpus, None, noisy=True)]
        self.ios = [Io(0, lambda t: iops * 0.4, lambda t: iops * 0.6, depth=8, noisy=True)]
        if disks > 1:
            self.ios.append(Io(1, lambda t: iops * 0.7, lambda t: iops * 0.3, depth=8, noisy=True))
        self.paging = Io(0, lambda t: 0.0, lambda t: 0.0, 32768, 6)
        self.rx = [lambda t: net]
        self.tx = [lambda t: net * 0.7]
        self.paused = []   # (start, end, form): form zero (rows stand at zero), gone (rows vanish), clockstep
        self.absent_until = -1  # started later: rows missing until then
        self.bus = lambda t: 0.0   # extra seconds an operation spends between guest and virtual device
        self.wake = lambda t: 0.0  # extra seconds of wait per dispatch without contention (deep idle states)
        self.chatter = lambda t: 0.0  # extra dispatches a second on each processor
        self.hot = 0
        self.unseen = False  # the host's recorder has no rows of it: it started after the recorder did
        self.weight, self.reserve = 1.0, 0.0  # its share against the others', and the part of each processor that it gets whatever others want
        self.processes = [Process("svchost", 900 + rng.randint(0, 90), 0.18, 9e7, 900), Process("lsass", 640, 0.06, 3e7, 1400), Process("System", 4, 0.16, 2e5, 2500),
                          Process("MsMpEng", 2210, 0.1, 2.1e8, 800), Process(rng.choice(["sqlservr", "w3wp", "java", "Microsoft.Exchange.Store", "store"]), 3000 + rng.randint(0, 999), 0.45, 1.4e9, 2100)]
        self.guest_factor = rng.uniform(0.75, 0.95)

    def stopped(self, t):
        for start, end, form in self.paused:
            if start <= t < end:
                return form
        return None


class World:
    def __init__(self, seed, minutes=20, lps=16, ram=131072, host="HV01", contention_counter=False, uplink=1.25e9, stores=None, path_style="name"):
        self.rng = random.Random(seed)
        self.seconds = int(minutes * 60)
        self.lps, self.ram, self.host, self.contention_counter, self.uplink = lps, ram, host, contention_counter, uplink
        self.stores = stores or [Store("D")]
        self.vms = []
        self.root = lambda t: 0.02 * lps
        self.root_noise = Noise(self.rng, 0.25, 100, 2)
        self.root_hot = lambda t: 0.0       # per cent on two root processors (interrupts of a NIC without VMQ)
        self.throttle = lambda t: 0.0       # events a second
        self.pipe_delay = lambda t: 0.0     # 100 ns a second
        self.switch_drops = lambda t: 0.0
        self.guest_loss = lambda t: 0.0
        self.outside_net = lambda t: 0.0    # bytes a second of the host itself on the uplink
        self.throttled = 3.0
        self.crowding = 1.0  # 0: no more virtual processors than logical ones, so none waits below saturation
        self.path_style = path_style

    def disk_path(self, name, i, letter):
        safe = name.replace(":", "_").replace("#", "_")
        if self.path_style == "name":
            return f"{letter}:\\VMs\\{safe}\\{safe}.vhdx" if i == 0 else f"{letter}:\\VMs\\{safe}\\{safe}_data{i}.vhdx"
        if self.path_style == "csv":
            return f"C:\\ClusterStorage\\Volume{ord(letter) - ord('C')}\\{safe}\\Virtual Hard Disks\\{safe}-disk{i}.vhdx"
        if self.path_style == "unc":
            return f"\\\\?\\UNC\\sofs01\\vmstore{letter}\\{safe}\\{safe}_{i}.vhdx"
        return f"{letter}:\\Hyper-V\\Virtual Hard Disks\\disk-{self.rng.randint(1000, 9999)}-{i}.vhdx"

    def vm(self, name, vcpus, **more):
        vm = Vm(self, name, vcpus, **more)
        self.vms.append(vm)
        return vm

    # ---- one second -------------------------------------------------------------------------------------------------

    def steps(self):
        for t in range(self.seconds):
            host, guests = {}, {}
            self.processors(t)
            self.storage(t)
            self.balance(t)
            self.network(t)
            self.emit_host(t, host)
            for vm in self.vms:
                guests[vm.name] = None if vm.stopped(t) or t < vm.absent_until else self.emit_guest(t, vm)
            yield t, host, guests

    def processors(self, t):
        rng = self.rng
        want = []
        for vm in self.vms:
            n = vm.vcpus
            demand = [0.0] * n
            vm.by_process = {}
            vm.queue = 0.0
            if vm.stopped(t) or t < vm.absent_until:
                vm.demands = demand
                vm.threads_over = 0
                continue
            runnable = 0.0
            noise = vm.noise.next()
            for load in vm.cpus:
                d = load.demand(t) * (noise if load.noisy else max(0.0, 1 + vm.rng.gauss(0, 0.03)))
                if d <= 0:
                    continue
                runnable += load.threads(t) if load.threads else d
                placed = 0.0
                if load.place == "any":
                    for i in range(n):
                        x = min(1 - demand[i], max(0.0, d / n * (1 + vm.rng.gauss(0, 0.12 if d < 0.9 * n else 0.01))))
                        demand[i] += x
                        placed += x
                else:
                    if load.place == "hop" and vm.rng.random() < 0.2:
                        vm.hot = vm.rng.randrange(n)
                    i = vm.hot if load.place == "hop" else 0
                    x = min(min(1.0, d), 1 - demand[i] * 0.5)
                    demand[i] = min(1.0, demand[i] + x)
                    placed = x
                    if load.place == "hop" and n > 1 and vm.rng.random() < 0.35:  # moved within the second: two processors share it
                        j = (i + 1) % n
                        part = vm.rng.uniform(0.1, 0.5) * x
                        demand[i] -= part
                        demand[j] = min(1.0, demand[j] + part)
                if load.process:
                    vm.by_process[load.process] = vm.by_process.get(load.process, 0.0) + placed
                else:
                    for p in vm.processes:
                        if p.share:
                            vm.by_process[p.name] = vm.by_process.get(p.name, 0.0) + placed * p.share
            io_cost = sum(io.r + io.w for io in vm.ios) * 25e-6 / n
            demand = [min(1.0, d + io_cost) for d in demand]
            vm.demands = demand
            vm.threads_over = max(0.0, runnable - n)
        root = self.root(t) * self.root_noise.next() + sum((io.r + io.w) * 30e-6 for vm in self.vms for io in vm.ios)
        root = min(root, self.lps * 0.9)
        self.root_want = root
        total = root + sum(min(d, vm.cap / 100) * 1.025 for vm in self.vms for d in vm.demands)
        capacity = float(self.lps)
        level, free = 1.0, total <= capacity * 0.985
        if not free:
            low, high = 0.0, max(1.0 / vm.weight for vm in self.vms)
            for _ in range(25):
                level = (low + high) / 2
                used = min(root, max(root * 0.7, level * self.lps)) + sum(min(d, vm.cap / 100, self.share(vm, level)) * 1.025 for vm in self.vms for d in vm.demands)
                low, high = (level, high) if used < capacity * 0.985 else (low, level)
        used = min(1.0, total / capacity)
        self.used = used
        c = self.lps
        rho = min(used, 0.97)
        # waiting per running: an M/M/c queue below saturation; above it what is asked beyond what there is adds to it
        queueing = self.crowding * min(0.25, 0.5 * rho ** (math.sqrt(2 * (c + 1)) - 1) / (c * (1 - rho))) if free else min(1.5, max(0.25, total / capacity - 0.75))
        for vm in self.vms:
            vm.run, vm.wait, vm.seen, vm.dispatch = [], [], [], []
            cap = vm.cap / 100
            ops = sum(io.r + io.w for io in vm.ios) / vm.vcpus
            for d in vm.demands:
                mine = 1.0 if free else self.share(vm, level)
                got = min(d, cap, mine)
                wait = 0.0
                if d > cap and cap <= mine:
                    wait = d - cap
                else:
                    wait = max(d - mine, got * queueing * (1 - vm.reserve))
                wait = min(wait, 1.0 - got) * max(0.3, 1 + vm.rng.gauss(0, 0.12))
                wait = max(0.0, min(wait, 1.0 - got))
                dispatches = 120 + 2600 * got * (1 - got) + 1.6 * ops + (90 * wait * 10 if wait > 0.02 else 0) + vm.chatter(t)
                dispatches *= max(0.4, 1 + vm.rng.gauss(0, 0.1))
                vm.run.append(got)
                vm.dispatch.append(dispatches)
                vm.wait.append(wait)
                vm.seen.append(min(1.0, got + wait * vm.guest_factor) if got > 0 else 0.0)
            vm.ready = sum(vm.wait) / vm.vcpus
            stretch = (sum(vm.seen) / max(1e-6, sum(vm.run))) if sum(vm.run) > 0 else 1.0
            vm.stretch = min(3.0, stretch)
            mean = sum(vm.seen) / vm.vcpus
            extra = vm.threads_over + (vm.vcpus * vm.ready * 2.2 if vm.ready > 0.03 else 0) + (0.6 * vm.vcpus * mean ** 8)
            vm.queue = poisson(vm.rng, extra) if extra > 0.01 else (1 if vm.rng.random() < 0.04 else 0)

    @staticmethod
    def share(vm, level):
        """The part of each of its processors that a VM gets when all want more."""
        return min(1.0, max(level * vm.weight, vm.reserve))

    def storage(self, t):
        for store in self.stores:
            slow = store.slow(t)
            base = (store.read_ms * 0.5 + store.write_ms * 0.5) / 1000 * slow
            capacity = store.iops / slow
            users = []
            for vm in self.vms:
                if vm.stopped(t) or t < vm.absent_until:
                    for io in vm.ios + [vm.paging]:
                        io.r = io.w = 0.0
                    continue
                noise = None
                for io in vm.ios + [vm.paging]:
                    disk = vm.disks[io.disk]
                    if disk.store is not store:
                        continue
                    if io.noisy and noise is None:
                        noise = vm.io_noise.next()
                    k = noise if io.noisy else max(0.1, 1 + vm.rng.gauss(0, 0.05))
                    io.want = (io.reads(t) + io.writes(t)) * k
                    users.append((vm, io, disk))
            limits = {}
            for vm, io, disk in users:
                if disk.qos:
                    limits.setdefault(id(disk), [disk, 0.0])[1] += io.want * math.ceil(io.size / 8192)
            other = store.outside(t) + store.root_reads(t) + store.root_writes(t)
            low, high = base, 6.0
            for _ in range(28):
                latency = math.sqrt(low * high)
                wanted = min(other, store.root_depth / latency) if store.root_depth else other * min(1.0, 0.02 / latency * 8) if latency > 0.16 else other
                for vm, io, disk in users:
                    wanted += min(self.limited(io, disk, limits), io.depth / latency)
                x = latency / base - 1
                possible = capacity * x / (x + 0.5)
                low, high = (low, latency) if wanted < possible else (latency, high)
            store.latency = latency * max(0.6, 1 + self.rng.gauss(0, 0.07))
            root_now = store.root_reads(t), store.root_writes(t)
            if store.root_depth and sum(root_now) > store.root_depth / latency:
                root_now = tuple(x * store.root_depth / latency / sum(root_now) for x in root_now)
            store.r, store.w = root_now
            for vm in self.vms:
                for disk in vm.disks:
                    if disk.store is store:
                        disk.r = disk.w = disk.rb = disk.wb = disk.norm = disk.out = 0.0
                        disk.device = latency + 4e-5
                        disk.lower = store.latency
            for vm, io, disk in users:
                allowed = self.limited(io, disk, limits)
                rate = min(allowed, io.depth / latency)
                share = io.reads(t) / max(1e-9, io.reads(t) + io.writes(t))
                io.r, io.w = rate * share, rate * (1 - share)
                lat = store.latency
                if allowed < io.want * 0.999 and allowed < io.depth / latency:
                    lat = max(lat, io.depth / max(allowed, 1e-6) * max(0.7, 1 + vm.rng.gauss(0, 0.06)))
                disk.r += io.r
                disk.w += io.w
                disk.rb += io.r * io.size
                disk.wb += io.w * io.size
                disk.norm += rate * math.ceil(io.size / 8192)
                disk.out += rate * (lat + 5e-5)
            for vm, io, disk in users:
                total = disk.r + disk.w
                disk.device = (disk.out / total if total > 0.01 else store.latency) + disk.extra_stack(t)
                store.r += io.r
                store.w += io.w
            for vm in self.vms:
                for disk in vm.disks:
                    if disk.store is store:
                        disk.guest = disk.device + 9e-5 + vm.rng.uniform(0, 4e-5) + vm.bus(t) * max(0.3, 1 + vm.rng.gauss(0, 0.2)) + vm.ready * 0.008

    @staticmethod
    def limited(io, disk, limits):
        if not disk.qos:
            return io.want
        total = limits[id(disk)][1]
        return io.want if total <= disk.qos else io.want * disk.qos / total

    def balance(self, t):
        reserve = 2048 + self.ram * 0.02
        static = sum(vm.assigned for vm in self.vms if not vm.dynamic and t >= vm.absent_until)
        pool = self.ram - reserve - static
        goals = []
        for vm in self.vms:
            if vm.dynamic and t >= vm.absent_until:
                minimum, maximum, buffer = vm.dynamic
                goals.append((vm, max(minimum, min(maximum, vm.demand(t) * (1 + buffer / 100))), minimum))
        total = sum(g for _, g, _ in goals)
        factor = 1.0
        if total > pool:
            factor = max(0.0, pool - sum(m for _, _, m in goals)) / max(1.0, total - sum(m for _, _, m in goals))
        for vm, goal, minimum in goals:
            goal = minimum + (goal - minimum) * factor
            step = max(-0.02 * vm.assigned, min(0.03 * vm.assigned, goal - vm.assigned))
            if abs(goal - vm.assigned) < 0.03 * vm.assigned and factor == 1.0 and goal < vm.dynamic[1]:
                step = 0.0  # the balancer leaves small differences alone, but a VM that wants its maximum gets it whole
            if step > 0:
                vm.added += step
            else:
                vm.removed -= step
            vm.assigned += step
            vm.visible = max(vm.visible, vm.assigned)
        self.available = max(0.0, pool - sum(vm.assigned for vm, _, _ in goals)) + self.rng.uniform(0, 24)
        for vm in self.vms:
            resident = vm.demand(t) * vm.touched + 0.06 * vm.memory
            vm.short = max(0.0, resident - 0.94 * vm.assigned)
            vm.free = max(25 + vm.rng.uniform(0, 60) + 0.004 * vm.assigned, vm.assigned - resident)
            vm.pages = vm.rng.lognormvariate(0, 0.9) * 2 if vm.short <= 0 else min(9000.0, 60 + 900 * vm.short / (0.05 * vm.assigned)) * vm.rng.lognormvariate(0, 0.35)
            if vm.short <= 0 and vm.rng.random() < 0.01:
                vm.pages += vm.rng.uniform(30, 400)  # a program starts: file mapping faults too
            reads = vm.pages / 6
            vm.paging.reads = lambda _, reads=reads: reads
            vm.paging.writes = lambda _, w=(reads * 0.3 if vm.short > 0 else 0.0): w

    def network(self, t):
        tx = rx = 0.0
        for vm in self.vms:
            off = vm.stopped(t) or t < vm.absent_until
            k = vm.net_noise.next()
            vm.want_rx, vm.want_tx = (0.0, 0.0) if off else (vm.rx[0](t) * k + sum(f(t) for f in vm.rx[1:]), vm.tx[0](t) * k + sum(f(t) for f in vm.tx[1:]))
            tx += vm.want_tx
            rx += vm.want_rx
        tx += self.outside_net(t)
        limit = self.uplink * 0.97
        tx_share, rx_share = min(1.0, limit / max(tx, 1.0)), min(1.0, limit / max(rx, 1.0))
        self.wire_tx, self.wire_rx = tx * tx_share, rx * rx_share
        over = max(tx, rx) / limit
        self.loss = (0.004 + 0.02 * min(1.0, over - 1)) if over > 1 else 0.0
        self.loss = max(self.loss, self.guest_loss(t))
        self.over = over
        for vm in self.vms:
            vm.rx_now, vm.tx_now = vm.want_rx * rx_share, vm.want_tx * tx_share
            packets_tx, packets_rx = vm.tx_now / 900, vm.rx_now / 1100
            vm.retransmit = packets_tx * self.loss * max(0.2, 1 + vm.rng.gauss(0, 0.3)) + (vm.rng.random() < 0.1)
            vm.drop_out = packets_tx * self.loss * max(0.0, 1 + vm.rng.gauss(0, 0.4)) if tx_share < 1 or self.guest_loss(t) else 0.0
            vm.drop_in = packets_rx * self.loss * max(0.0, 1 + vm.rng.gauss(0, 0.4)) if rx_share < 1 or self.guest_loss(t) else 0.0
            vm.segments = packets_tx

    # ---- what the recorders see ---------------------------------------------------------------------------------------

    def emit_host(self, t, out):
        rng = self.rng
        lp = "Hyper-V Hypervisor Logical Processor"
        loads, left = [], self.used * self.lps
        for i in range(self.lps):
            x = self.used * (1 + rng.gauss(0, 0.25 * (1 - self.used))) if self.used < 0.97 else 0.985 + rng.uniform(0, 0.014)
            loads.append(max(0.001, min(1.0, x)))
        for i, x in enumerate(loads):
            out[f"{lp}(Hv LP {i})\\% Total Run Time"] = ("r", x * 100, 1)
            out[f"{lp}(Hv LP {i})\\% Guest Run Time"] = ("r", x * 97, 1)
            out[f"{lp}(Hv LP {i})\\Context Switches/sec"] = ("r", 900 + 9000 * x * (1.2 - x) + rng.uniform(0, 300), 1)
        mean = sum(loads) / self.lps
        out[f"{lp}(_Total)\\% Total Run Time"] = ("r", mean * 100, 1)
        out[f"{lp}(_Total)\\% Guest Run Time"] = ("r", mean * 97, 1)
        out[f"{lp}(_Total)\\% Hypervisor Run Time"] = ("r", mean * 3, 1)
        root = "Hyper-V Hypervisor Root Virtual Processor"
        hot = self.root_hot(t)
        total = 0.0
        for i in range(self.lps):
            x = self.root_want / self.lps * (1 + rng.gauss(0, 0.2))
            if hot and i < 2:
                x = hot / 100 * (1 + rng.gauss(0, 0.01))
            x = max(0.0, min(1.0, x))
            total += x
            out[f"{root}(Root VP {i})\\% Total Run Time"] = ("r", x * 100, 1)
        out[f"{root}(_Total)\\% Total Run Time"] = ("r", total / self.lps * 100, 1)
        out["Processor(_Total)\\% Processor Time"] = ("r", total / self.lps * 100, 1)
        out["Hyper-V Dynamic Memory Balancer(System Balancer)\\Available Memory"] = ("g", int(self.available), 1)
        out["Hyper-V Dynamic Memory Balancer(System Balancer)\\Average Pressure"] = ("g", int(100 * sum(v.demand(t) for v in self.vms) / max(1, sum(v.assigned for v in self.vms))), 1)
        out["Memory\\Available MBytes"] = ("g", int(self.available + 1900), 1)
        self.throttled += self.throttle(t)
        out["Hyper-V Virtual Machine Bus\\Throttle Events"] = ("g", int(self.throttled), 1)
        out["Hyper-V Virtual Machine Bus\\Interrupts Received/sec"] = ("r", 400 + sum(i.r + i.w for v in self.vms for i in v.ios) * 1.3, 1)
        vp = "Hyper-V Hypervisor Virtual Processor"
        for vm in self.vms:
            form = vm.stopped(t)
            if form == "gone" or t < vm.absent_until or vm.unseen:
                continue
            name = sanitise(vm.name)
            for i in range(vm.vcpus):
                run, wait = vm.run[i], vm.wait[i]
                at = f"{vp}({name}:Hv VP {i})"
                dispatches = 0.0 if form else vm.dispatch[i]
                per = 0.0 if form or dispatches <= 0 else wait / dispatches * 1e9 + rng.uniform(3500, 9500) + vm.wake(t) * 1e9
                out[f"{at}\\% Guest Run Time"] = ("r", run * 100, 1)
                out[f"{at}\\% Hypervisor Run Time"] = ("r", run * 2.5, 1)
                out[f"{at}\\% Total Run Time"] = ("r", min(100.0, run * 102.5), 1)
                out[f"{at}\\CPU Wait Time Per Dispatch"] = ("l", per, dispatches)
                out[f"{at}\\Logical Processor Dispatches/sec"] = ("r", dispatches, 1)
                if self.contention_counter:
                    out[f"{at}\\CPU Contention Time Per Dispatch"] = ("l", 0.0 if form or dispatches <= 0 else wait / dispatches * 1e9 + rng.uniform(200, 900), dispatches)
            dm = f"Hyper-V Dynamic Memory VM({name})"
            pressure = 100 * vm.demand(t) / vm.assigned
            out[f"{dm}\\Physical Memory"] = ("g", int(vm.assigned), 1)
            out[f"{dm}\\Guest Visible Physical Memory"] = ("g", int(vm.visible), 1)
            out[f"{dm}\\Current Pressure"] = ("g", int(pressure), 1)
            out[f"{dm}\\Average Pressure"] = ("g", int(pressure), 1)
            out[f"{dm}\\Added Memory"] = ("g", int(vm.added), 1)
            out[f"{dm}\\Removed Memory"] = ("g", int(vm.removed), 1)
            for disk in vm.disks:
                at = f"Hyper-V Virtual Storage Device({disk.path.replace(chr(92), '-')})"
                ops = 0.0 if form else disk.r + disk.w
                out[f"{at}\\Read Operations/Sec"] = ("r", 0.0 if form else disk.r, 1)
                out[f"{at}\\Write Operations/Sec"] = ("r", 0.0 if form else disk.w, 1)
                out[f"{at}\\Read Bytes/sec"] = ("r", 0.0 if form else disk.rb, 1)
                out[f"{at}\\Write Bytes/sec"] = ("r", 0.0 if form else disk.wb, 1)
                out[f"{at}\\Latency"] = ("l", 0.0 if form else disk.device, ops)
                out[f"{at}\\Lower Latency"] = ("l", 0.0 if form else disk.lower, ops)
                out[f"{at}\\Queue Length"] = ("r", ops * disk.device, 1)
                out[f"{at}\\Lower Queue Length"] = ("r", ops * disk.lower, 1)
                out[f"{at}\\Normalized Throughput"] = ("r", 0.0 if form else disk.norm, 1)
                out[f"{at}\\Maximum IO Rate"] = ("g", disk.qos, 1)
                out[f"{at}\\Error Count"] = ("g", 0, 1)
            nic = f"Hyper-V Virtual Network Adapter({name}_Network Adapter_{vm.guid}--{vm.nic})"
            out[f"{nic}\\Bytes Received/sec"] = ("r", vm.rx_now, 1)
            out[f"{nic}\\Bytes Sent/sec"] = ("r", vm.tx_now, 1)
            out[f"{nic}\\Packets Received/sec"] = ("r", vm.rx_now / 1100, 1)
            out[f"{nic}\\Packets Sent/sec"] = ("r", vm.tx_now / 900, 1)
            out[f"{nic}\\Dropped Packets Incoming/sec"] = ("r", vm.drop_in, 1)
            out[f"{nic}\\Dropped Packets Outgoing/sec"] = ("r", vm.drop_out, 1)
            pipe = f"Hyper-V VM Virtual Device Pipe IO({name}:Synthetic SCSI Controller-{{{vm.nic}}})"
            out[f"{pipe}\\Receive QoS - Total Message Delay Time (100ns)"] = ("g", 0, 1)
        for store in self.stores:
            at = f"LogicalDisk({store.letter}:)"
            out[f"{at}\\Avg. Disk sec/Read"] = ("l", store.latency * 1.05, store.r)
            out[f"{at}\\Avg. Disk sec/Write"] = ("l", store.latency * 0.95, store.w)
            out[f"{at}\\Disk Reads/sec"] = ("r", store.r, 1)
            out[f"{at}\\Disk Writes/sec"] = ("r", store.w, 1)
            out[f"{at}\\Avg. Disk Queue Length"] = ("r", (store.r + store.w) * store.latency, 1)
        uplink = "Network Interface(Mellanox ConnectX-4 Lx Ethernet Adapter _2)"
        out[f"{uplink}\\Bytes Received/sec"] = ("r", self.wire_rx, 1)
        out[f"{uplink}\\Bytes Sent/sec"] = ("r", self.wire_tx, 1)
        out[f"{uplink}\\Bytes Total/sec"] = ("r", self.wire_rx + self.wire_tx, 1)
        out[f"{uplink}\\Current Bandwidth"] = ("g", self.uplink * 8, 1)
        out[f"{uplink}\\Output Queue Length"] = ("g", 0 if self.over < 1 else rng.randint(3, 60), 1)
        drops = sum(v.drop_out + v.drop_in for v in self.vms) + self.switch_drops(t)
        out["Hyper-V Virtual Switch(External vSwitch)\\Dropped Packets Outgoing/sec"] = ("r", drops * 0.6, 1)
        out["Hyper-V Virtual Switch(External vSwitch)\\Dropped Packets Incoming/sec"] = ("r", drops * 0.4, 1)
        out["Hyper-V Virtual Switch(External vSwitch)\\Bytes/sec"] = ("r", self.wire_rx + self.wire_tx, 1)

    def emit_guest(self, t, vm):
        rng, out = vm.rng, {}
        seen = [max(0.0, min(1.0, x + rng.gauss(0, 0.006))) for x in vm.seen]
        for i, x in enumerate(seen):
            for at in (f"Processor Information(0,{i})", f"Processor({i})"):
                out[f"{at}\\% Processor Time"] = ("r", x * 100, 1)
                out[f"{at}\\% Privileged Time"] = ("r", x * 27, 1)
        mean = sum(seen) / len(seen)
        for at in ("Processor Information(0,_Total)", "Processor Information(_Total)", "Processor(_Total)"):
            out[f"{at}\\% Processor Time"] = ("r", mean * 100, 1)
            out[f"{at}\\% Privileged Time"] = ("r", mean * 27, 1)
        out["System\\Processor Queue Length"] = ("g", vm.queue, 1)
        out["System\\Context Switches/sec"] = ("r", (600 + 9000 * sum(vm.run)) * max(0.2, 1 + rng.gauss(0, 0.15)), 1)
        out["System\\System Up Time"] = ("g", 864000 + t, 1)
        out["Memory\\Available MBytes"] = ("g", int(vm.free), 1)
        commit = vm.demand(t)
        out["Memory\\% Committed Bytes In Use"] = ("g", 100 * commit / (vm.visible + 4096), 1)
        out["Memory\\Committed Bytes"] = ("g", int(commit * 1048576), 1)
        out["Memory\\Commit Limit"] = ("g", int((vm.visible + 4096) * 1048576), 1)
        out["Memory\\Pages Input/sec"] = ("r", vm.pages, 1)
        out["Memory\\Pages/sec"] = ("r", vm.pages * (1.4 if vm.short > 0 else 1.05), 1)
        out["Memory\\Page Faults/sec"] = ("r", 500 + 3000 * sum(vm.run) + vm.pages * 2, 1)
        all_r = all_w = all_b = queue = 0.0
        weighted = weighted_w = 0.0
        for i, disk in enumerate(vm.disks):
            ops = disk.r + disk.w
            q = ops * disk.guest
            for at in (f"PhysicalDisk({i} {disk.letters})", f"LogicalDisk({disk.letters})"):
                out[f"{at}\\Disk Reads/sec"] = ("r", disk.r, 1)
                out[f"{at}\\Disk Writes/sec"] = ("r", disk.w, 1)
                out[f"{at}\\Disk Transfers/sec"] = ("r", ops, 1)
                out[f"{at}\\Disk Bytes/sec"] = ("r", disk.rb + disk.wb, 1)
                out[f"{at}\\Avg. Disk sec/Read"] = ("l", disk.guest, disk.r)
                out[f"{at}\\Avg. Disk sec/Write"] = ("l", disk.guest, disk.w)
                out[f"{at}\\Avg. Disk sec/Transfer"] = ("l", disk.guest, ops)
                out[f"{at}\\Avg. Disk Queue Length"] = ("r", q, 1)
                out[f"{at}\\Current Disk Queue Length"] = ("g", poisson(rng, q), 1)
                out[f"{at}\\% Idle Time"] = ("r", 100 * math.exp(-min(30.0, q)), 1)
            out[f"LogicalDisk({disk.letters})\\% Free Space"] = ("g", 41.5, 1)
            all_r, all_w, all_b, queue = all_r + disk.r, all_w + disk.w, all_b + disk.rb + disk.wb, queue + q
            weighted += disk.guest * disk.r
            weighted_w += disk.guest * disk.w
        for at in ("PhysicalDisk(_Total)", "LogicalDisk(_Total)"):
            out[f"{at}\\Disk Reads/sec"] = ("r", all_r, 1)
            out[f"{at}\\Disk Writes/sec"] = ("r", all_w, 1)
            out[f"{at}\\Disk Transfers/sec"] = ("r", all_r + all_w, 1)
            out[f"{at}\\Disk Bytes/sec"] = ("r", all_b, 1)
            out[f"{at}\\Avg. Disk sec/Read"] = ("l", weighted / all_r if all_r > 0 else 0.0, all_r)
            out[f"{at}\\Avg. Disk sec/Write"] = ("l", weighted_w / all_w if all_w > 0 else 0.0, all_w)
            out[f"{at}\\Avg. Disk sec/Transfer"] = ("l", (weighted + weighted_w) / (all_r + all_w) if all_r + all_w > 0 else 0.0, all_r + all_w)
            out[f"{at}\\Avg. Disk Queue Length"] = ("r", queue, 1)
            out[f"{at}\\Current Disk Queue Length"] = ("g", poisson(rng, queue), 1)
            out[f"{at}\\% Idle Time"] = ("r", 100 * math.exp(-min(30.0, queue / len(vm.disks))), 1)
        names = {p.name for p in vm.processes} | set(vm.by_process)
        known = {p.name: p for p in vm.processes}
        total = 0.0
        for name in names:
            p = known.get(name) or Process(name, 4000 + sum(map(ord, name)) % 3000)
            cpu = vm.by_process.get(name, 0.0)
            cap = sum(vm.run) / max(1e-9, sum(vm.demands))
            cpu = min(cpu * min(1.0, cap) * vm.stretch, sum(seen))
            total += cpu
            io = sum((i.r + i.w) * i.size for i in vm.ios if i.process == name) + (sum((i.r + i.w) * i.size for i in vm.ios if i.process is None) * p.share)
            out[f"Process({name})\\% Processor Time"] = ("r", cpu * 100, 1)
            out[f"Process({name})\\ID Process"] = ("g", p.pid, 1)
            out[f"Process({name})\\Private Bytes"] = ("g", int(p.private * (1 + 0.01 * math.sin(t / 40 + p.pid)) + p.grow(t)), 1)
            out[f"Process({name})\\Working Set"] = ("g", int((p.private + p.grow(t)) * vm.touched), 1)
            out[f"Process({name})\\Handle Count"] = ("g", int(p.handles + 6 * math.sin(t / 25 + p.pid) + p.grow_handles(t)), 1)
            out[f"Process({name})\\Thread Count"] = ("g", 24, 1)
            out[f"Process({name})\\IO Data Bytes/sec"] = ("r", io, 1)
        out["Process(Idle)\\% Processor Time"] = ("r", max(0.0, len(seen) - sum(seen)) * 100, 1)
        out["Process(Idle)\\ID Process"] = ("g", 0, 1)
        out["Process(_Total)\\% Processor Time"] = ("r", len(seen) * 100, 1)
        out["Process(_Total)\\ID Process"] = ("g", 0, 1)
        nic = "Network Interface(Microsoft Hyper-V Network Adapter)"
        out[f"{nic}\\Bytes Total/sec"] = ("r", vm.rx_now + vm.tx_now, 1)
        out[f"{nic}\\Bytes Received/sec"] = ("r", vm.rx_now, 1)
        out[f"{nic}\\Bytes Sent/sec"] = ("r", vm.tx_now, 1)
        out[f"{nic}\\Output Queue Length"] = ("g", 0, 1)
        out[f"{nic}\\Packets Outbound Discarded"] = ("g", 0, 1)
        out[f"{nic}\\Current Bandwidth"] = ("g", 1e10, 1)
        out["TCPv4\\Segments/sec"] = ("r", vm.segments * 2.1, 1)
        out["TCPv4\\Segments Sent/sec"] = ("r", vm.segments, 1)
        out["TCPv4\\Segments Retransmitted/sec"] = ("r", vm.retransmit, 1)
        out["TCPv4\\Connections Established"] = ("g", 140, 1)
        return out


def poisson(rng, mean):
    if mean <= 0:
        return 0
    if mean > 40:
        return max(0, int(rng.gauss(mean, math.sqrt(mean)) + 0.5))
    limit, k, p = math.exp(-mean), 0, 1.0
    while True:
        p *= rng.random()
        if p <= limit:
            return k
        k += 1


def sanitise(name):
    return name.replace("(", "[").replace(")", "]").replace("#", "_").replace("/", "_").replace("\\", "_")
