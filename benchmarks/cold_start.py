"""How soon the command line and the package are there, as whole processes.

``python -m benchmarks.cold_start``, or with all others ``make bench``.  In cpu time of
the processes, the best of several rounds, taken in turn.
"""

import os
import resource
import subprocess
import sys

import numpy as np

from benchmarks.measuring import Figures, print_figures

ROUNDS = 5
COMMANDS = ("--help", "version", "template", "schema", "scorecard")
PROGRAM = "from riskmodel.cli import run; run()"  # as the installed command
# Compiled modules are kept, whatever the shell of whoever measures says.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def cpu_seconds(programs: dict[str, list[str]]) -> dict[str, float]:
    """Seconds of the processor for each Python program, with the end of its process."""
    seconds = dict.fromkeys(programs, np.inf)
    for _ in range(ROUNDS + 1):  # the first compiles what no one has compiled
        for name, arguments in programs.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(
                [sys.executable, "-c", *arguments],
                env=ENVIRONMENT,
                stdout=subprocess.DEVNULL,
                check=True,
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            taken = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
            seconds[name] = min(seconds[name], taken)
    return seconds


def cold_start() -> Figures:
    """Commands that score nothing beside typer alone, the package beside its libraries."""
    seconds = cpu_seconds(
        {
            "typer": ["import typer"],
            "libraries": ["import numpy, pandas"],
            "package": ["import riskmodel"],
            "assess": ["from riskmodel import assess"],
            **{name: [PROGRAM, name] for name in COMMANDS},
        }
    )
    rate = {name: 1.0 / one for name, one in seconds.items()}
    for name in COMMANDS:
        label = f"cramprisk {name}, /s / import typer"
        yield label, rate[name], rate["typer"], 1 / 1.6
    label = "import riskmodel, /s / import numpy, pandas"
    yield label, rate["package"], rate["libraries"], 1 / 1.2
    label = "from riskmodel import assess, /s / import numpy, pandas"
    yield label, rate["assess"], rate["libraries"], 1 / 1.2


FIGURES = (cold_start,)

if __name__ == "__main__":
    print_figures(FIGURES)
