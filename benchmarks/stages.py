"""Which modules of the chain take its time, as shares of one run of `assess_frame`."""

import cProfile
import pstats
import time
from collections import Counter
from pathlib import Path

from benchmarks.frames import raw_frame
from benchmarks.measuring import Figures, print_figures, scaled
from riskmodel import assess_frame

N = scaled(1_000_000)
LEAST_SHARE = 0.01
PACKAGE = Path("riskmodel").resolve()
# What Python itself calls a function that is written in C.
BUILT_IN = "~"


def stage(path: str) -> str:
    """Name a module of ours by its room, and a library by its name."""
    parts = Path(path).with_suffix("").parts
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1]
    if Path(path).is_relative_to(PACKAGE):
        return "/".join(Path(path).with_suffix("").relative_to(PACKAGE).parts)
    return "Python"


def stages() -> Figures:
    """Own time of each module; a function in C counts where it is called."""
    frame = raw_frame(N, 1, categories=True)
    assess_frame(frame.head())
    profile = cProfile.Profile(time.process_time)
    profile.runcall(assess_frame, frame, detail=False)
    shares: Counter[str] = Counter()
    for (path, _, _), (_, _, own, _, callers) in pstats.Stats(profile).stats.items():
        if path != BUILT_IN:
            shares[stage(path)] += own
            continue
        for (caller, _, _), (_, _, of_caller, _) in callers.items():
            shares["Python" if caller == BUILT_IN else stage(caller)] += of_caller
    whole = shares.total()
    for name, seconds in shares.most_common():
        if seconds >= LEAST_SHARE * whole:
            yield f"{name} / whole chain", seconds, whole, None, "share"


FIGURES = (stages,)

if __name__ == "__main__":
    print_figures(FIGURES)
