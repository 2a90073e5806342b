"""Sessions whose outcome is known, from a diary's export or a club's own table."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.formulas import table_as_it_was
from riskmodel.inputs.tables import csv_rows, folded, read_text, separator
from riskmodel.inputs.told import ToldError, quoted
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import UnknownColumnWarning, assess_frame
from riskmodel.scoring.probability import Calibration
from riskmodel.squad.cells import squad_frame
from riskmodel.squad.columns import words
from riskmodel.squad.file import certain_columns, read_squad_file
from riskmodel.squad.raw import RawTable
from riskmodel.squad.unknown import leave_open

Floats = NDArray[np.float64]

OUTCOME_HEADERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "cramp": frozenset({
            "cramp", "cramps", "cramped", "outcome", "krampf", "crampe", "crampes",
            "calambre", "calambres", "crampo", "crampi", "caibra", "kramp", "skurcz",
        }),
        "athlete": frozenset({"athlete", "name", "player", "id", "athlete id", "code"}),
        "probability": frozenset({"probability", "expected", "expected probability"}),
    }
)  # fmt: skip
"""Headers, folded, of what no plan asks."""
_OF_THE_PLAN = "plan_"  # how the diary's export begins the headers of a plan

DURATION_LIMITS_MIN = (60.0, 120.0, 240.0)
"""Between the classes of duration of a report.  Judgement."""
DURATION_CLASSES = ("up to 1 h", "1 to 2 h", "2 to 4 h", "over 4 h")
NOT_ANSWERED = "not answered"


class RecordsError(ToldError, ValueError):
    """A table of outcomes that cannot be used; the message says why."""


@dataclass(frozen=True)
class Records:
    """Sessions whose outcome is known, one element each, of shape (n_sessions,).

    Attributes
    ----------
    cramp : ndarray of bool
    probability : ndarray of float
        What had been expected, 0 to 1.
    athlete : ndarray of int
        Who; 0 to `n_athletes` - 1.
    duration_min : ndarray of float
        Planned. [min]
    sport, history, duration : ndarray of str
        Groups of a report; `NOT_ANSWERED` where the table does not say.
    written_before : bool
        Whether the expectation stood in the table, and was not worked out now.
    names_athletes : bool
        Whether the table says who it was; without that sessions count as independent.
    left_out : mapping of str to int
        Rows that do not count, by reason: ``no_outcome``, ``outcome_not_read``,
        ``not_scored``.
    """

    cramp: NDArray[np.bool_]
    probability: Floats
    athlete: NDArray[np.intp]
    duration_min: Floats
    sport: NDArray[np.str_]
    history: NDArray[np.str_]
    duration: NDArray[np.str_]
    written_before: bool = False
    names_athletes: bool = True
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def n_sessions(self) -> int:
        """How many sessions."""
        return len(self.cramp)

    @property
    def n_athletes(self) -> int:
        """How many athletes; as many as sessions where nobody is named."""
        return len(np.unique(self.athlete))

    @property
    def cluster(self) -> NDArray[np.intp]:
        """What is drawn again: athletes, or the sessions where all are of one person."""
        return np.arange(self.n_sessions) if self.n_athletes == 1 else self.athlete

    @property
    def n_clusters(self) -> int:
        """How many there are to draw."""
        return int(self.cluster.max()) + 1

    @property
    def n_cramps(self) -> int:
        """How many of the sessions brought a cramp."""
        return int(self.cramp.sum())


def read_records(
    content: bytes,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
    *,
    score_again: bool = False,
) -> Records:
    r"""Read planned answers and what happened.

    Parameters
    ----------
    content : bytes
        A table, CSV or Excel: the export of a diary, a table with our own columns, or a
        club's with its own headings.  A column says whether there was a cramp; one may
        name the athlete, and one the probability that was written down before.
    scorecard, calibration : optional
        As for `riskmodel.assess`; for rows that hold no probability.
    score_again : bool, default False
        Whether to work out the probability anew where one was written down.

    Raises
    ------
    RecordsError
        If there is no column for the outcome, or no row that can be used.
    riskmodel.SquadFileError, riskmodel.inputs.tables.TableFileError
        If it is no table, or a heading is in doubt.

    Examples
    --------
    >>> records = read_records(b"athlete,cramp,probability,duration_min\n"
    ...                        b"Ada,no,0.02,60\nAda,yes,0.2,240\nBen,,0.1,90\n")
    >>> records.n_sessions, records.n_cramps, dict(records.left_out)
    (2, 1, {'no_outcome': 1})
    """
    outcome, answers = _table(content)
    answers = leave_open(answers)  # what cannot be read and need not be answered
    if "cramp" not in outcome:
        raise RecordsError("No column says whether there was a cramp; call it cramp.")
    cramp, not_read = _yes_or_no(outcome["cramp"])
    before = not score_again and "probability" in outcome
    if before:
        written = pd.to_numeric(outcome["probability"], errors="coerce")
        probability = written.where(written.between(0, 1)).to_numpy(dtype=np.float64)
    else:
        probability = _scored(answers, scorecard, calibration)
    usable = cramp.notna().to_numpy() & np.isfinite(probability)
    reasons = np.select(
        [not_read, cramp.isna(), ~usable],
        ["outcome_not_read", "no_outcome", "not_scored"],
        default="",
    )
    if not usable.any():
        raise RecordsError(
            "No row has both an outcome (yes or no) and answers that can be scored."
        )
    return _records(outcome, answers, cramp, probability, usable, before, reasons)


def records_of(
    cramp: NDArray[np.bool_],
    probability: Floats,
    athlete: NDArray[np.intp],
    answers: pd.DataFrame,
    *,
    written_before: bool = False,
    names_athletes: bool = True,
    left_out: Mapping[str, int] | None = None,
) -> Records:
    """Records of arrays, with their groups as the answers tell them."""
    minutes = pd.to_numeric(
        answers.get("duration_min", pd.Series(np.nan, answers.index)), errors="coerce"
    ).to_numpy(dtype=np.float64)
    place = np.searchsorted(DURATION_LIMITS_MIN, minutes, side="left")
    named = np.where(np.isnan(minutes), NOT_ANSWERED, np.array(DURATION_CLASSES)[place])
    return Records(
        cramp, probability, athlete, minutes,
        _group(answers, "sport"), _group(answers, "cramp_sessions_12mo"), named,
        written_before, names_athletes, dict(left_out or {}),
    )  # fmt: skip


def _records(
    outcome: pd.DataFrame,
    answers: pd.DataFrame,
    cramp: pd.Series[bool],
    probability: Floats,
    usable: NDArray[np.bool_],
    before: bool,
    reasons: NDArray[np.str_],
) -> Records:
    who = outcome.get("athlete", pd.Series("", outcome.index)).astype(str).str.strip()
    names = bool((who[usable] != "").any())
    # Whoever is not named among others is nobody else: a person for each row.
    rows = pd.Series(np.arange(len(who)), who.index).astype(str)
    athlete = pd.factorize(who.where(who != "", "\0" + rows)[usable])[0]
    return records_of(
        cramp[usable].to_numpy(dtype=bool),
        probability[usable],
        athlete,
        answers[usable],
        written_before=before,
        names_athletes=names,
        left_out={reason: n for reason, n in Counter(reasons.tolist()).items() if reason},
    )


def _group(answers: pd.DataFrame, name: str) -> NDArray[np.str_]:
    if name not in answers:
        return np.full(len(answers), NOT_ANSWERED)
    cells = answers[name].astype(object)
    texts = [
        NOT_ANSWERED if is_blank(cell) else str(cell).strip().lower() for cell in cells
    ]
    return np.array(texts, dtype=np.str_)


def _scored(
    answers: pd.DataFrame, scorecard: Scorecard | None, calibration: Calibration | None
) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownColumnWarning)
        scored = assess_frame(answers, scorecard, calibration, detail=False)
    chances: Floats = scored["probability"].to_numpy(dtype=np.float64)
    return chances


def _yes_or_no(cells: pd.Series[str]) -> tuple[pd.Series[bool], NDArray[np.bool_]]:
    """Outcomes, open where nothing is said, and which cells say something else."""
    text, known_words = cells.astype(str).map(folded), words()["cells"]
    yes = text.isin([*known_words["yes"], "1", "1.0"])
    no = text.isin([*known_words["no"], "0", "0.0"])
    known: pd.Series[bool] = pd.Series(pd.NA, cells.index, dtype="boolean")
    known[yes], known[no] = True, False
    blank = text.map(is_blank)
    return known, (~yes & ~no & ~blank).to_numpy()


# ------------------------------------------------------------------------ the table


def _table(content: bytes) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What came, as texts, and the planned answers."""
    if not content.startswith(b"PK"):
        text = read_text(content).text
        first, *rows = csv_rows(text, separator(text)) or [[]]
        headers = _headers([name.strip() for name in first])
        if _is_ours(headers):
            return _own_table(headers, [row for row in rows if any(map(str.strip, row))])
    raw = read_squad_file(content)
    places = {
        what: place
        for place, header in enumerate(raw.headers)
        if (what := _outcome_of(header)) and what != "athlete"
    }
    rest = [place for place in range(len(raw.headers)) if place not in places.values()]
    asked = RawTable(
        raw.cells[rest].set_axis(range(len(rest)), axis=1),
        tuple(raw.headers[place] for place in rest),
        epoch=raw.epoch,
    )
    columns = certain_columns(asked)
    answers = squad_frame(asked, columns, date.today())
    outcome = pd.DataFrame({what: raw.cells[place] for what, place in places.items()})
    if any(column.target == "athlete" for column in columns):
        outcome["athlete"] = answers["athlete"].fillna("")
    return outcome.fillna("").reset_index(drop=True), answers.reset_index(drop=True)


def _outcome_of(header: str) -> str:
    plain = folded(re.sub(r"[_\s]+", " ", header).strip())
    return next((what for what, known in OUTCOME_HEADERS.items() if plain in known), "")


def _headers(names: list[str]) -> list[str]:
    """Headers without what the diary's export puts before those of the plan.

    What was done in the end stands beside what was planned there, and counts for nothing.
    """
    planned = {n.removeprefix(_OF_THE_PLAN) for n in names if n.startswith(_OF_THE_PLAN)}
    return [
        f"done_{name}" if name in planned else name.removeprefix(_OF_THE_PLAN)
        for name in names
    ]


def _is_ours(headers: list[str]) -> bool:
    required = {name for name, field in FIELDS.items() if field.required}
    lower = {header.lower() for header in headers}
    return "cramp" in lower and ("probability" in lower or required <= lower)


def _own_table(
    headers: list[str], rows: list[list[str]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    if twice := [name for name, n in Counter(map(str.lower, headers)).items() if n > 1]:
        raise RecordsError(f"Two columns are called {quoted(twice[0], 40)}; keep one.")
    width = len(headers)
    cells = [[*row, *[""] * (width - len(row))][:width] for row in rows]
    table = table_as_it_was(pd.DataFrame(cells, columns=headers, dtype=object))
    table.columns = table.columns.str.strip().str.lower()
    outcome = table[[name for name in OUTCOME_HEADERS if name in table]]
    return outcome, table[[name for name in table if name in FIELDS]]
