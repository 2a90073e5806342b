"""Rows of a table that are none of sessions: headings, notes, totals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.date_words import months, weekdays
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.tables import folded
from riskmodel.training.cells import says_nothing, written_number
from riskmodel.training.log_table import Table
from riskmodel.training.sentences import Finding, finding
from riskmodel.training.sessions import by_value
from riskmodel.training.table_body import TableBody
from riskmodel.training.words import activity_words, is_said, numbered, sport_of
from riskmodel.training.words import table as words_of_logs

_MONTH_OR_YEAR = re.compile(r"(?P<month>[^\W\d_]*)\.?[\s/-]*(?:\d{4})?")
_WORD = re.compile(r"[^\W\d_]+")


def headings_of(
    body: TableBody, table: Table, undated: pd.Series[bool]
) -> tuple[NDArray[np.bool_], list[Finding]]:
    """Rows with a heading or a note and nothing else, such as Week 27 or Exported by."""
    heading = np.zeros(len(undated), bool)
    cells = []
    for place in np.flatnonzero(undated).tolist():
        row = body.rows()[place]
        filled = [column for column, cell in enumerate(row) if not says_nothing(cell)]
        if len(filled) > 1:
            continue
        named = filled and filled[0] == table.places.get("sport") and filled[0] > 0
        if not filled or (not named and _is_heading(row[filled[0]])):
            heading[place] = True
            cells += [row[column].strip()[:30] for column in filled]
    if not cells:
        return heading, []
    return heading, [finding("headings", rows=int(heading.sum()), cell=cells[0])]


def _is_heading(text: str) -> bool:
    """Whether a text is of words, and neither a date, a duration nor an activity.

    A month with or without a year is one too; a date that cannot be read is none.
    """
    month = _MONTH_OR_YEAR.fullmatch(text.strip())
    if month and (not month["month"] or folded(month["month"]) in months()):
        return True
    if sport_of(text) or folded(text).replace(" ", "") in activity_words():
        return False
    if np.isfinite(written_number(text.strip(), FIELDS["duration_min"])):
        return False
    word = _WORD.search(text)
    if word is None or (word.start() > 0 and len(word[0]) <= 2):
        return False  # 32nd, 32 de julio, T07:00
    return folded(word[0]) not in months().keys() | weekdays()


def no_sessions(
    rows: pd.DataFrame, body: TableBody, table: Table, said: Mapping[str, str]
) -> list[str]:
    """Why a row cannot be a session whatever its cells say, a key of SKIPPED, or empty."""
    headers = table.headers
    sums = by_value(
        rows["activity"], lambda word: not is_said(word, said) and _is_sum(word)
    )
    skipped = np.where(body.widths != len(headers), "other_width", "").astype(object)
    skipped[(skipped == "") & sums.to_numpy(bool)] = "summary"
    activities = rows["activity"].tolist()
    for place in np.flatnonzero(rows["moment"].isna()).tolist():
        row = body.rows()[place]
        if numbered(row) == headers:
            skipped[place] = "second_headers"
        elif _sums_up(row, activities[place]):
            skipped[place] = "summary"
    return [*map(str, skipped)]


def _sums_up(row: list[str], activity: str) -> bool:
    """Whether a row without a date begins with a word such as Total, and no session."""
    first = next((cell for cell in row if cell.strip(" 0123456789.,:-")), "")
    return bool(first) and all(map(_is_sum, filter(None, (first, activity))))


@cache
def _summary_words() -> tuple[frozenset[str], frozenset[str]]:
    words = words_of_logs()["summary"]
    return frozenset(map(folded, words["words"])), frozenset(map(folded, words["beside"]))


def _is_sum(text: str) -> bool:
    """Whether a text is of words such as Total, with the time that it is of, if any."""
    sums, beside = _summary_words()
    first, *rest = folded(text).split() or [""]
    said = [first, *(word for word in rest if not word.isdigit())]
    if " ".join(said) in sums:
        return True
    return not sums.isdisjoint(said) and not {*said} - sums - beside - months().keys()
