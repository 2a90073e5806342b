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

import ast
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

__version__ = "0.2.0"


def _public_names() -> dict[str, str]:
    """Module of every public name, as the stub beside this file imports it.

    A name is loaded when it is first used, so that a program waits for what it needs.
    """
    stub = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    return {name.name: node.module or "" for node in imports for name in node.names}


_MODULE_OF = _public_names()
__all__ = sorted(_MODULE_OF)
# Rooms that an engine has; database, calibration and doors are asked for by their names.
_ENGINE = ("inputs", "scorecard", "physiology", "weather", "scoring", "whatif", "squad")
_ENGINE += ("starts", "training", "reporting", "diary")


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        value = getattr(import_module(_MODULE_OF[name]), name)
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
    return sorted({*globals(), *__all__})
