"""Sessions whose outcome is known, from a diary's export or a club's own table."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.tables import folded
from riskmodel.inputs.written import number_written, plain_number
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import UnknownColumnWarning, assess_frame
from riskmodel.scoring.probability import Calibration
from riskmodel.squad.headers import words
from riskmodel.squad.unknown import leave_open
from riskmodel.validation.table import DONE_DURATION, OutcomeTable, RecordsError, read_table

Floats = NDArray[np.float64]

DURATION_LIMITS_MIN = (60.0, 120.0, 240.0)
"""Between the classes of duration of a report.  Judgement."""
DURATION_CLASSES = ("up to 1 h", "1 to 2 h", "2 to 4 h", "over 4 h")
NOT_ANSWERED = "not answered"


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
        ``no_probability``, ``probability_not_read``, ``not_scored``, and what the reader
        of lists leaves out, ``hidden_rows`` and ``summaries``.
    n_simulated : int
        Of how many sessions the table says that they were made up, in a column
        ``simulated``; what can be read there as neither yes nor no counts too.
    scorecards : tuple of str
        Fingerprints that stand beside probabilities that were written before.
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
    scorecards: tuple[str, ...] = ()
    n_simulated: int = 0

    @property
    def n_sessions(self) -> int:
        """How many sessions."""
        return len(self.cramp)

    @property
    def n_athletes(self) -> int:
        """How many athletes; as many as sessions where nobody is named."""
        return len(np.unique(self.athlete))

    @property
    def simulated(self) -> str:
        """Whether they were made up: "no", "partly" or "yes"."""
        if self.n_simulated == self.n_sessions:
            return "yes"
        return "partly" if self.n_simulated else "no"

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
        Whether to work out the probability anew where one was written down; without that
        a row whose probability is blank is left out.

    Raises
    ------
    RecordsError
        If there is no column for the outcome, two columns say the same thing, a
        probability is above 1, or there is no row that can be used.
    riskmodel.SquadFileError, riskmodel.inputs.tables.TableFileError
        If it is no table, or a heading is in doubt.

    Examples
    --------
    >>> records = read_records(b"athlete,cramp,probability,duration_min\n"
    ...                        b"Ada,no,0.02,60\nAda,yes,0.2,240\nBen,,0.1,90\n")
    >>> records.n_sessions, records.n_cramps, dict(records.left_out)
    (2, 1, {'no_outcome': 1})
    """
    table = read_table(content)
    outcome, answers = table.outcome, leave_open(table.answers)  # what need not be answered
    if "cramp" not in outcome:
        raise RecordsError("No column says whether there was a cramp; call it cramp.")
    cramp, not_read = _yes_or_no(outcome["cramp"])
    before = not score_again and "probability" in outcome
    if before:
        probability, blank = _written(outcome["probability"])
    else:
        probability = _scored(answers, scorecard, calibration)
        blank = np.zeros(len(outcome), dtype=bool)
    usable = cramp.notna().to_numpy() & np.isfinite(probability)
    unusable = "probability_not_read" if before else "not_scored"
    reasons = np.select(
        [not_read, cramp.isna(), blank, ~usable],
        ["outcome_not_read", "no_outcome", "no_probability", unusable],
        default="",
    )
    if not usable.any():
        raise RecordsError(
            "No row has both an outcome (yes or no) and answers that can be scored."
        )
    return _records(table, answers, cramp, probability, usable, before, reasons)


def _written(cells: pd.Series[str]) -> tuple[Floats, NDArray[np.bool_]]:
    """Probabilities as they were written, NaN for what cannot be read; and blank cells."""
    texts = cells.astype(str).str.strip()
    blank = texts.map(is_blank).to_numpy(dtype=bool)
    read = np.array([_number(text, plain_number) for text in texts])
    if texts.str.endswith("%").any() or (read > 1).any():
        raise RecordsError(
            "A probability is above 1 or in percent; write 0 to 1, such as 0.08 for 8 %."
        )
    return np.where(read >= 0, read, np.nan), blank


def _number(cell: Any, read: Callable[[str], float]) -> float:
    """A number as a person writes it, NaN for what is none."""
    if is_blank(cell):
        return np.nan
    try:
        return read(str(cell))
    except ValueError:
        return np.nan


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
    """Records of arrays, with their groups as the answers tell them.

    Where no duration was planned, that of the session that was done counts.
    """
    minutes = _minutes(answers, "duration_min")
    minutes = np.where(np.isnan(minutes), _minutes(answers, DONE_DURATION), minutes)
    place = np.searchsorted(DURATION_LIMITS_MIN, minutes, side="left")
    named = np.where(np.isnan(minutes), NOT_ANSWERED, np.array(DURATION_CLASSES)[place])
    return Records(
        cramp, probability, athlete, minutes,
        _group(answers, "sport"), _group(answers, "cramp_sessions_12mo"), named,
        written_before, names_athletes, dict(left_out or {}),
    )  # fmt: skip


def _minutes(answers: pd.DataFrame, name: str) -> Floats:
    if name not in answers:
        return np.full(len(answers), np.nan)
    read = partial(number_written, field=FIELDS["duration_min"])
    return np.array([_number(cell, read) for cell in answers[name]], dtype=float)


def _records(
    table: OutcomeTable,
    answers: pd.DataFrame,
    cramp: pd.Series[bool],
    probability: Floats,
    usable: NDArray[np.bool_],
    before: bool,
    reasons: NDArray[np.str_],
) -> Records:
    outcome = table.outcome
    who = outcome.get("athlete", pd.Series("", outcome.index)).astype(str).str.strip()
    names = table.of_one_person or bool((who[usable] != "").any())
    if not table.of_one_person:
        # Whoever is not named among others is nobody else: a person for each row.
        rows = pd.Series(np.arange(len(who)), who.index).astype(str)
        who = who.where(who != "", "\0" + rows)
    records = records_of(
        cramp[usable].to_numpy(dtype=bool),
        probability[usable],
        pd.factorize(who[usable])[0],
        answers[usable],
        written_before=before,
        names_athletes=names,
        left_out=Counter(filter(None, reasons.tolist())) + Counter(table.left_out),
    )
    cards = outcome["scorecard"][usable].unique() if "scorecard" in outcome else ()
    own = tuple(sorted(filter(None, map(str, cards)))) if before else ()
    of_nobody = outcome.get("simulated", pd.Series("", outcome.index))[usable]
    made_up, not_read = _yes_or_no(of_nobody)
    n_simulated = int((made_up.fillna(value=False).to_numpy(dtype=bool) | not_read).sum())
    return replace(records, scorecards=own, n_simulated=n_simulated)


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
        asked = answers.drop(columns=DONE_DURATION, errors="ignore")
        scored = assess_frame(asked, scorecard, calibration, detail=False)
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
