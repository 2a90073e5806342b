"""What was noticed about a log as data, and the sentence for each kind of it."""

from __future__ import annotations

import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from riskmodel.inputs.told import counted
from riskmodel.inputs.units import duration_text
from riskmodel.training.words import MEANINGS


@dataclass(frozen=True)
class Finding:
    """Something noticed about a log."""

    kind: str  # which sentence says it, one of those below
    details: tuple[tuple[str, Any], ...] = ()  # numbers, days and names in it


SHOWN = 5
"""Words or days that one sentence names."""


def finding(kind: str, **details: Any) -> Finding:
    """Make a finding of a kind with the numbers, days and names that belong to it."""
    return Finding(kind, tuple(details.items()))


SKIPPED = {
    "second_headers": "a second row of headers",
    "other_width": "not as many cells as there are headers",
    "day_off": "a day without training",
    "rest_with_duration": "a day without training that has a duration",
    "not_moved": "less than a minute of movement, or none known, in more than 6 hours",
    "no_minutes": "a duration of 0, so no session",
    "heading": "a heading or a note, no session",
    "no_date": "no date that can be read",
    "planned": "planned, not done",
    "no_duration": "no duration",
    "unread_duration": "a duration that cannot be read",
    "misread_duration": "a duration that distance and pace contradict",
    "summary": "a total or an average, no session",
    "too_short": "shorter than a minute",
    "twice": "in the file twice",
    "same_hours": "at the same hours as another session",
    "in_another_file": "the same session in another file",
    "unread_file": "a whole file",
}
"""Why a row was left out."""

MAY_BE_SESSIONS = (
    "other_width",
    "rest_with_duration",
    "no_date",
    "no_duration",
    "not_moved",
    "unread_duration",
    "misread_duration",
)
"""Reasons that do not say that there was no session."""

PERHAPS_TWICE = "which_session"
"""Why a day is in doubt of which every row could be read, and what says so."""

DATE_FORM, DURATION_FORM = "2026-07-31, or 2026-07-31 07:05", "1:05:00, 1 h 05, or a number"
"""How a date and a duration can always be written."""

_ENDS = "log ends on {end}; whether you trained on the days after, it does not say."
_BACK = "The log goes back only {days:day}; needed "
_LONGEST = "Longest similar session ({sport}) of the last "
_OF = ": {minutes:time} on {day}, from {sources}."

# Details are written as `_Writer` says: a noun counts, "year" belongs to a day.
_BY_ZONE = {
    "local_time": "Local time is that of {zone}.",
    "utc_written": "Times that name UTC, such as {cell}, are those of Greenwich; local "
    "time is that of {zone}.",
    "fit_local_time": "FIT files write UTC; local time is that of {zone}.",
    "track_local_time": "Where a file writes UTC, local time is that of {zone}.",
}
"""Times that the time zone of the reader makes local."""

_ASSUMED = {
    **_BY_ZONE,
    "as_written": "{text}",
    "own_clock": "Times with their own offset, such as {cell}, are local as they stand.",
    "from_to": "Where two times stand together, as in {cell}, the first is the start.",
    "midnights": "Midnights, such as {cell}, stand for days without a time.",
    "date_order": "Dates in {header} begin with the {first}, as {cell} tells.",
    "two_digit_years": "Years with two digits, such as in {cell}, are those from 1969 to "
    "2068.",
    "serial_dates": "Numbers such as {cell} are dates as Excel counts days.",
    "elapsed_used": "{sessions:session} with a moving time under a minute or under a tenth "
    "of the elapsed one, or none that can be read: the elapsed time is used.",
    "watch_left_on": "{sessions:session} with an elapsed time of more than ten times the "
    "moving one and of more than {hours:g} hours, a watch left running perhaps: the moving "
    "time is used.",
    "gpx_duration": "A GPX file tells no duration: it is the time from its first point to "
    "its last.",
    "garmin_archive": "Garmin's archive writes local time, durations in milliseconds and "
    "distances in centimetres.",
    "apple_health": "Apple Health writes the time of the phone that made the export; local "
    "time is that of the zone of each workout where it names one.",
    "health_connect": "Health Connect writes UTC with the distance of local time from it.",
    "fit_tells_local_time": "FIT files write UTC; the local time comes from the file.",
    "not_training": "{sessions:session} {sessions:is} read as no training, which counts "
    "only if you say so: {named}.",
    "told_elsewhere": "{rows:row} that could not be read {rows:is} taken for the session "
    "of the same day in another file.",
    "cut": "{sessions:session} longer than 24 hours cut to 24, a watch left running "
    "perhaps: {days:year}.",
}
"""Units, times and limits that were taken for granted."""

_DOUBTS = {
    "wrong_checksum": "The checksum of the FIT file is wrong: it may be damaged. What "
    "could be read was kept.",
    "breaks_off": "The file breaks off; what stood before was kept.",
    "gpx_gaps": "{gaps:gap} of more than {hours:g} hours between the points of a GPX file: "
    "what lies before and after counts as sessions of their own, a single point as none.",
    "files_unread": "{files:file} could not be read, such as {name}: {why}",
    "unknown_activity": "The sport of {sessions:session} is not known here: {named}.",
    "same_hours": "{rows:row} overlap with another in time, the first on {first:year}: the "
    "same hours count once.",
    "several_sports": "{sessions:session} with rows of several sports at the same hours, "
    "the first on {first:year}: each counts once, and its sports answer as long as their "
    "own rows.",
    "over_a_day": "{rows:row} overlap one after the other for more than 24 hours, the "
    "first on {first:year}: each is counted.",
    "left_running": "{others:session} {others:is} within {sessions:session} of more than "
    "12 hours, the first on {first:year}, a watch left running perhaps: each is counted.",
    "no_date": f"{{rows:row}} with a date that cannot be read, such as {{cell}}: needed is "
    f"{DATE_FORM}.",
    "unread_duration": "{rows:row} with a duration that cannot be read, such as {cell}: "
    f"needed is {DURATION_FORM}.",
    "unread": "{values:{noun}} could not be read{cell:such as} and {values:is} left open: "
    "needed is {allowed:a number of}.",
    "outside": "{values:{noun}} outside {allowed}{cell:such as} {values:is} left open.",
    "misread_duration": "{durations:duration} in {header} contradicted by distance and "
    "pace, such as {cell}, {durations:is} left open: a spreadsheet program may have moved "
    "minutes to hours, or hours to minutes.",
    "no_human_speed": "{values:distance}{cell:such as} {values:is} left open: with the "
    "duration, {minutes:time} there, no unit makes a human speed of it.",
    "off_scale": "{cells} of {of:cell} in {header} lie outside {allowed}, such as {cell}: "
    "the whole column is left open.",
    "off_scale_likely": "{cells} of {of:cell} in {header} lie outside {allowed}, such as "
    "{cell}: the whole column is left open. It looks like another scale, and is read if "
    "you say so: {likely:meaning}.",
    "slow_distances": "{cells} of {of:cell} in {header} are too short for their time, such "
    "as {cell}: the whole column is left open. It looks like another scale, and is read if "
    "you say so: {likely:meaning}.",
    "borg_open": "{values:effort} on the scale of 6 to 20 {values:is} left open: no source "
    "gives their place on the scale of 1 to 10.",
    "no_such_offset": "No place has the offset of {cell}: such times are local as they "
    "stand.",
    "which_session": "On {days:day}, the first {first:year}, a row without a sport may be "
    "one of several sessions of another file: each is counted.",
    "efforts_differ": "How hard {sessions:session} felt, the first on {first:year}, two "
    "files say differently: it is left open.",
    "alike_but_length": "{rows:row} of two files of one program, the first on "
    "{first:year}, differ in length alone: each is counted.",
    "hours_apart": "{sessions:session} may stand in two files at different hours, the "
    "first on {first:year}, {hours:hour} apart: counted as two, since most others are not "
    "so.",
}
"""What a reader should look at."""

_LEFT_OUT = {
    "left_in_archive": "Not needed: {files:other file} in the archive.",
    "headings": "{rows:heading or note} without a session, such as {cell}.",
    "same_file": "{name} is the same file as {first}: counted once.",
}
"""What else was left out than rows."""

_OPEN = {
    "nothing_before": "The log has no session before {on:year}.",
    "not_before": "{sessions:session} from {on:year} on, the latest on {latest:year}, "
    "{sessions:is} not counted.",
    "doubtful": "{rows:row} that may be {rows:a session} of these days could not be read: "
    "{why:why}{cell:in brackets}.",
    "files_in_doubt": "{files:file} that may hold sessions of these days could not be "
    "read, such as {name}.",
    "counted_twice": "On {days:day}, the first {first:year}, a session may stand in two "
    "files: which one, they do not say.",
    "sport_open": "How much of {sessions:session} of the last 4 weeks was {sport}, the log "
    "does not say: {named}.",
    "sport_open_longer": "How much of {sessions:longer session} of the last 4 weeks was "
    "{sport}, the log does not say: {named}. The longest known is {minutes:time} on {day}.",
    "ended_long_ago": "The log ends on {end:year}, {days} days before the session: what "
    "came after, it does not say.",
    "no_calendar": "FIT, TCX and GPX files hold one session each: whether there were "
    "others, no file says.",
    "ends": f"The {_ENDS}",
    "list_ends": f"Besides files of one session each, the {_ENDS}",
    "between_files": "No list covers {first} to {last}: whether you trained on these days, "
    "no file says.",
    "under_a_week": f"{_BACK}is a week.",
    "under_7_days": f"{_BACK}are 7.",
    "under_14_days": f"{_BACK}are 14.",
    "under_4_weeks": f"{_BACK}are 4 weeks.",
    "under_3_days": "The log does not go back 3 days.",
    "similar_to_other": "Which sessions are similar, other does not say.",
    "similar_only_cut": "The only similar sessions of the last 4 weeks are longer than 24 "
    "hours.",
    "none_in_fit": "There is no {sport} in the files of one session each.",
    "none_so_far": "There is no {sport} in the log, and it goes back only {days:day}.",
    "hardness_open": "How hard the session on {day} was, the log does not say: no effort, "
    "and neither intensity nor heart rate that settles it.",
    "no_planned_weather": "What is similar depends on the weather of the session, which is "
    "not known.",
    "no_weather": "The file has no weather of the last 14 days; the temperature that a "
    "device measures on the wrist or the bar is not that of the air.",
    "load_with_cut": "A session of more than 24 hours in the last 4 weeks makes the load "
    "unclear.",
    "no_usual_load": "There was no session in the 3 weeks before the last 7 days.",
}
"""Why a log does not answer."""

_SOURCES = {
    "longest": f"{_LONGEST}4 weeks{{end:up to}}{_OF}",
    "longest_of_all": f"{_LONGEST}{{days:day}}{{end:up to}}, all it holds{_OF}",
    "none_similar": "No {sport} in the last 4 weeks{end:up to}, in {sources}.",
    "cut_not_used": "One of more than 24 hours was not used.",
    "at_least": "It is at least that: whether there were longer ones, no file says.",
    "at_least_known": "It is at least that: no list covers {first} to {last}.",
    "a_week_since_gap": "{sessions:session} in {end:the} {days} days{end:up to}, all since "
    "a stretch that no list covers, in {sources}.",
    "a_week": "{sessions:session} in {end:the} 4 weeks{end:up to}, in {sources}.",
    "a_week_of_all": "{sessions:session} in {end:the} {days} days{end:up to}, which is all "
    "it holds, in {sources}.",
    "hard": "{hard} of {sessions:session} in the last 3 days hard by effort (7 of 10 or "
    "more), intensity or heart rate, in {sources}.",
    "trained": "Sessions on {trained} of the last 7 days, in {sources}.",
    "heat": "{days:day} with a session in similar heat in the last 14{end:up to} (air at "
    "most {air_c:g} °C below the plan, or WBGT {wbgt_c:g} °C), by the weather of {known} "
    "of {sessions:session}, in {sources}.",
    "load": "Load of the last 7 days is {ratio:.2f} times that of the 3 weeks before, "
    "{estimated:.0%} of it estimated, in {sources}.",
    "rested": "After {last}, up to {end}, you did not train, as you say.",
    "at_most": "The question takes {most:g} at most.",
}
"""Where an answer comes from."""

_SENTENCES = {**_ASSUMED, **_DOUBTS, **_LEFT_OUT, **_OPEN, **_SOURCES}


_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905


def day_words(day: date, *, year: bool = False) -> str:
    """A day as people say it, in whatever language the machine is set up.

    Examples
    --------
    >>> day_words(date(2026, 7, 12)), day_words(date(2026, 7, 12), year=True)
    ('12 Jul', '12 Jul 2026')
    """
    return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")


def is_assumed(found: Finding) -> bool:
    """Whether a finding says what was taken for granted."""
    return found.kind in _ASSUMED


def is_by_zone(found: Finding) -> bool:
    """Whether a finding says that the time zone of the reader settles the days."""
    return found.kind in _BY_ZONE


def is_left_out(found: Finding) -> bool:
    """Whether a finding says what was left out."""
    return found.kind in _LEFT_OUT


_ONE_OR_MORE = {"is": ("is", "are"), "a session": ("a session", "sessions")}


class _Writer(string.Formatter):
    """Writes days, times, lists and counted nouns, besides what Python itself formats."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "meaning":
            return " or ".join(MEANINGS[each] for each in value)
        if format_spec == "such as":
            return f", such as {value}," if value else ""
        if format_spec == "a number of":
            return f"a number of {value}" if value else "a number"
        if isinstance(value, tuple):
            return ", ".join(self.format_field(each, format_spec) for each in value)
        if format_spec == "up to":  # where a log ends, if that is earlier than asked
            return f" up to {day_words(value)}, where the log ends" if value else ""
        if format_spec == "time":
            return duration_text(value)
        if format_spec == "the":
            return "the" if value else "the last"
        if format_spec in _ONE_OR_MORE:
            return _ONE_OR_MORE[format_spec][value != 1]
        if format_spec == "why":
            return SKIPPED[value]
        if format_spec == "in brackets":  # what stands there, as it is written
            return f" ({value[:30]!r})" if value else ""
        if isinstance(value, date):
            return day_words(value, year=format_spec == "year")
        if len(format_spec) > 1 and format_spec[0].isalpha():
            return counted(value, format_spec)
        return format(value, format_spec)


def sentence(found: Finding) -> str:
    """Say a finding.

    Examples
    --------
    >>> sentence(finding("under_a_week", days=1))
    'The log goes back only 1 day; needed is a week.'
    >>> sentence(finding("outside", values=2, noun="effort", allowed="1 to 10", cell="11"))
    '2 efforts outside 1 to 10, such as 11, are left open.'
    """
    return _Writer().format(_SENTENCES[found.kind], **dict(found.details))


def sentences(findings: Iterable[Finding]) -> str:
    """Say findings one after the other."""
    return " ".join(map(sentence, findings))
