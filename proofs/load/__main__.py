"""Many people at once: ``python -m proofs.load --users 50 --seconds 180``."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys

from proofs.load.measure import Plan, measured
from proofs.load.server import started
from proofs.load.table import table
from tests.server import free_port


def main() -> int:
    """Measure, print the table, and tell whether a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args()
    plan = Plan(asked.users, asked.seconds, asked.seed)
    with started(asked.port or free_port()) as server:
        found = asyncio.run(measured(server, plan))
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    print(table(found, plan, machine))
    return 0 if found.holds() else 1


if __name__ == "__main__":
    sys.exit(main())
