#!/usr/bin/env python3
"""Judges cases that the authors of hvi did not write, with the real `hvi diagnose --format json`. See README.md beside it.

    bench/foreign/run.py [--hvi PATH] [--set first|more|all] [--only TEXT] [--seed N] [--seeds N] [--keep DIR] [--list] [--json FILE]
"""
import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases  # noqa: E402
import more  # noqa: E402
from world import sanitise  # noqa: E402

SIDES = {"guest-cpu-demand": "guest", "guest-cpu-single-thread": "guest", "host-cpu-contention": "host", "cpu-cap": "configuration", "host-storage-slow": "host",
         "storage-qos-cap": "configuration", "guest-disk-overload": "guest", "host-memory-pressure": "host", "guest-memory-maximum": "configuration", "vmbus-path": "host",
         "guest-leak": "guest", "host-network-congestion": "host", "vm-paused": "host", "unknown": "unknown", "none": "unknown"}


def seconds(text, start):
    return (datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ") - start).total_seconds()


def same(a, b):
    """Names as counters write them: a VM without inventory can be known by that alone."""
    return sanitise(a).lower() == sanitise(b).lower()


def judge(case, start, answer, tally):
    """Compares one answer with what is expected. Gives lines that say what differs."""
    faults = []
    slack = max(0, case.interval - 5) + (case.interval if case.interval > 5 else 0)
    episodes = [(e, seconds(e["start"], start), seconds(e["end"], start)) for e in answer["episodes"] if e["hypothesis"] != "none"]
    used = set()
    for x in case.expect:
        truth = x.accept[0]
        near = [(i, e, s, t) for i, (e, s, t) in enumerate(episodes) if same(e["vm"], x.vm) and s < x.end + 20 and t > x.start - 20]
        right = [n for n in near if n[1]["hypothesis"] in x.accept]
        # What answers another incident of the same VM is no wrong answer to this one.
        near = [n for n in near if n in right or not any(y is not x and same(y.vm, x.vm) and n[1]["hypothesis"] in y.accept and n[2] < y.end + 20 and n[3] > y.start - 20 for y in case.expect)]
        # Of two incidents of one VM, each takes the episode nearest to it.
        chosen = min(right or near, key=lambda n: abs(n[2] - x.start), default=None)
        if chosen is None:
            if not x.optional:
                tally.add(truth, "nothing")
                faults.append(f"MISSED {truth} on '{x.vm}' {x.start}..{x.end}")
            continue
        i, e, s, _ = chosen
        used.update(n[0] for n in right)
        used.add(i)
        said = e["hypothesis"]
        if said in x.accept:
            if not x.optional:
                tally.add(truth, truth)
                tally.let_stand += said != truth
            late, early = x.late + slack, x.early + slack
            if not x.optional:
                tally.onsets.append(s - x.start)
                tally.onset_total += 1
                if -early <= s - x.start <= late:
                    tally.onset_right += 1
                else:
                    faults.append(f"ONSET {said} on '{x.vm}' {s - x.start:+.0f} s")
            wanted = SIDES[said]
            if wanted in ("guest", "host") and e["side"] in ("guest", "host") and e["side"] != wanted:
                tally.wrong_side += 1
                faults.append(f"SIDE {said} on '{x.vm}' says {e['side']}")
            if x.culprit and not x.optional and said == truth:
                tally.culprit_total += 1
                named = e["culprits"][0]["vm"] if e["culprits"] else None
                if named and any(same(named, c) for c in ([x.culprit] if isinstance(x.culprit, str) else x.culprit)):
                    tally.culprit_right += 1
                else:
                    faults.append(f"CULPRIT of {said} on '{x.vm}': {named}, not {x.culprit}")
            last = max(n[3] for n in right)
            if last > x.end + 60 + slack and not any(y is not x and same(y.vm, x.vm) and said in y.accept and y.end > x.end for y in case.expect):
                tally.long += 1
                faults.append(f"LONG {said} on '{x.vm}' until {last:.0f}, not {x.end}")
            pieces = sum(n[1]["hypothesis"] == said for n in right)
            if pieces > 2:
                tally.pieces += pieces - 1
                faults.append(f"PIECES {said} on '{x.vm}' in {pieces}")
        else:
            if not x.optional:
                tally.add(truth, said)
            a, b = SIDES[truth], SIDES[said]
            swapped = {a, b} == {"guest", "host"}
            tally.wrong_side += swapped
            if x.optional:
                tally.false += 1
            detail = f" ({', '.join(a['hypothesis'] + ' ' + format(a['probability'], '.2f') for a in e['alternatives'][:2])})" if said == "unknown" else ""
            faults.append(f"{'WRONG SIDE ' if swapped else 'WRONG '}{said}{detail} for {truth} on '{x.vm}' from {s:.0f}{' (optional)' if x.optional else ''}")
    for i, (e, s, t) in enumerate(episodes):
        if i in used:
            continue
        tally.false += 1
        tally.add_false(e["hypothesis"])
        meant = [x for x in case.expect if same(x.vm, e["vm"]) and s < x.end + 20 and t > x.start - 20]
        inside = bool(meant)
        # A second, wrong episode within an incident can blame the wrong side too.
        swapped = inside and all({SIDES[x.accept[0]], SIDES[e["hypothesis"]]} == {"guest", "host"} for x in meant)
        tally.wrong_side += swapped
        faults.append(f"{'ALSO, WRONG SIDE' if swapped else 'ALSO' if inside else 'FALSE'} {e['hypothesis']} on '{e['vm']}' {s:.0f}..{t:.0f} p {e['probability']:.2f}")
    return faults


class Tally:
    def __init__(self):
        self.pairs, self.false_by, self.onsets = {}, {}, []
        self.wrong_side = self.false = self.culprit_total = self.culprit_right = self.onset_total = self.onset_right = self.pieces = self.let_stand = self.long = self.hours = 0

    def add(self, truth, said):
        self.pairs[truth, said] = self.pairs.get((truth, said), 0) + 1

    def add_false(self, said):
        self.false_by[said] = self.false_by.get(said, 0) + 1

    def table(self):
        lines = ["| Hypothesis | incidents | right | said instead | false | precision | recall | F1 |", "|---|---:|---:|---|---:|---:|---:|---:|"]
        scores = []
        for h in SIDES:
            if h == "none":
                continue
            n = sum(c for (a, _), c in self.pairs.items() if a == h)
            said = sum(c for (_, b), c in self.pairs.items() if b == h) + self.false_by.get(h, 0)
            right = self.pairs.get((h, h), 0)
            if n == 0 and said == 0:
                continue
            precision, recall = right / said if said else 0.0, right / n if n else 0.0
            f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
            if n and h != "unknown":
                scores.append(f1)
            instead = ", ".join(f"{b} {c}" for (a, b), c in sorted(self.pairs.items()) if a == h and b != h) or "-"
            lines.append(f"| `{h}` | {n} | {right} | {instead} | {self.false_by.get(h, 0)} | {precision:.2f} | {recall:.2f} | {f1:.2f} |")
        lines.append("")
        ordered = sorted(abs(o) for o in self.onsets)
        lines.append(f"Macro F1 (without `unknown`) {sum(scores) / max(1, len(scores)):.3f}; wrong side {self.wrong_side}; false or additional episodes {self.false} in {self.hours:.0f} VM-hours; "
                     f"onset within tolerance {self.onset_right} of {self.onset_total}"
                     + (f" (median {ordered[len(ordered) // 2]:.0f} s off, P95 {ordered[int(len(ordered) * 0.95)]:.0f} s)" if ordered else "")
                     + f"; culprit named first {self.culprit_right} of {self.culprit_total}; {self.let_stand} answers counted right are the second one that the data let stand; "
                     f"{self.pieces} additional pieces of one incident; {self.long} that last more than a minute too long.")
        return "\n".join(lines)


def main():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--hvi", help="the program; built into a temporary folder when not given")
    parser.add_argument("--only", default="", help="cases whose name contains this (several: separated by commas)")
    parser.add_argument("--set", choices=["first", "more", "all"], default="all", dest="which", help="the cases of cases.py, those of more.py, or both")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="so many worlds of each case")
    parser.add_argument("--keep", default="", help="keep files here, one folder a case")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--json", default="", help="write every case's result here")
    options = parser.parse_args()
    known = {**(cases.ALL if options.which != "more" else {}), **(more.ALL if options.which != "first" else {})}
    names = [n for n in known if any(part in n for part in options.only.split(","))]
    if options.list:
        print("\n".join(names))
        return 0
    folder = options.keep or tempfile.mkdtemp(prefix="hvi-foreign.")
    os.makedirs(folder, exist_ok=True)
    hvi = options.hvi
    try:
        if not hvi:
            build = subprocess.run(["dotnet", "publish", os.path.join(root, "host-broker/HvIntegration.HostBroker"), "-c", "Release", "-v", "q", "-nologo", "-o", os.path.join(folder, "hvi")],
                                   capture_output=True, text=True)
            if build.returncode:
                print(build.stdout + build.stderr, file=sys.stderr)
                return 2
            hvi = os.path.join(folder, "hvi", "hvi")
        tally, results, bad = Tally(), [], 0
        for name in names:
            for number in range(options.seeds):
                seed = options.seed + number
                at = os.path.join(folder, f"{name}-{seed}")
                shutil.rmtree(at, ignore_errors=True)
                os.makedirs(at)
                case = known[name](seed * 1000 + sum(map(ord, name)))
                arguments, start, _ = case.write(at)
                command = [hvi, "diagnose", *arguments, "--format", "json"]
                with open(os.path.join(at, "command.txt"), "w", encoding="utf-8") as f:
                    f.write(" ".join(f"'{a}'" for a in command) + f"\nsecond 0 is {start:%Y-%m-%dT%H:%M:%SZ}\n")
                    f.writelines(f"expected: {x.accept} on '{x.vm}' {x.start}..{x.end} culprit {x.culprit}{' (optional)' if x.optional else ''}\n" for x in case.expect)
                begun = time.monotonic()
                run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)
                took = time.monotonic() - begun
                with open(os.path.join(at, "answer.json"), "w", encoding="utf-8") as f:
                    f.write(run.stdout)
                with open(os.path.join(at, "messages.txt"), "w", encoding="utf-8") as f:
                    f.write(run.stderr)
                tally.hours += case.world.seconds / 3600 * len(case.world.vms)
                if run.returncode not in (0, 1):
                    faults = [f"EXIT {run.returncode}: {run.stderr.strip().splitlines()[0] if run.stderr.strip() else ''}"]
                    for x in case.expect:
                        if not x.optional:
                            tally.add(x.accept[0], "nothing")
                else:
                    answer = json.loads(run.stdout)
                    faults = judge(case, start, answer, tally)
                    if (run.returncode == 1) != any(e["hypothesis"] != "none" for e in answer["episodes"]):
                        faults.append(f"EXIT {run.returncode} does not fit the episodes")
                bad += bool(faults)
                results.append({"case": name, "seed": seed, "faults": faults})
                shown = faults[:8] + ([f"... and {len(faults) - 8} more"] if len(faults) > 8 else [])
                print(f"{'ok  ' if not faults else 'DIFF'} {name} #{seed} ({took:.1f} s)" + "".join(f"\n       {f}" for f in shown), flush=True)
                if not options.keep:
                    shutil.rmtree(at)
        print(f"\n{len(results)} cases, {len(results) - bad} without any difference\n\n{tally.table()}")
        if options.json:
            with open(options.json, "w", encoding="utf-8") as f:
                json.dump(results, f, indent=1)
        return 0
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
