from riskmodel.diary.comparison import compare_outcomes
from riskmodel.diary.outcomes import (
    DiaryError,
    Outcome,
    check_outcome,
    complete_outcome,
    outcomes_frame,
)
from riskmodel.inputs.examples import examples
from riskmodel.inputs.problems import AnswerError, Problem
from riskmodel.inputs.session import FIELDS, Session, check
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.parts import ScorecardError
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import Assessment, assess, assess_frame
from riskmodel.scoring.calibration_file import load_calibration
from riskmodel.scoring.contributions import Contribution
from riskmodel.scoring.guards import Guard
from riskmodel.scoring.onset import Onset
from riskmodel.scoring.probability import Calibration, CalibrationError
from riskmodel.squad.file import read_squad
from riskmodel.squad.limits import SquadFileError
from riskmodel.squad.plan import with_plan
from riskmodel.squad.scores import SquadOption, score_squad, squad_levers
from riskmodel.starts.best import BestStart, BestStartSquad, best_start, best_start_squad
from riskmodel.starts.grid import StartGrid, start_grid
from riskmodel.training.derive import Derived, derive, with_log
from riskmodel.training.log import (
    AmbiguousDates,
    TrainingLog,
    TrainingLogError,
    WrongScale,
)
from riskmodel.training.log_file import read_log
from riskmodel.training.log_table import log_columns
from riskmodel.training.merge import merge_logs
from riskmodel.weather.epw import epw_weather
from riskmodel.weather.files import read_weather_file
from riskmodel.weather.heat_days import HeatDays, suggest_heat_days
from riskmodel.weather.hours import Place, Weather, WeatherError
from riskmodel.weather.over_session import weather_answers
from riskmodel.weather.typed import typed_weather
from riskmodel.whatif.advice import Advice, Option, advise
from riskmodel.whatif.combined import Combined, combined
from riskmodel.whatif.comparison import Comparison, compare
from riskmodel.whatif.legs import Leg, LegChance, LegsAssessment, assess_legs
from riskmodel.whatif.outcome import Explanation, FactorDifference, explain_outcome
from riskmodel.whatif.sweep_frame import sweep

__version__: str

__all__ = [
    "FIELDS",
    "Advice",
    "AmbiguousDates",
    "AnswerError",
    "Assessment",
    "BestStart",
    "BestStartSquad",
    "Calibration",
    "CalibrationError",
    "Combined",
    "Comparison",
    "Contribution",
    "Derived",
    "DiaryError",
    "Explanation",
    "FactorDifference",
    "Guard",
    "HeatDays",
    "Leg",
    "LegChance",
    "LegsAssessment",
    "Onset",
    "Option",
    "Outcome",
    "Place",
    "Problem",
    "Scorecard",
    "ScorecardError",
    "Session",
    "SquadFileError",
    "SquadOption",
    "StartGrid",
    "TrainingLog",
    "TrainingLogError",
    "Weather",
    "WeatherError",
    "WrongScale",
    "advise",
    "assess",
    "assess_frame",
    "assess_legs",
    "best_start",
    "best_start_squad",
    "check",
    "check_outcome",
    "combined",
    "compare",
    "compare_outcomes",
    "complete_outcome",
    "derive",
    "epw_weather",
    "examples",
    "explain_outcome",
    "load_calibration",
    "load_scorecard",
    "log_columns",
    "merge_logs",
    "outcomes_frame",
    "read_log",
    "read_squad",
    "read_weather_file",
    "score_squad",
    "squad_levers",
    "start_grid",
    "suggest_heat_days",
    "sweep",
    "typed_weather",
    "weather_answers",
    "with_log",
    "with_plan",
]
