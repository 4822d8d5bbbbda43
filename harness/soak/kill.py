"""Kills adapters in the middle of a run, and says what that did to the results.

    python3 harness/soak/kill.py [--sdk IDS] [--case GLOB] [--cuts PLACES] [--kills N] [--gap SECONDS] [--minutes N] [--seed N] [--program PATH]

The suite is run twice on the same SDKs with the same nonce: undisturbed, and while adapter processes are killed at random
times. Nothing may be lost, doubled or left behind, and a trial that came out otherwise must say why: a crash, an attempt
that was repeated, a flaky result or a fault. With `--minutes` further disturbed runs begin until that time is over.

The memory, the open files and the processes of the harness are counted about once a second. What they are in the last
fifth of a run may not be more than they were in its second fifth by a quarter, which is asked of runs of five minutes and
more.

The exit code is 0 if all of it is so. Linux only, as it reads /proc.
"""

import argparse
import collections
import contextlib
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NONCE = "5050505050505050"
# A run of less seconds is over before it is clear what stays flat.
LONG = 300
# The quarter by which memory, files and processes may grow, beside a few that come and go.
GROWTH = 1.25
SLACK = {"memory, MiB": 16.0, "open files": 16.0, "processes": 2.0}


def children(parent: int) -> list[int]:
    """The processes that this one has started."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            program = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        # The shell that ends adapters with a killed harness is no adapter.
        if int(fields[1]) == parent and fields[0] != "Z" and not program.startswith(b"/bin/sh\0"):
            found.append(int(entry.name))
    return found


def is_calling(adapter: int) -> bool:
    """Whether it has a connection, so that it has said hello and was handed a call."""
    try:
        tables = [Path(f"/proc/{adapter}/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
        opened = list(Path(f"/proc/{adapter}/fd").iterdir())
    except OSError:
        return False
    connections = {f"socket:[{line.split()[9]}]" for table in tables for line in table}
    for file in opened:
        try:
            if os.readlink(file) in connections:
                return True
        except OSError:
            # It has been closed in the meantime.
            continue
    return False


def count(process: int) -> dict[str, float] | None:
    """What the harness holds now: its own memory and files, and its processes."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
        files = len(list(Path(f"/proc/{process}/fd").iterdir()))
    except OSError:
        return None
    memory = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    if memory is None:
        return None
    return {"memory, MiB": int(memory[1]) / 1024, "open files": files, "processes": len(children(process))}


class Round:
    """One run: its trials by name, and what became of the processes."""

    def __init__(self, options: argparse.Namespace, out: Path, kills: int) -> None:
        self.killed, self.trials, self.doubled = 0, {}, 0
        self.counts: list[dict[str, float]] = []
        began = time.monotonic()
        met = self.kill_in(options, out, kills)
        self.seconds = time.monotonic() - began
        for line in (out / "records.jsonl").read_text().removesuffix("\n").split("\n"):
            record = json.loads(line)
            if record["record"] != "trial":
                continue
            name = f"{record['sdk']}/{record['surface']}::{record['case']}@{record['variant']}"
            self.doubled += name in self.trials
            self.trials[name] = {"result": result(record), "is_told": is_told(record), "again": bool(record.get("attempts"))}
        time.sleep(1)
        self.left = sum(1 for pid in met if Path(f"/proc/{pid}").exists())

    def kill_in(self, options: argparse.Namespace, out: Path, kills: int) -> set[int]:
        """Runs the suite, kills so many adapters, and returns all that there were."""
        out.mkdir(parents=True)
        command = [options.program, "run", "--sdk", options.sdk, "--nonce", NONCE]
        command += ["--report", str(out), "--records", str(out / "records.jsonl")]
        for name in ("case", "cuts"):
            if value := getattr(options, name):
                command += [f"--{name}", value]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        met, busy, next_kill = set(), set(), 0.0
        while process.poll() is None:
            adapters = children(process.pid)
            met.update(adapters)
            # One that is killed before it has said hello, five times in a row, is taken for an SDK that does not start.
            busy.update(adapter for adapter in adapters if adapter not in busy and is_calling(adapter))
            grown = [adapter for adapter in adapters if adapter in busy]
            if grown and self.killed < kills and time.monotonic() >= next_kill:
                # It may have ended by itself in the meantime.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(random.choice(grown), signal.SIGKILL)
                    self.killed += 1
                next_kill = time.monotonic() + options.gap
            if counted := count(process.pid):
                self.counts.append(counted)
            time.sleep(random.uniform(0.4, 1.2))
        return met

    def grown(self) -> tuple[list[str], bool]:
        """Says what was held in the second fifth of the run and in its last one, and whether that is more."""
        fifth = len(self.counts) // 5
        if fifth == 0:
            return [], False
        told, is_more = [], False
        for name, slack in SLACK.items():
            first, last = (
                statistics.median(counted[name] for counted in part)
                for part in (self.counts[fifth : 2 * fifth], self.counts[-fifth:])
            )
            told.append(f"{name} {first:.0f} and then {last:.0f}")
            is_more |= self.seconds >= LONG and last > first * GROWTH + slack
        return told, is_more


def result(record: dict) -> tuple:
    """What a trial came to."""
    verdict = record["verdict"]
    return verdict["status"], verdict.get("mode"), tuple((check["axis"], check["grade"]) for check in verdict["checks"])


def is_told(record: dict) -> bool:
    """Whether a trial says itself that something came in between."""
    verdict = record["verdict"]
    is_lost = verdict["status"] in ("flaky", "adapter-fault")
    return bool(record.get("attempts")) or verdict.get("mode") == "crash" or is_lost


def compare(before: Round, after: Round) -> bool:
    """Prints in what a disturbed run differs from the undisturbed one, and says whether it may."""
    lost = before.trials.keys() - after.trials.keys()
    both = before.trials.keys() & after.trials.keys()
    differ = [name for name in both if before.trials[name]["result"] != after.trials[name]["result"]]
    untold = sorted(name for name in differ if not after.trials[name]["is_told"])
    statuses = collections.Counter(after.trials[name]["result"][0] for name in differ)
    repeated = sum(trial["again"] for trial in after.trials.values())
    seconds, killed = f"{after.seconds:.0f} s", after.killed
    print(f"{len(before.trials)} trials, {seconds}, {killed} adapters killed, {repeated} trials with more than one attempt")
    print(f"lost {len(lost)}, doubled {after.doubled}, processes left {after.left}")
    told = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items())) or "none"
    print(f"came out otherwise: {len(differ)} ({told}); without saying why: {len(untold)}")
    for name in untold[:20]:
        print(f"  {name}: {before.trials[name]['result'][:2]} and then {after.trials[name]['result'][:2]}")
    told, is_more = after.grown()
    if told:
        print(f"in the second fifth and in the last: {'; '.join(told)}{'; this has grown' if is_more else ''}", flush=True)
    return not (lost or after.doubled or after.left or untold or is_more)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sdk", default="anthropic-python,anthropic-typescript,openai-python,openai-typescript")
    parser.add_argument("--case")
    parser.add_argument("--cuts", choices=["events", "bytes"])
    parser.add_argument("--kills", type=int, default=60, help="in each disturbed run")
    parser.add_argument("--gap", type=float, default=0, help="the least number of seconds between two kills")
    parser.add_argument("--minutes", type=float, default=0, help="begin disturbed runs until so many minutes are over")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", default=str(ROOT / "target/release/streamspec"))
    options = parser.parse_args()
    random.seed(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        before = Round(options, Path(folder) / "undisturbed", 0)
        end = time.monotonic() + options.minutes * 60
        may, number = True, 0
        while number == 0 or time.monotonic() < end:
            number += 1
            may &= compare(before, Round(options, Path(folder) / f"disturbed-{number}", options.kills))
    return 0 if may else 1


if __name__ == "__main__":
    sys.exit(main())
