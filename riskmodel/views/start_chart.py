"""The pictures of Best start: one start against the planned one, and all in a calendar."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from riskmodel.reporting.starts import (
    athletes_brief,
    date_words,
    day_words,
    number_of,
    span_words,
    start_words,
    weekday_word,
)
from riskmodel.scoring.bands import in_100_brief
from riskmodel.starts.best import BestStart, BestStartSquad
from riskmodel.starts.calendar import start_calendar
from riskmodel.views import look
from riskmodel.weather.hours import clock_words

Best = BestStart | BestStartSquad


def _athletes(best: Best) -> int | None:
    """How many athletes a number is of; None for one session."""
    return best.n_scored if isinstance(best, BestStartSquad) else None


def _of(best: Best) -> str:
    n = _athletes(best)
    return "of 100 sessions" if n is None else f"of {n} athlete{'s' * (n != 1)}"


def number_html(best: Best, value: float) -> str:
    """Write the number of a start, in little room."""
    return escape(number_text(best, value))


def number_text(best: Best, value: float) -> str:
    """Write the number of a start in little room, for a label."""
    return in_100_brief(value) if _athletes(best) is None else athletes_brief(value)


# ------------------------------------------------------------------------- one start


def card_html(best: Best, row: pd.Series[Any]) -> str:
    """Draw the number of a start, and that of the planned start before it."""
    planned = best.planned
    if planned is not None and (planned["problem"] or planned.name == row.name):
        planned = None
    before = ""
    if planned is not None:
        old = number_html(best, number_of(best, planned))
        before = f'<s>{old}</s><span class="cr-hidden"> becomes </span>'
    number = number_html(best, number_of(best, row))
    return (
        f'<div class="cr-card cr-start b-{row["band"]}" {look.VEILED} role="status">'
        f"<b>{start_words(row['start'], row['end'])}</b>"
        f'<div class="cr-top"><span class="cr-num">{before}{number}</span>'
        f'<span class="cr-of">{_of(best)}</span>'
        f'<span class="cr-side">{look.chip(row["band"])}'
        f'<span class="cr-note">range {span_words(best, row, "under")}</span></span></div>'
        f"{_scale(best, row, planned)}{look.band_words(row['band'])}"
        f'<p class="cr-note cr-planned">{_planned_html(best, row)}</p></div>'
    )


def _planned_html(best: Best, row: pd.Series[Any]) -> str:
    """Say what the planned start would bring, beside another one."""
    planned = best.planned
    if planned is None:
        return "Set your planned start under the clock to compare with it."
    if planned.name == row.name:
        return "Your planned start"
    when = f"{day_words(planned['start'])}, {clock_words(planned['start'])}"
    if planned["problem"]:
        return f"No number for your planned start, {when}. {escape(planned['problem'])}"
    number = number_html(best, number_of(best, planned))
    return f"Your planned start, {when}: {number} {look.chip(planned['band'])}"


def _scale(best: Best, row: pd.Series[Any], planned: pd.Series[Any] | None) -> str:
    """Draw the place among the bands, of a squad by its share of athletes."""
    name = "expected" if isinstance(best, BestStartSquad) else "probability"
    n = _athletes(best) or 1
    was = None if planned is None else planned[name] / n
    return look.scale(row[name] / n, row[f"{name}_low"] / n, row[f"{name}_high"] / n, was)


# ------------------------------------------------------------------------- all of them


def calendar_html(best: Best, chosen: pd.Timestamp) -> str:
    """Draw days across and hours down, each start with its number on its band's colour."""
    cells = start_calendar(best)
    cells = cells[cells["clock"].isin(cells.loc[cells["allowed"], "clock"])]
    days = sorted(set(cells["day"]))
    first = {day: cells.loc[cells["day"] == day, "start"].iloc[0] for day in days}
    head = "".join(
        f'<th scope="col">{weekday_word(start)}<small>{date_words(start)}</small></th>'
        for start in first.values()
    )
    lines = []
    for clock, of_clock in cells.groupby("clock", sort=False):
        by_day = {row["day"]: row for _, row in of_clock.iterrows()}
        tds = "".join(_cell(best, by_day.get(day), chosen) for day in days)
        lines.append(f'<tr><th scope="row">{clock}</th>{tds}</tr>')
    of = _of(best)
    wide = f"max-width: {4 + 14 * len(days)}rem"
    return (
        f'<table class="cr-cal" style="{wide}" aria-label="Number {of} with a cramp, by '
        'day and start"><thead><tr><th scope="col"><span class="cr-hidden">Start</span>'
        f"</th>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        f'<p class="cr-key"><span>{of}</span><span><i class="sun"></i>the sun is down'
        "</span><span>★ best of its day</span><span>◆ planned</span>"
        f'<span><i class="mine"></i>chosen</span>{_key_of_open(cells)}</p>'
    )


def _key_of_open(cells: pd.DataFrame) -> str:
    """Say what the dash of a start without a number means, where there is one."""
    if not (cells["problem"] != "").any():
        return ""
    return "<span>– no number: weather is missing</span>"


def _cell(best: Best, cell: pd.Series[Any] | None, chosen: pd.Timestamp) -> str:
    if cell is None:
        return '<td class="none"><span class="cr-hidden">no start</span></td>'
    if cell["problem"]:
        why = escape(cell["problem"])
        return f'<td class="none" title="{why}">–<span class="cr-hidden"> {why}</span></td>'
    marks = [
        mark
        for holds, *mark in (
            (not cell["sun_up"], "dark", "", "the sun is down"),
            (cell["best_of_day"], "best", "★", "best of its day"),
            (cell["planned"], "planned", "◆", "planned"),
            (cell["start"] == chosen, "chosen", "", "chosen"),
            (not cell["allowed"], "out", "", "outside your limits"),
        )
        if holds
    ]
    classes = " ".join([f"b-{cell['band']}", *(mark[0] for mark in marks)])
    signs = "".join(mark[1] for mark in marks)
    words = ", ".join(mark[2] for mark in marks)
    share = cell["value"] / (_athletes(best) or 1)
    strength = min(45.0, 12.0 + look.place_pct(share))
    sign = f'<i aria-hidden="true">{signs}</i>' if signs else ""
    said = f'<span class="cr-hidden"> {words}</span>' if words else ""
    number = number_html(best, cell["value"])
    return f'<td class="{classes}" style="--s:{strength:.0f}%">{sign}{number}{said}</td>'
