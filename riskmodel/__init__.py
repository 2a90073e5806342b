"""How likely is a muscle cramp in a planned session, and why.

A hand-weighted scorecard that a person can read, argue with and recompute.

Examples
--------
>>> from riskmodel import assess
>>> answer = assess({"sport": "running", "duration_min": 40, "session_rpe": 4,
...                  "age_years": 30, "air_temperature_c": 12,
...                  "relative_humidity_pct": 70})
>>> answer.problems
()
"""

from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

__version__ = "0.2.0"


@cache
def _module_of() -> dict[str, str]:
    """Module of every public name, as the stub beside this file imports it.

    A name is loaded when it is first used, so that a program waits for what it needs.
    """
    import ast  # here: a program that asks for no public name needs none of this

    stub = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    return {name.name: node.module or "" for node in imports for name in node.names}


# Rooms that an engine has; database, calibration and doors are asked for by their names.
_ENGINE = ("inputs", "scorecard", "physiology", "weather", "scoring", "whatif", "squad")
_ENGINE += ("starts", "training", "reporting", "diary")


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return sorted(_module_of())
    if not name.startswith("_") and name in _module_of():
        value = getattr(import_module(_module_of()[name]), name)
        globals()[name] = value
        return value
    # As `import riskmodel` alone has always allowed: riskmodel.weather.files.
    place = f"{__name__}.{name}"
    folder = Path(__file__).with_name(name)
    if name == "datasets" or (name in _ENGINE and folder.is_dir()):
        for path in folder.glob("[a-z]*.py"):
            with suppress(ModuleNotFoundError):  # of an extra that is not installed
                import_module(f"{place}.{path.stem}")
        return import_module(place)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_module_of()})
