"""The table of sessions, and its answers: read, checked, and settled by each other."""

from __future__ import annotations

from textwrap import indent

from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.sql.pieces import DOUBLE, number, one_of, step, text
from riskmodel.sql.sources import read_sources

TABLE = "cramp_sessions"
"""The table that the SQL reads."""

QUANTITIES = {
    "wbgt_c_used": "WBGT of the session as it counts, in °C; open in the water",
    "body_mass_loss_pct": "body mass lost to sweat beyond drinking, in %; needed",
    "sodium_deficit_mg": "sodium sweated and not drunk, in mg; needed",
}
"""Quantities of the physiology that the table holds beside the answers."""

NEEDED = ("body_mass_loss_pct", "sodium_deficit_mg")
"""Those of them without which there are no points: they have no average."""

ASKED = tuple(field for field in FIELDS.values() if field.kind != "text")

_TYPES = {"number": DOUBLE, "time": "timestamp with time zone"}
# Longest sessions below it count as none: a ratio to nothing would be no number.
_NO_SESSION_MIN = "0.000001"
_PREPARED_FOR_MIN = "240"


def table() -> str:
    """Statement that makes the table, where there is none yet."""
    columns = [
        ("session_id", "text", "yours, to know the row again"),
        *((f.name, _TYPES.get(f.kind, "text"), _comment(f)) for f in FIELDS.values()),
        *((name, DOUBLE, told) for name, told in QUANTITIES.items()),
    ]
    lines = [f"    {name} {kind}, -- {told}" for name, kind, told in columns]
    lines[-1] = lines[-1].replace(", --", " --", 1)
    return f"CREATE TABLE IF NOT EXISTS {TABLE} (\n" + "\n".join(lines) + "\n);"


def answer_steps() -> list[str]:
    """Steps from the table to the answers that count: column by column, row by row."""
    return [_read_step(), _checking_step(), _settling_step()]


def _read_step() -> str:
    numbers = [f"nullif({name}, 'NaN') AS {name}" for name in QUANTITIES]
    return step(
        "written",
        ["session_id", *map(_written, ASKED), *numbers],
        TABLE,
        "What stands in the table; an empty text and NaN are open, levels are spelt alike, "
        "lists stand between semicolons.",
    )


def _checking_step() -> str:
    problems = indent(",\n".join(["'; '", *_problems()]), "    ")
    return step(
        "checked",
        ["*", f"concat_ws(\n{problems}\n) AS problems"],
        "written",
        "What keeps a row from being scored: an answer that is not allowed, one that is "
        "needed and missing, a warning sign that no doctor has looked at.",
    )


def _settling_step() -> str:
    in_air = asked(FIELDS["wbgt_c"])
    planned = f"least(duration_min, {_PREPARED_FOR_MIN})"
    longest = f"greatest(longest_recent_min, {_NO_SESSION_MIN})"
    # Asked for NULL by itself, which greatest() passes over.
    ratio = f"CASE WHEN longest_recent_min IS NOT NULL THEN {planned} / {longest} END"
    return step(
        "answers",
        [
            "session_id",
            "problems",
            *map(_settled, _counted()),
            *NEEDED,
            f"CASE WHEN {in_air} THEN coalesce(wbgt_c_used, wbgt_c) END AS wbgt_c_used",
            "body_mass_kg / (height_cm / 100 * height_cm / 100) AS bmi_kg_m2",
            f"{ratio} AS preparedness_ratio_4h",
        ],
        "checked\n    WHERE problems = ''",
        "Some answers settle other questions. A measured WBGT counts where none is given; "
        "in the water the air says nothing. Of the duration 4 hours count against the "
        "longest recent session.",
    )


def _counted() -> list[Field]:
    """Questions whose answers count, or whose openness does."""
    read = {row["quantity"] for row in read_sources().factors}
    return [field for field in ASKED if field.scored or field.name in read]


def settles(field: Field) -> str:
    """Whether another answer settles a question."""
    return f"({_settling(field)}) IS TRUE"


def asked(field: Field) -> str:
    """Whether no other answer settles a question."""
    return f"({_settling(field)}) IS NOT TRUE"


def _settling(field: Field) -> str:
    assert field.settled is not None
    by, levels = field.settled.by, field.settled.levels
    named = one_of(by, [level for level in FIELDS[by].levels if level in levels])
    return f"{by} IS NULL OR {named}" if None in levels else named


def _comment(field: Field) -> str:
    if field.kind == "text":
        return "a name or label; never scored"
    return field.allowed + ("; needed" if field.required else "")


def _written(field: Field) -> str:
    name = field.name
    if field.kind == "time":
        return name
    if field.kind == "number":
        return f"nullif({name}, 'NaN') AS {name}"
    around = r"'^\s+|\s+$', '', 'g'"
    plain = f"nullif(regexp_replace(lower({name}), {around}), '')"
    if field.kind == "levels":
        between = r"'[\s;]*;[\s;]*', ';', 'g'"
        plain = f"nullif(regexp_replace(';' || {plain} || ';', {between}), ';')"
    return f"translate({plain}, ' \N{EN DASH}', '_-') AS {name}"


def _allowed(field: Field) -> str:
    name = field.name
    if field.kind == "number":
        return f"{name} BETWEEN {number(field.low)} AND {number(field.high)}"
    if field.kind == "time":
        ends = (f"TIMESTAMPTZ '{year}-01-01 00:00:00+00'" for year in (1900, 2200))
        return f"{name} BETWEEN {' AND '.join(ends)}"
    if field.kind == "level":
        return one_of(name, field.levels)
    items = "|".join(field.levels)
    # A regular expression: + is the only sign of a level that means more in one.
    return f"{name} ~ '^;((none;)+|(({items.replace('+', '[+]')});)+)$'"


def _problems() -> list[str]:
    found = []
    for field in ASKED:
        name = field.name
        found.append(f"CASE WHEN NOT ({_allowed(field)}) THEN '{name}: not_allowed' END")
        if field.required:
            needed = f" AND {asked(field)}" if field.settled else ""
            found.append(f"CASE WHEN {name} IS NULL{needed} THEN '{name}: missing' END")
    found.append(
        f"CASE WHEN {_allowed(FIELDS['red_flags'])} AND position(';none;' IN red_flags) = 0"
        " AND red_flags_seen IS DISTINCT FROM 'yes'"
        " THEN 'red_flags: sign_not_looked_at' END"
    )
    found += [f"CASE WHEN {name} IS NULL THEN '{name}: missing' END" for name in NEEDED]
    return found


def _settled(field: Field) -> str:
    """An answer as it counts: its own, or what another answer makes of it."""
    rule, name = field.settled, field.name
    if rule is None:
        return name
    if rule.answer is None:
        counts = f"CASE WHEN {asked(field)} THEN {name} END"
    elif rule.instead:
        counts = f"CASE WHEN {settles(field)} THEN {text(rule.answer)} ELSE {name} END"
    else:
        counts = (
            f"coalesce({name}, CASE WHEN {settles(field)} THEN {text(rule.answer)} END)"
        )
    return f"{counts} AS {name}"
