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

from riskmodel.advice import Advice, Option, advise
from riskmodel.assessment import Assessment, Contribution, assess, assess_frame
from riskmodel.comparison import Comparison, Sweep, compare, sweep
from riskmodel.inputs import FIELDS, Session, check
from riskmodel.probability import Calibration, CalibrationError, load_calibration
from riskmodel.scorecard import Scorecard
from riskmodel.scorecard_file import ScorecardError, load_scorecard

__version__ = "0.1.0"

__all__ = [
    "FIELDS",
    "Advice",
    "Assessment",
    "Calibration",
    "CalibrationError",
    "Comparison",
    "Contribution",
    "Option",
    "Scorecard",
    "ScorecardError",
    "Session",
    "Sweep",
    "advise",
    "assess",
    "assess_frame",
    "check",
    "compare",
    "load_calibration",
    "load_scorecard",
    "sweep",
]
