"""How long `landmark import` takes for many deals, and how much memory.

Usage: python -m benchmarks.import_scale [--deals 100000] [--events 1000000]
Writes a made-up event log, imports it into a fresh SQLite database in a process of its own, prints seconds and peak.
"""

import argparse
import csv
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

MILESTONES = (
    "qualification_call", "discovery_held", "nda_in_hand", "timeline_confirmed", "sponsor_committed", "criteria_known",
    "terms_grasped", "short_listed", "Site visit", "Reference call", "Security questionnaire", "Price sent",
)  # fmt: skip
START = datetime(2024, 1, 1, tzinfo=UTC)
TARGET_SECONDS, TARGET_MB = 180, 500


def write_log(folder: Path, deals: int, events: int, seed: int = 1) -> list[Path]:
    """``deals`` deals over two years, some 15 % still open, with ``events`` events spread over them."""
    rng = random.Random(seed)  # noqa: S311 - made-up data, no secret
    paths = [folder / "deals.csv", folder / "events.csv"]
    with paths[0].open("w", newline="") as first, paths[1].open("w", newline="") as second:
        rows, marks = csv.writer(first), csv.writer(second)
        rows.writerow(["deal_id", "opened_at", "closed_at", "outcome", "amount", "currency", "account_id", "owner",
                       "target_on", "industry"])  # fmt: skip
        marks.writerow(["deal_id", "at", "milestone"])
        for number in range(deals):
            opened = START + timedelta(minutes=rng.randrange(700 * 1440))
            days = rng.expovariate(1 / 60)
            closed = opened + timedelta(days=days) if rng.random() < 0.85 else None
            outcome = rng.choice(["won", "lost", "lost"]) if closed else ""
            rows.writerow([
                f"D{number}", opened.isoformat(), closed.isoformat() if closed else "", outcome,
                rng.randrange(1000, 200_000), "EUR", f"A{rng.randrange(deals // 4)}", f"Seller {rng.randrange(60)}",
                (opened + timedelta(days=90)).date(), rng.choice(["transport", "health", "energy", "retail"]),
            ])  # fmt: skip
            count = events * (number + 1) // deals - events * number // deals
            for _ in range(count):
                at = opened + timedelta(days=days * rng.random())
                marks.writerow([f"D{number}", at.isoformat(timespec="seconds"), rng.choice(MILESTONES)])
    return paths


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = write_log(folder, wanted.deals, wanted.events)
        environment = {**os.environ, "LANDMARK_VAR": str(folder / "var")}
        environment.pop("DATABASE_URL", None)
        command = [sys.executable, "-m", "landmark.cli", "import", *map(str, paths), "--org", "Scale", "--no-fit"]
        started = time.perf_counter()
        done = subprocess.run(command, env=environment, check=False)  # noqa: S603 - our own command
        seconds = time.perf_counter() - started
        peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        size_mb = (folder / "var" / "landmark.sqlite3").stat().st_size / 1e6
    print(f"{wanted.deals:,} deals, {wanted.events:,} events: {seconds:.0f} s (target {TARGET_SECONDS}), "
          f"peak {peak_mb:.0f} MB (target {TARGET_MB}), database {size_mb:.0f} MB")  # fmt: skip
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
