"""Points of every factor: one step of the query each, with its rule as a comment."""

from __future__ import annotations

from decimal import Decimal
from math import prod

from riskmodel.sql.pieces import DOUBLE, case, number, step, straight, summed, text
from riskmodel.sql.sources import Row, average_points, mean_value, read_sources

# Where the engine and a curve of SQL may round differently: far below half a point.
_TIE = "0.000000001"


def quantity_of(row: Row) -> str:
    """Column that a factor reads."""
    name: str = row["quantity"]
    return "wbgt_c_used" if name == "wbgt_c" else name


def points_column(row: Row) -> str:
    """Column of a factor's points, as tables of results call it."""
    return f"points_{row['name']}"


def factor_steps(source: str) -> list[str]:
    """Steps that add the points of each factor to the answers, one after the other."""
    steps, factors = [], read_sources().factors
    for row in factors:
        if "shift" in row:
            shifted = f"shifted_{row['name']}"
            steps.append(step(shifted, ["*", _shifted(row)], source, kept=False))
            source = shifted
        name = f"factor_{row['name']}"
        points = f"CAST({_points(row)} AS {DOUBLE}) AS {points_column(row)}"
        # The last one keeps the points of all.
        is_last = row is factors[-1]
        steps.append(step(name, ["*", points], source, _rule(row), kept=is_last))
        source = name
    return steps


def _points(row: Row) -> str:
    average, column = average_points(row), quantity_of(row)
    # Without an average the answer is needed, and never open here.
    otherwise = number(average or 0)
    if row["kind"] == "levels":
        lines = [f"WHEN {text(lv['level'])} THEN {lv['points']}" for lv in row["levels"]]
        return case([*lines, f"ELSE {otherwise}"], of=column)
    if row["kind"] == "list":
        items = [
            f"CASE WHEN {_names(column, lv['level'])} THEN {lv['points']} ELSE 0 END"
            for lv in row["levels"]
        ]
        total = summed(items)
        total = f"least({row['cap']}, {total})" if "cap" in row else total
        return case([f"WHEN {column} IS NULL THEN {otherwise}", f"ELSE {total}"])
    reads = f"{column}_shifted" if "shift" in row else column
    curve = straight(
        reads, [(Decimal(k["at"]), Decimal(k["points"])) for k in row["knots"]]
    )
    share = f"{_share_that_counts(row)} * " if "only_if" in row else ""
    halves = f"floor(2 * {share}{curve} + 0.5 + {_TIE}) / 2"
    return halves if average is None else f"coalesce({halves}, {otherwise})"


def _shifted(row: Row) -> str:
    """What a curve reads: its quantity, less so much for each unit of another one."""
    shift, column = row["shift"], quantity_of(row)
    other = shift["quantity"]
    units = f"coalesce({other}, {number(mean_value(other))})"
    limit, per_unit = number(shift["limit"]), number(shift["per_unit"])
    return f"{column} - {per_unit} * least({units}, {limit}) AS {column}_shifted"


def _share_that_counts(row: Row) -> str:
    """1 for those who name one of some items, else 0; open, the chance that they do."""
    rule = row["only_if"]
    listed, items = rule["quantity"], rule["any"]
    shares = read_sources().shares[listed]
    chance = 1 - prod(1 - shares[item] for item in items)
    named = " OR ".join(_names(listed, item) for item in items)
    return case(
        [f"WHEN {listed} IS NULL THEN {number(chance)}", f"WHEN {named} THEN 1", "ELSE 0"]
    )


def _names(column: str, item: str) -> str:
    """Whether a list names an item."""
    return f"position({text(f';{item};')} IN {column}) > 0"


def _rule(row: Row) -> str:
    """The rule of a factor in words."""
    reads = quantity_of(row)
    if row["kind"] == "levels":
        rule = f"by {reads}"
    elif row["kind"] == "list":
        cap = f", at most {row['cap']}" if "cap" in row else ""
        rule = f"what {reads} names, added up{cap}"
    else:
        rule = f"straight lines in {reads}, to the nearest half point, a tie upwards"
    lines = [f"{row['label']}: {rule}."]
    if "shift" in row:
        shift = row["shift"]
        lines.append(
            f"Each unit of {shift['quantity']}, of at most {number(shift['limit'])}, takes "
            f"{number(shift['per_unit'])} off {reads}."
        )
    if "only_if" in row:
        lines.append(f"Only with {' or '.join(row['only_if']['any'])}.")
    average = average_points(row)
    if average is not None:
        lines.append(f"Open: {number(average)}, the average of the reference population.")
    return " ".join(lines)
