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

from riskmodel.inputs.session import FIELDS, Session, check
from riskmodel.scorecard.file import ScorecardError, load_scorecard
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import Assessment, Contribution, assess, assess_frame
from riskmodel.scoring.probability import Calibration, CalibrationError, load_calibration
from riskmodel.starts.best import BestStart, BestStartSquad, best_start, best_start_squad
from riskmodel.weather.epw import epw_weather
from riskmodel.weather.files import read_weather_file
from riskmodel.weather.heat_days import HeatDays, suggest_heat_days
from riskmodel.weather.hours import Place, Weather, WeatherError
from riskmodel.weather.over_session import weather_answers
from riskmodel.weather.typed import typed_weather
from riskmodel.whatif.advice import Advice, Option, advise
from riskmodel.whatif.comparison import Comparison, Sweep, compare, sweep

__version__ = "0.1.0"

__all__ = [
    "FIELDS",
    "Advice",
    "Assessment",
    "BestStart",
    "BestStartSquad",
    "Calibration",
    "CalibrationError",
    "Comparison",
    "Contribution",
    "HeatDays",
    "Option",
    "Place",
    "Scorecard",
    "ScorecardError",
    "Session",
    "Sweep",
    "Weather",
    "WeatherError",
    "advise",
    "assess",
    "assess_frame",
    "best_start",
    "best_start_squad",
    "check",
    "compare",
    "epw_weather",
    "load_calibration",
    "load_scorecard",
    "read_weather_file",
    "suggest_heat_days",
    "sweep",
    "typed_weather",
    "weather_answers",
]
