"""Writes what world.py gives as the recorders of Windows write it: typeperf, logman and relog, Export-Counter, and what spreadsheets
make of it. A recorder has an interval, a clock, a zone, and a list of the counters its administrator chose."""
import datetime
import re

# What administrators record. A profile keeps a path when any of its patterns is found in it; None keeps all.
HOST = {
    "full": None,
    "guide": [r"Logical Processor\(Hv LP", r"Root Virtual", r"Hypervisor Virtual Processor.*(Total|Guest) Run|Hypervisor Virtual.*Dispatch", r"Dynamic Memory",
              r"Virtual Storage Device", r"Virtual Network Adapter", r"Virtual Switch", r"Machine Bus", r"Network Interface", r"LogicalDisk", r"Pipe IO"],
    # "Hyper-V" set of many blogs: no waiting, no memory pressure, totals where there are totals
    "blog": [r"Logical Processor\(_Total\)\\% (Total|Guest) Run", r"Root Virtual Processor\(_Total\)\\% Total", r"Hypervisor Virtual Processor.*% (Guest|Total) Run", r"Virtual Storage Device.*(Latency|Operations|Bytes)(?!.*Lower)",
             r"Virtual Network Adapter.*Bytes", r"LogicalDisk.*sec/", r"Memory.Available MBytes", r"Network Interface.*(Bytes Total|Bandwidth)"],
    "nowait": [r"Logical Processor\(", r"Root Virtual", r"Hypervisor Virtual Processor.*Run Time", r"Dynamic Memory", r"Virtual Storage Device", r"Virtual Network Adapter", r"Network Interface", r"LogicalDisk", r"Machine Bus", r"Virtual Switch"],
    "nomemory": [r"Logical Processor\(", r"Root Virtual", r"Hypervisor Virtual", r"Virtual Storage Device", r"Virtual Network Adapter", r"Network Interface", r"LogicalDisk", r"Machine Bus", r"Virtual Switch"],
    "cpuonly": [r"Logical Processor\(", r"Root Virtual", r"Hypervisor Virtual"],
    "notdisk": [r"Logical Processor\(", r"Root Virtual", r"Hypervisor Virtual", r"Dynamic Memory", r"Virtual Storage Device", r"Virtual Network Adapter", r"Network Interface"],
}
GUEST = {
    "full": [r"^(?!Processor\()(?!LogicalDisk)"],
    "old": [r"^(?!Processor Information)(?!PhysicalDisk)"],                # Processor, LogicalDisk
    "noprocess": [r"^(?!Process\()(?!Processor\()"],
    "totals": [r"^Processor\(_Total\)", r"^System\\", r"^Memory\\", r"^PhysicalDisk\(_Total\)", r"^Network Interface"],
    "logical": [r"^(?!PhysicalDisk)(?!Processor\()"],
    "pal": [r"^Processor\(", r"^System\\", r"^Memory\\", r"^LogicalDisk\(.*(sec/|Transfers|% Idle|Queue)", r"^Process\(.*(% Processor|Private|ID Process|Handle)", r"^Network Interface"],
}
ZONES = {
    "UTC": ("Coordinated Universal Time", 0), "EST": ("Eastern Standard Time", 300), "EDT": ("Eastern Daylight Time", 240), "CEST": ("W. Europe Daylight Time", -120),
    "CET": ("W. Europe Standard Time", -60), "CEST-std": ("W. Europe Standard Time", -120), "IST": ("India Standard Time", -330), "JST": ("Tokyo Standard Time", -540), "none": (None, 0),
}


def keep(path, profile):
    return profile is None or any(re.search(p, path) for p in profile)


class Recorder:
    """Collects steps and writes a file. offset: its clock minus true time, in seconds, or a function of true time that gives it; phase: when in the second it reads."""

    def __init__(self, computer, profile, interval=1, offset=0.0, zone="UTC", style="typeperf", phase=0.0, rng=None):
        self.computer, self.profile, self.interval, self.offset, self.zone, self.style, self.phase, self.rng = computer, profile, interval, offset, zone, style, phase, rng
        self.columns, self.order, self.rows = {}, [], []
        self.sums, self.count, self.skipped, self.due = {}, 0, False, None
        self.kept = {}

    def step(self, t, values):
        if values is None:               # the recorder itself stood still
            self.skipped = True
            return
        sums = self.sums
        kept = self.kept
        for path, (form, value, weight) in values.items():
            k = kept.get(path)
            if k is None:
                k = kept[path] = keep(path, self.profile)
            if not k:
                continue
            if form == "g":
                sums[path] = (form, value, 1)
            else:
                old = sums.get(path)
                sums[path] = (form, value * weight + (old[1] if old else 0.0), weight + (old[2] if old else 0.0))
        self.count += 1
        if (t + 1) % self.interval == 0:
            row = {}
            for path, (form, value, weight) in sums.items():
                if path not in self.columns:
                    self.columns[path] = form
                    self.order.append(path)
                row[path] = value if form == "g" else value / weight if weight > 0 else 0.0
            self.rows.append((t + 1, row))
            self.sums, self.count = {}, 0

    def write(self, file, start):
        """start: true time (UTC) of second 0."""
        style = self.style
        separator = {"semicolon": ";", "excel": ";", "tab": "\t"}.get(style, ",")
        comma = style in ("semicolon", "excel", "quotedcomma")
        name, bias = ZONES[self.zone]
        first = f"(PDH-{'TSV' if style == 'tab' else 'CSV'} 4.0)" + (f" ({name})({bias})" if name else "")
        lower = style == "getcounter"
        quote = (lambda s: s) if style == "excel" else (lambda s: f'"{s}"')
        order = list(self.order)
        if self.rng:
            self.rng.shuffle(order) if style == "relog" else None
        order.sort(key=lambda p: p.split("\\")[0].split("(")[0]) if style != "relog" else None
        header = [quote(first)] + [quote((f"\\\\{self.computer}\\{p}").lower() if lower else f"\\\\{self.computer}\\{p}") for p in order]
        lines = [separator.join(header)]
        for index, (t, row) in enumerate(self.rows):
            jitter = (self.rng.uniform(0.0, 0.02) if self.rng else 0.0) + self.phase
            offset = self.offset(t) if callable(self.offset) else self.offset
            when = start + datetime.timedelta(seconds=t + offset + jitter) - datetime.timedelta(minutes=bias)
            cells = [quote(when.strftime("%m/%d/%Y %H:%M:%S.") + f"{when.microsecond // 1000:03d}")]
            for path in order:
                value = row.get(path)
                if value is None or (index == 0 and self.columns[path] != "g"):
                    text = "" if style in ("excel", "getcounter") else " "
                else:
                    text = f"{value:.6f}" if style == "typeperf" else repr(float(value)) if not float(value).is_integer() else str(int(value))
                    text = text.replace(".", ",") if comma else text
                cells.append(quote(text))
            lines.append(separator.join(cells))
        text = "\r\n".join(lines) + "\r\n"
        if style == "typeperf":
            text = "\r\n" + text + "\r\n\r\nExiting, please wait...                         \r\nThe command completed successfully.\r\n\r\n" if self.rng and self.rng.random() < 0.3 else text
        data = text.encode("utf-16") if style == "utf16" else text.encode("utf-8-sig") if style == "bom" else text.encode("cp1252", "replace") if style == "ansi" else text.encode("utf-8")
        with open(file, "wb") as f:
            f.write(data)
