"""All benchmarks as one table of ratios, each measured in this run: ``make bench``.

Times are of the processor, taken in turn on one core, so that what other programs take
counts little; only the ratios travel to another machine.  ``--json`` keeps the figures,
``python -m benchmarks.compare`` holds them against `benchmarks/baseline.json`.
"""

import argparse
import importlib
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any, NamedTuple

QUICK = 0.1


class Module(NamedTuple):
    """Where a benchmark is, how often it is run, and whether ``--quick`` runs it."""

    name: str
    rounds: int | None = None
    quick: bool = True

    def measures(self) -> tuple[Any, ...]:
        """Import it only now: what it needs may be missing."""
        return importlib.import_module(f"benchmarks.{self.name}").FIGURES


MODULES = {
    "frame": Module("frame_speed"),
    "peers": Module("peers"),
    "rows": Module("row_counts"),
    "stages": Module("stages"),
    "solver": Module("solver"),
    "fast": Module("compiled"),
    "grid": Module("start_grid", rounds=2),
    "squads": Module("squads"),
    "logs": Module("logs"),
    "start": Module("cold_start", rounds=2),
    "files": Module("batch_files", rounds=2),
    "archives": Module("archives", rounds=2),
    "second-opinion": Module("second_opinion", rounds=1),
    # Moves of the browser are many rounds in themselves.
    "pages": Module("page", rounds=1, quick=False),
    "cluster": Module("cluster", rounds=2, quick=False),
}
"""Every benchmark by the name that ``--only`` takes."""


def run(names: list[str], rounds: int, *, quick: bool) -> dict[str, Any]:
    """Measure, print the table as it grows, and report it as for JSON."""
    # Modules read it when they are imported.
    os.environ.setdefault("BENCHMARK_SCALE", str(QUICK if quick else 1))
    from benchmarks.measuring import (
        HEADER,
        SCALE,
        NotMeasuredError,
        machine,
        over_rounds,
    )

    groups: dict[str, Any] = {}
    left_out = {n: "not of a quick run" for n in MODULES if quick and not MODULES[n].quick}
    not_measured = {name: why for name, why in left_out.items() if name not in names}
    failed = []
    print(HEADER)
    for name in names:
        module = MODULES[name]
        started = time.perf_counter()
        try:
            figures = over_rounds(module.measures(), min(rounds, module.rounds or rounds))
        except ModuleNotFoundError as error:
            not_measured[name] = f"needs {error.name}"
        except NotMeasuredError as error:
            not_measured[name] = str(error)
        except Exception:  # what was measured before it took minutes
            traceback.print_exc()
            failed.append(name)
        else:
            print(f"{name}, {time.perf_counter() - started:.0f} s", flush=True)
            for figure in figures:
                print(f"  {figure}", flush=True)
            groups[name] = [figure.to_dict() for figure in figures]
    for name, why in not_measured.items():
        print(f"{name}, not measured: {why}")
    return {
        "machine": machine(),
        "scale": SCALE,
        "figures": groups,
        "not_measured": not_measured,
        "failed": failed,
    }


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
    report = run(names, chosen.rounds, quick=chosen.quick)
    if chosen.json:
        chosen.json.parent.mkdir(parents=True, exist_ok=True)
        chosen.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    missed = [f for group in report["figures"].values() for f in group if f["met"] is False]
    print(f"{len(missed)} goals missed")
    if report["failed"]:
        sys.exit(f"failed: {', '.join(report['failed'])}")


if __name__ == "__main__":
    main()
