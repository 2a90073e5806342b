"""Columns of a table as the quantities of a log, in our units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.training import cells as read
from riskmodel.training.log import TrainingLogError
from riskmodel.training.moving import settle_duration
from riskmodel.training.pace_check import misread_durations
from riskmodel.training.scales import LENGTHS_M, check_durations, off_scale, slow_distances
from riskmodel.training.sentences import DURATION_FORM, Finding, finding
from riskmodel.training.sessions import UNREADABLE
from riskmodel.training.words import DURATIONS, is_no_session, limit

Array = NDArray[Any]


_WITH_UNITS = ("air_temperature_c", "relative_humidity_pct")
_CLOCK_OF_MINUTES_FROM = 24  # hours that no day has


def example(cell: str) -> str:
    """Cell as it is shown in a sentence."""
    return repr(cell.strip()[:30])


@dataclass(frozen=True)
class Cells:
    """Columns of a file by what they mean, as text."""

    frame: pd.DataFrame
    headers: Mapping[str, str]
    wrong: Array  # rows of another width
    thousands: bool
    own: bool  # whether a person has said what they mean
    notes: list[Finding]

    def numbers(self, what: str) -> Array:
        """Numbers, `UNREADABLE` where a cell says something else.

        None where the column as a whole is on another scale.
        """
        if what not in self.frame:
            return np.full(len(self.frame), np.nan)
        cells = self.frame[what]
        value = read.by_cell(cells, partial(self._numbers, what))
        kept = np.where(self.wrong, np.nan, value)
        if note := off_scale(what, kept, cells, self.headers[what]):
            self.notes.append(note)
            return np.full(len(value), np.nan)
        return value

    def _numbers(self, what: str, cells: pd.Series[str]) -> Array:
        value = read.numbers(cells, thousands=self.thousands)
        unread = np.isnan(value)
        if what in _WITH_UNITS:
            value[unread] = read.with_units(cells[unread], what)
        return _marked(cells, value)

    def minutes(self, what: str, unit_min: float) -> Array:
        """Durations [min], NaN where none was made of a cell."""
        if what not in self.frame:
            return np.full(len(self.frame), np.nan)
        return read.durations_min(self.frame[what], unit_min, thousands=self.thousands)

    def misread(self, what: str, minutes: Array) -> Array:
        """Rows whose duration distance and pace contradict, which are told."""
        header, thousands = self.headers[what], self.thousands
        misread = misread_durations(minutes, self.frame, what, header, thousands=thousands)
        if number := int(misread.sum()):
            cell = self.frame[what][misread].iloc[0].strip()[:30]
            self.notes.append(
                finding("misread_duration", durations=number, header=header, cell=cell)
            )
        return misread

    def filled(self, what: str) -> Array:
        """Rows whose cell says something."""
        return ~read.blank(self.frame[what]).to_numpy(bool)

    def check(self, what: str, unread: Array, kind: str, needed: str) -> None:
        """Stop where most cells of a column are something else than they should be."""
        if not unread.any():
            return
        filled = self.filled(what) & ~self.wrong
        bad = unread & filled
        if bad.sum() > 0.5 * filled.sum():
            raise TrainingLogError(
                f"The column {self.headers[what]} holds "
                f"{example(self.frame[what][bad].iloc[0])}, which is not {kind} that can "
                f"be read: needed is {needed}."
            )


def _marked(cells: pd.Series[str], value: Array) -> Array:
    """Values, `UNREADABLE` where a cell says something of which none was made."""
    unread = np.isnan(value)
    value[unread] = np.where(read.blank(cells[unread]), np.nan, UNREADABLE)
    return value


def durations_min(cells: Cells, rows: pd.DataFrame) -> Array:
    """Give rows their duration, and return the moving time.

    ``unread_duration`` says that there is a cell of which none was made, ``cell`` which,
    ``misread_duration`` that distance and pace contradict it, ``rest`` that a word for a
    day without training stands there, ``no_minutes`` that a person wrote 0; the rest is
    said by `settle_duration`.
    """
    duration = np.full(len(cells.frame), np.nan)
    most = duration.copy()
    filled, rest, misread = np.zeros((3, len(cells.frame)), bool)
    rows["cell"] = pd.Series("", rows.index, dtype="str")
    for what, unit in DURATIONS.items():
        if what in cells.frame:
            minutes = cells.minutes(what, unit)
            written = cells.frame[what].str.strip()
            unread = np.isnan(minutes)
            if cells.own:
                unread[unread] = ~_says_rest(written[unread])
                rest |= np.isnan(minutes) & ~unread
            cells.check(what, unread, "a duration", DURATION_FORM)
            if cells.own:
                check_durations(what, minutes, written, cells.headers[what])
                minutes = _without_unclear_clocks(what, minutes, written)
            kept = np.where(cells.wrong, np.nan, minutes)
            misread |= cells.misread(what, kept)
            duration = np.where(np.isnan(duration), minutes, duration)
            most = np.fmax(most, minutes)
            filled |= cells.filled(what)
            rows["cell"] = rows["cell"].mask(rows["cell"] == "", written)
    elapsed = _elapsed_min(cells, duration)
    rows["misread_duration"] = misread
    duration, elapsed = (np.where(misread, np.nan, way) for way in (duration, elapsed))
    settle_duration(rows, duration, elapsed)
    rows["rest"] = rest & rows["duration_min"].isna()
    rows["no_minutes"] = cells.own & (most == 0)
    rows["unread_duration"] = filled & rows["duration_min"].isna()
    return duration


def _says_rest(written: pd.Series[str]) -> Array:
    return read.by_cell(
        written, lambda words: np.array([is_no_session(word) for word in words], bool)
    )


def _without_unclear_clocks(meaning: str, minutes: Array, written: pd.Series[str]) -> Array:
    """Durations without clocks such as 1:05 that may be of hours or of minutes.

    A 50:12 in the column tells that all of them are of minutes.
    """
    first = read.floats(written.str.extract(r"^(\d{1,3}):\d{2}$")[0])
    if meaning == "duration_h" or (first >= _CLOCK_OF_MINUTES_FROM).any():
        return minutes
    # A clock of 0 is none, whatever its unit.
    unclear = (first < limit("clock_of_minutes_from")) & (minutes != 0)
    return np.where(unclear, np.nan, minutes)


def _elapsed_min(cells: Cells, duration: Array) -> Array:
    """Time from start to end where a file has it."""
    elapsed, shown = (
        cells.minutes(what, DURATIONS["duration_s"])
        for what in ("elapsed_s", "elapsed_as_shown_s")
    )
    # Nobody moves longer than the session lasts, and Strava writes the elapsed time
    # twice.  A second of difference is rounding.
    for apart in (duration - elapsed, np.abs(shown - elapsed)):
        known = ~np.isnan(apart) & ~cells.wrong
        if (bad := known & (apart > 1.5 / 60)).sum() > 0.5 * max(known.sum(), 1):
            row = cells.frame[bad].iloc[0]
            found = ", ".join(
                f"{cells.headers[what]} {example(row[what])}"
                for what in (*DURATIONS, "elapsed_s", "elapsed_as_shown_s")
                if what in row
            )
            raise TrainingLogError(
                f"The durations in this file contradict each other, as in {found}: nobody "
                "moves longer than a session lasts; look whether the cells stand under "
                "their headers."
            )
    return np.where(np.isnan(elapsed), shown, elapsed)


def first_known(*ways: Array) -> Array:
    """The first number of each row, `UNREADABLE` where there is none but other words."""
    value = ways[0]
    for way in ways[1:]:
        value = np.where(np.isfinite(value) | np.isnan(way), value, way)
    return value


def effort(cells: Cells) -> Array:
    """Effort of 1 to 10; one of 6 to 20 has no place there that a source gives."""
    borg = cells.numbers("session_rpe_borg")
    if number := int(np.isfinite(borg).sum()):
        cells.notes.append(finding("borg_open", values=number))
    return first_known(
        cells.numbers("session_rpe"), np.where(np.isfinite(borg), np.nan, borg)
    )


def distance_m(cells: Cells, duration_min: Array, swims: NDArray[np.bool_]) -> Array:
    """Distance [m]; in a list without units, a distance of 0 is none."""
    if "distance_as_shown" not in cells.frame:
        ways = [cells.numbers(way) * metres for way, metres in LENGTHS_M.items()]
        if cells.own and "distance_m" in cells.frame:
            written, header = cells.frame["distance_m"], cells.headers["distance_m"]
            if note := slow_distances(ways[0], duration_min, written, header):
                cells.notes.append(note)
                ways[0] = np.full(len(duration_min), np.nan)
        return first_known(*ways)
    shown = cells.frame["distance_as_shown"]
    pace = cells.frame.get("pace_as_shown", pd.Series("", shown.index, dtype="str"))
    value = read.garmin_distances_m(shown, pace, duration_min, swims)
    number = read.numbers(shown, thousands=cells.thousands)
    no_unit = np.isnan(value) & (number > 0) & (duration_min > 0) & ~cells.wrong
    if no_unit.any():
        cell = shown[no_unit].iloc[0].strip()[:30]
        minutes = float(duration_min[no_unit][0])
        told = {"values": int(no_unit.sum()), "cell": cell, "minutes": minutes}
        cells.notes.append(finding("no_human_speed", **told))
    return np.where(number >= 0, value, _marked(shown, value.copy()))


def intensity_factor(cells: Cells, duration_min: Array) -> Array:
    """Intensity factor as given, or from the stress score, which is h × IF² × 100.

    A 0 stands for "not computed", not for rest.  A factor of a table of one's own that
    cannot be is to be told, not replaced.
    """
    score = cells.numbers("training_stress_score")
    with np.errstate(divide="ignore", invalid="ignore"):
        by_score = np.sqrt(score / (duration_min / 60 * 100))
    by_score = np.where(score < 0, UNREADABLE, by_score)
    factor, percent = cells.numbers("intensity_factor"), cells.numbers("intensity_pct")
    ways = (factor, percent / 100, by_score)
    return first_known(*(np.where(way == 0, np.nan, way) for way in ways))
