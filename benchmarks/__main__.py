"""All benchmarks as one table of ratios, each measured in this run: ``make bench``.

Times are of the processor, taken in turn on one core, so that what other programs take
counts little; only the ratios travel to another machine.  ``--json`` keeps the figures,
``python -m benchmarks.compare`` holds them against `benchmarks/baseline.json`.
"""

import argparse
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from benchmarks.measuring import HEADER, NotMeasuredError, machine
from benchmarks.modules import MODULES, figures_alone

QUICK = 0.1
Report = dict[str, Any]


def run(names: list[str], rounds: int, *, quick: bool, kept: Path | None) -> Report:
    """Measure, and print and keep every module's figures as soon as they are there."""
    # Read in the process of each module.
    scale = os.environ.setdefault("BENCHMARK_SCALE", str(QUICK if quick else 1))
    left_out = {n: "not of a quick run" for n in MODULES if quick and not MODULES[n].quick}
    report: Report = {
        "machine": machine(),
        "scale": float(scale),
        "figures": {},
        "not_measured": {n: why for n, why in left_out.items() if n not in names},
        "failed": [],
    }
    print(HEADER)
    for name in names:
        started = time.perf_counter()
        try:
            figures = figures_alone(name, rounds)
        except ModuleNotFoundError as error:
            report["not_measured"][name] = f"needs {error.name}"
        except NotMeasuredError as error:
            report["not_measured"][name] = str(error)
        except Exception:  # what was measured before it took minutes
            traceback.print_exc()
            report["failed"].append(name)
        else:
            print(f"{name}, {time.perf_counter() - started:.0f} s", flush=True)
            for figure in figures:
                print(f"  {figure}", flush=True)
            report["figures"][name] = [figure.to_dict() for figure in figures]
        if kept:
            kept.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    for name, why in report["not_measured"].items():
        print(f"{name}, not measured: {why}")
    return report


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", help=f"some of {','.join(MODULES)}")
    parser.add_argument("--rounds", type=int, default=3, help="3 by default")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    parser.add_argument("--json", type=Path, help="file for the figures")
    chosen = parser.parse_args(arguments)
    names = [n for n, module in MODULES.items() if module.quick or not chosen.quick]
    if chosen.only:
        names = chosen.only.split(",")
        if unknown := sorted({*names} - {*MODULES}):
            parser.error(f"no benchmark is called {', '.join(unknown)}")
    if chosen.json:
        chosen.json.parent.mkdir(parents=True, exist_ok=True)
    report = run(names, chosen.rounds, quick=chosen.quick, kept=chosen.json)
    missed = [f for group in report["figures"].values() for f in group if f["met"] is False]
    print(f"{len(missed)} goals missed")
    if report["failed"]:
        sys.exit(f"failed: {', '.join(report['failed'])}")


if __name__ == "__main__":
    main()
