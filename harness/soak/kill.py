"""Kills adapters in the middle of a run, and says what that did to the results.

    python3 harness/soak/kill.py [--sdk IDS] [--case GLOB] [--kills N] [--seed N] [--program PATH]

The suite is run twice on the same SDKs with the same nonce: undisturbed, and while adapter processes are killed at random
times. Nothing may be lost, doubled or left behind, and a trial that came out otherwise must say why: a crash, an attempt
that was repeated, a flaky result or a fault. The exit code is 0 if so. Linux only, as it reads /proc.
"""

import argparse
import collections
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NONCE = "5050505050505050"


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


def run(options: argparse.Namespace, out: Path, kills: int) -> tuple[dict[str, dict], int, int, int]:
    """One run: its trials by name, how many were written twice, how many kills there were, what was left behind."""
    out.mkdir(parents=True)
    command = [options.program, "run", "--sdk", options.sdk, "--nonce", NONCE]
    command += ["--report", str(out), "--records", str(out / "records.jsonl")]
    if options.case:
        command += ["--case", options.case]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    killed, met, busy = 0, set(), set()
    while process.poll() is None:
        adapters = children(process.pid)
        met.update(adapters)
        # One that is killed before it has said hello, five times in a row, is taken for an SDK that does not start.
        busy.update(adapter for adapter in adapters if adapter not in busy and is_calling(adapter))
        grown = [adapter for adapter in adapters if adapter in busy]
        if grown and killed < kills:
            os.kill(random.choice(grown), signal.SIGKILL)
            killed += 1
        time.sleep(random.uniform(0.4, 1.2))
    trials, doubled = {}, 0
    for line in (out / "records.jsonl").read_text().removesuffix("\n").split("\n"):
        record = json.loads(line)
        if record["record"] != "trial":
            continue
        name = f"{record['sdk']}/{record['surface']}::{record['case']}@{record['variant']}"
        doubled += name in trials
        trials[name] = record
    time.sleep(1)
    left = sum(1 for pid in met if Path(f"/proc/{pid}").exists())
    return trials, doubled, killed, left


def result(record: dict) -> tuple:
    """What a trial came to."""
    verdict = record["verdict"]
    return verdict["status"], verdict.get("mode"), tuple((check["axis"], check["grade"]) for check in verdict["checks"])


def is_told(record: dict) -> bool:
    """Whether a trial says itself that something came in between."""
    verdict = record["verdict"]
    is_lost = verdict["status"] in ("flaky", "adapter-fault")
    return bool(record.get("attempts")) or verdict.get("mode") == "crash" or is_lost


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sdk", default="anthropic-python,anthropic-typescript,openai-python,openai-typescript")
    parser.add_argument("--case")
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", default=str(ROOT / "target/release/streamspec"))
    options = parser.parse_args()
    random.seed(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        before, _, _, _ = run(options, Path(folder) / "undisturbed", 0)
        after, doubled, killed, left = run(options, Path(folder) / "disturbed", options.kills)
    lost = before.keys() - after.keys()
    differ = [name for name in before.keys() & after.keys() if result(before[name]) != result(after[name])]
    untold = sorted(name for name in differ if not is_told(after[name]))
    statuses = collections.Counter(after[name]["verdict"]["status"] for name in differ)
    repeated = sum(1 for record in after.values() if record.get("attempts"))
    print(f"{len(before)} trials, {killed} adapters killed, {repeated} trials with more than one attempt")
    print(f"lost {len(lost)}, doubled {doubled}, processes left {left}")
    told = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items())) or "none"
    print(f"came out otherwise: {len(differ)} ({told}); without saying why: {len(untold)}")
    for name in untold[:20]:
        print(f"  {name}: {result(before[name])[:2]} and then {result(after[name])[:2]}")
    return 1 if lost or doubled or left or untold else 0


if __name__ == "__main__":
    sys.exit(main())
