"""What became slower than the noise since a stored run: ``make bench-compare``.

``python -m benchmarks.compare NOW.json [BASELINE.json]``.  A figure counts as slower where
its ratio fell by more than the rounds of both runs differ, multiplied, and by more than
`LEAST`.  Only ratios are compared: of a figure against a fixed number that to the yardstick
of its machine.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BASELINE = Path(__file__).with_name("baseline.json")
LEAST = 1.15
"""Times slower that is told at least: so much do runs differ whose rounds agree, since
programs lie elsewhere in memory each time; judgement, from runs of one version."""

Report = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One figure of two runs.

    Attributes
    ----------
    group, name : str
    was, now : float
        Ratios.
    noise : float
        Times by which the two may differ and mean nothing.
    """

    group: str
    name: str
    was: float
    now: float
    noise: float

    @property
    def verdict(self) -> str:
        """Slower, faster or within the noise."""
        if self.was > self.now * self.noise:
            return "slower"
        return "faster" if self.now > self.was * self.noise else "same"


def _spreads(report: Report) -> dict[tuple[str, str], dict[str, float]]:
    """Figures of which more is faster, and more than one round tells the noise."""
    return {
        (group, figure["name"]): figure["against_yardstick"] or figure["ratio"]
        for group, figures in report["figures"].items()
        for figure in figures
        if figure["unit"] == "ratio" and figure["rounds"] > 1 and figure["ratio"]["low"] > 0
    }


def changes(baseline: Report, now: Report) -> list[Change]:
    """Compare the figures that both runs have."""
    before, after = _spreads(baseline), _spreads(now)
    return [
        Change(
            *key,
            was=old["median"],
            now=new["median"],
            noise=max(LEAST, old["high"] / old["low"] * new["high"] / new["low"]),
        )
        for key, old in before.items()
        if (new := after.get(key))
    ]


def only_in_one(baseline: Report, now: Report) -> dict[str, list[str]]:
    """Name what cannot be compared: figures that only one of the two has."""
    before, after = _spreads(baseline), _spreads(now)
    return {
        "only in the baseline": [name for _, name in before.keys() - after.keys()],
        "only now": [name for _, name in after.keys() - before.keys()],
    }


def print_changes(compared: list[Change]) -> None:
    """Print the table, what changed before what did not."""
    print(f"{'':9}{'figure':<68}{'was':>9}{'now':>9}{'now/was':>9}{'noise':>8}")
    order = ("slower", "faster", "same")
    for one in sorted(compared, key=lambda one: order.index(one.verdict)):
        name = f"{one.group}: {one.name}"
        ratios = f"{one.was:>9.3g}{one.now:>9.3g}{one.now / one.was:>9.2f}"
        print(f"{one.verdict:<9}{name:<68}{ratios}{one.noise:>8.2f}")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare", description=__doc__
    )
    parser.add_argument("now", type=Path)
    parser.add_argument("baseline", type=Path, nargs="?", default=BASELINE)
    chosen = parser.parse_args(arguments)
    now, baseline = (
        json.loads(path.read_text(encoding="utf-8"))
        for path in (chosen.now, chosen.baseline)
    )
    if now["scale"] != baseline["scale"]:
        parser.error("the two runs measured different numbers of rows")
    for what, was in baseline["machine"].items():
        if was != now["machine"][what]:
            print(f"{what} was {was}, is {now['machine'][what]}")
    compared = changes(baseline, now)
    print_changes(compared)
    for where, names in only_in_one(baseline, now).items():
        if names:
            print(f"{where}, not compared: {'; '.join(sorted(names))}")
    slower = [one for one in compared if one.verdict == "slower"]
    print(f"{len(slower)} of {len(compared)} figures slower than the noise")
    if now["failed"]:
        print(f"failed, and so not compared: {', '.join(now['failed'])}")
    sys.exit(1 if slower or now["failed"] else 0)


if __name__ == "__main__":
    main()
