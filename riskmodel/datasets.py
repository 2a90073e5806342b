"""The files that travel with the package: where they are and how they are read."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parent
# In a wheel the data lie inside the package, in a checkout beside it.
_DATA = next(p for p in (_PACKAGE / "data", _PACKAGE.parent / "data") if p.is_dir())


def data_file(name: str) -> Path:
    """Path of a file in the data folder; FileNotFoundError if there is none.

    Examples
    --------
    >>> data_file("scorecard.toml").name
    'scorecard.toml'
    """
    path = _DATA / name
    if not path.is_file():
        raise FileNotFoundError(f"The package has no data file {name!r}.")
    return path


def data_folder(name: str) -> Path:
    """Path of a folder in the data folder; FileNotFoundError if there is none."""
    path = _DATA / name
    if not path.is_dir():
        raise FileNotFoundError(f"The package has no data folder {name!r}.")
    return path


def kept_scorecards() -> Mapping[str, Path]:
    """Files of the scorecards that are kept, by version, the oldest first.

    Each has its calibration beside it, with the ending ``.calibration.json``.

    Examples
    --------
    >>> kept_scorecards()["2026.1"].name
    '2026.1.toml'
    """
    files = {path.stem: path for path in data_folder("scorecards").glob("*.toml")}
    return dict(sorted(files.items(), key=lambda file: [*map(int, file[0].split("."))]))


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of a CSV file in the data folder, every cell as text."""
    with data_file(name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def read_toml(name: str) -> Mapping[str, Any]:
    """Table of a TOML file in the data folder."""
    return tomllib.loads(data_file(name).read_text(encoding="utf-8"))


@cache
def load_checks() -> Mapping[str, Any]:
    """What ``cramprisk check --out`` found, for the pages to show.

    Examples
    --------
    >>> sorted(load_checks())[:3]
    ['benchmarks', 'published', 'reliability']
    """
    checks: dict[str, Any] = json.loads(data_file("checks.json").read_text("utf-8"))
    return checks


@cache
def load_examples() -> Mapping[str, Mapping[str, Any]]:
    """Worked example sessions by name, each a mapping of field to answer.

    Examples
    --------
    >>> next(iter(load_examples()))
    'Hot 10 km race'
    """
    examples: dict[str, dict[str, Any]] = json.loads(
        data_file("examples.json").read_text(encoding="utf-8")
    )
    return examples
