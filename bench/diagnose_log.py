"""Writes the recordings of bench/diagnose-log, runs hvi and the peer on them, prints both."""
import datetime
import os
import random
import subprocess
import sys
import time

FOLDER, VMS, SECONDS, HVI = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
START = datetime.datetime(2026, 3, 17, 10, 0, 0)
MOST_SECONDS, MOST_MIB = 10.0, 1024.0
PEER = """
import csv, sys
total = 0
for name in sys.argv[1:]:
    with open(name, newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            for field in row[1:]:
                try:
                    total += float(field)
                except ValueError:
                    pass
print(total)
"""


def host_columns():
    """Counter, healthy value, value in the fault (the second half hour's first ten minutes)."""
    columns = [(f"Hyper-V Hypervisor Logical Processor(Hv LP {lp})\\% Total Run Time", 40, 97) for lp in range(32)]
    columns.append(("Hyper-V Dynamic Memory Balancer(System Balancer)\\Available Memory", 60000, None))
    for vm in range(VMS):
        name = f"vm{vm:02}"
        for vp in range(2):
            row = f"Hyper-V Hypervisor Virtual Processor({name}:Hv VP {vp})\\"
            columns += [(row + "% Total Run Time", 20, 62 if vm < 2 else 40), (row + "CPU Wait Time Per Dispatch", 6000, 150000 if vm < 2 else 20000),
                        (row + "Logical Processor Dispatches/sec", 1800, None)]
        disk = f"Hyper-V Virtual Storage Device(C:-ClusterStorage-Volume{1 + vm % 4}-{name}-{name}.vhdx)\\"
        columns += [(disk + "Read Operations/Sec", 60, None), (disk + "Write Operations/Sec", 40, None), (disk + "Read Bytes/sec", 983040, None),
                    (disk + "Write Bytes/sec", 655360, None), (disk + "Latency", 0.003, None), (disk + "Lower Latency", 0.0027, None),
                    (disk + "Queue Length", 0.3, None)]
        memory = f"Hyper-V Dynamic Memory VM({name})\\"
        columns += [(memory + "Physical Memory", 4096, None), (memory + "Current Pressure", 70, None)]
    return columns


def guest_columns():
    columns = [(f"Processor Information(0,{cpu})\\% Processor Time", 20, 96) for cpu in range(2)]
    columns += [("System\\Processor Queue Length", 0, 9), ("Memory\\Available MBytes", 1500, None), ("Memory\\Pages Input/sec", 4, None)]
    disk = "PhysicalDisk(0 C:)\\"
    columns += [(disk + "Disk Reads/sec", 60, None), (disk + "Disk Writes/sec", 40, None), (disk + "Disk Bytes/sec", 1638400, None),
                (disk + "Avg. Disk sec/Read", 0.0034, None), (disk + "Avg. Disk sec/Write", 0.0034, None)]
    for number in range(60):
        columns += [(f"Process(app{number})\\% Processor Time", 0.4, 3), (f"Process(app{number})\\Private Bytes", 4e7, None)]
    return columns


def write(name, computer, columns):
    draw = random.Random(64)
    noise = [0.97 + 0.06 * draw.random() for _ in range(4096)]
    with open(name, "w", encoding="ascii", newline="") as file:
        file.write('"(PDH-CSV 4.0) (Coordinated Universal Time)(0)",' + ",".join(f'"\\\\{computer}\\{c[0]}"' for c in columns) + "\r\n")
        for second in range(SECONDS):
            fault = SECONDS // 2 <= second < SECONDS // 2 + SECONDS // 6
            load = 0.9 + 0.2 * draw.random()
            at = (START + datetime.timedelta(seconds=second)).strftime("%m/%d/%Y %H:%M:%S.127")
            shift = draw.randrange(4096)
            fields = [f'"{(c[2] if fault and c[2] is not None else c[1]) * load * noise[(shift + i * 7) % 4096]:.10g}"' for i, c in enumerate(columns)]
            file.write(f'"{at}",' + ",".join(fields) + "\r\n")


def run(command):
    """Seconds and MiB at most of a command, by what the kernel counted for that child alone."""
    started = time.monotonic()
    with open(os.path.join(FOLDER, "out"), "wb") as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, child.returncode


host = os.path.join(FOLDER, "host.csv")
guests = [os.path.join(FOLDER, f"vm{n:02}.csv") for n in range(2)]
write(host, "HV01", host_columns())
for number, guest in enumerate(guests):
    write(guest, f"VM{number:02}", guest_columns())
size = sum(os.path.getsize(f) for f in [host, *guests]) / 1e6
ours = run([HVI, "diagnose", "--host", host, "--guest", "vm00=" + guests[0], "--guest", "vm01=" + guests[1], "--format", "json"])
peer = run([sys.executable, "-c", PEER, host, *guests])
print(f"{VMS} VMs, {SECONDS} s at 1 s, {size:.0f} MB, {len(host_columns())} host columns, {os.cpu_count()} processors\n")
print("| | wall s | CPU s | MiB at most | exit |\n|---|---:|---:|---:|---:|")
print(f"| hvi diagnose | {ours[0]:.1f} | {ours[1]:.1f} | {ours[2]:.0f} | {ours[3]} |")
print(f"| Python csv, fields to numbers only | {peer[0]:.1f} | {peer[1]:.1f} | {peer[2]:.0f} | {peer[3]} |")
print(f"| ratio | {ours[0] / peer[0]:.2f} | {ours[1] / peer[1]:.2f} | {ours[2] / peer[2]:.1f} | |")
if ours[3] != 1:
    sys.exit(f"hvi diagnose ended with {ours[3]}; the recordings hold contention, so 1 was expected")
sys.exit(0 if ours[0] < MOST_SECONDS and ours[2] < MOST_MIB else 1)
