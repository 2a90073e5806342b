"""Sessions of a squad as lines and as the table that `riskmodel.validation` reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from riskmodel.diary.outcomes import DECIMALS, yes_or_no
from riskmodel.diary.squad_session import CHANCES, AthleteRecord, SquadSession
from riskmodel.diary.squad_sweat import sweat_of
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.told import as_text, quoted
from riskmodel.inputs.units import duration_text
from riskmodel.reporting.spreadsheet import to_csv

_SWEAT_COLUMNS = ("sweat_rate_l_h", "sweat_rate_low_l_h", "sweat_rate_high_l_h")
_DECIMALS = {**DECIMALS, "session_wbgt_c": 2, **dict.fromkeys(_SWEAT_COLUMNS, 2)}
_COLUMNS = (
    *("day", "list", "athlete", "sport", "duration_min", *CHANCES),
    *("program", "scorecard", "scorecard_version"),
    *("cramp", "muscle", "cramp_at_min", "session_wbgt_c", *_SWEAT_COLUMNS),
)


def sessions_frame(
    sessions: Sequence[SquadSession], *, names: bool = False
) -> pd.DataFrame:
    """Lay out sessions as the table that `riskmodel.validation` reads, a row for each.

    Parameters
    ----------
    sessions : sequence of SquadSession
    names : bool
        Whether to put in the names, of lists too; without, one name has one number in all
        sessions.
        A name by the row means somebody else in each session, either way.

    Returns
    -------
    pandas.DataFrame
        What nobody has said is ""; who was not there has no row.
    """
    rows = [
        (at, session, record)
        for at, session in enumerate(sessions, start=1)
        for record in session.present
    ]
    people = dict.fromkeys(_named(at, record) for at, _, record in rows)
    shown = {
        name: as_text(name) if names else f"Athlete {n}"
        for n, name in enumerate(people, start=1)
    }
    lists = dict.fromkeys(session.list_name for session in sessions if session.list_name)
    shown_lists = {
        name: as_text(name) if names else f"List {n}"
        for n, name in enumerate(lists, start=1)
    }
    return pd.DataFrame(
        [
            {
                **_row(session, record, shown[_named(at, record)]),
                "list": shown_lists.get(session.list_name, ""),
            }
            for at, session, record in rows
        ],
        columns=_COLUMNS,
    )


def _named(at: int, record: AthleteRecord) -> str:
    own = record.has_own_name
    return record.athlete if own else f"Session {at}, {record.athlete}"


def _row(session: SquadSession, record: AthleteRecord, name: str) -> dict[str, Any]:
    rate = sweat_of(session, record)
    ends = (None,) * 3 if rate is None else (rate.rate_l_h, rate.low_l_h, rate.high_l_h)
    return {
        "day": session.day.isoformat(),
        "athlete": name,
        "sport": session.sport,
        "duration_min": session.duration_min,
        "probability": record.probability,
        "probability_low": record.probability_low,
        "probability_high": record.probability_high,
        "program": session.program,
        "scorecard": session.scorecard,
        "scorecard_version": session.scorecard_version,
        "cramp": yes_or_no(record.cramp),
        "muscle": record.muscle or "",
        "cramp_at_min": record.cramp_at_min,
        "session_wbgt_c": session.wbgt_c,
        **dict(zip(_SWEAT_COLUMNS, ends, strict=True)),
    }


def sessions_csv(sessions: Sequence[SquadSession], *, names: bool = False) -> bytes:
    """Write `sessions_frame` as CSV, in which no text acts as a formula.

    Numbers are rounded: none has a digit that nobody measured.
    """
    return to_csv(sessions_frame(sessions, names=names).round(_DECIMALS))


def session_line(session: SquadSession) -> str:
    """One session in a line, with the list but no athlete's name.

    Examples
    --------
    >>> from datetime import date
    >>> session_line(SquadSession(date(2026, 7, 1), "0.1.0", "abc", "2026.1", "soccer",
    ...                           90.0, (AthleteRecord("Ada", 0.1, 0.05, 0.2),)))
    '2026-07-01 Soccer, 1 h 30: expected 0.1 of 1, cramps 0, not said yet 1, not there 0.'
    """
    sport = FIELDS["sport"].levels.get(session.sport, session.sport)
    here = session.present
    of_list = f" ({quoted(session.list_name, 40)})" if session.list_name else ""
    chances = [r.probability for r in here if r.probability is not None]
    return (
        f"{session.day} {sport}, {duration_text(session.duration_min)}{of_list}: "
        f"expected {sum(chances):.1f} of {len(chances)}, cramps {session.n_cramps}, "
        f"not said yet {len(here) - session.n_known}, "
        f"not there {len(session.athletes) - len(here)}."
    )
