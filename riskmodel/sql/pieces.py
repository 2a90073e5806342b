"""Small pieces of SQL that DuckDB and PostgreSQL read alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise
from textwrap import indent, wrap

DOUBLE = "double precision"

Knot = tuple[Decimal, Decimal]
"""A place on a curve, and the value there."""


def number(value: Decimal | float | str) -> str:
    """Write a number without an exponent.

    Examples
    --------
    >>> number(Decimal("1E-9")), number(12.0), number(Decimal("0.50"))
    ('0.000000001', '12', '0.5')
    """
    plain = format(Decimal(str(value)), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def text(value: str) -> str:
    """Quote a text.

    Examples
    --------
    >>> text("5'8")
    "'5''8'"
    """
    return "'" + value.replace("'", "''") + "'"


def one_of(column: str, values: Iterable[str]) -> str:
    """Whether a column is one of some texts; NULL where it is open."""
    values = list(values)
    if len(values) == 1:
        return f"{column} = {text(values[0])}"
    return f"{column} IN ({', '.join(map(text, values))})"


def straight(x: str, knots: Sequence[Knot]) -> str:
    """Straight lines between knots (at, value), flat beyond; NULL stays NULL.

    Examples
    --------
    >>> print(straight("h", [(Decimal(5), Decimal(2)), (Decimal(7), Decimal(0))]))
    CASE
        WHEN h <= 5 THEN 2
        WHEN h <= 7 THEN 2 - 2 * (h - 5) / 2
        WHEN h > 7 THEN 0
    END
    """
    (first, start), (last, end) = knots[0], knots[-1]
    return case(
        [
            f"WHEN {x} <= {number(first)} THEN {number(start)}",
            *(
                f"WHEN {x} <= {number(b[0])} THEN {line(x, a, b)}"
                for a, b in pairwise(knots)
            ),
            f"WHEN {x} > {number(last)} THEN {number(end)}",
        ]
    )


def line(x: str, start: Knot, end: Knot) -> str:
    """The straight line through two knots.

    Examples
    --------
    >>> line("h", (Decimal(0), Decimal(0)), (Decimal(4), Decimal(1)))
    'h / 4'
    >>> line("h", (Decimal(-2), Decimal(5)), (Decimal(-1), Decimal(3)))
    '5 - 2 * (h + 2)'
    """
    (a, low), (b, high) = start, end
    if low == high:
        return number(low)
    beyond = x if a == 0 else f"({x} {'-' if a > 0 else '+'} {number(abs(a))})"
    rise, run = abs(high - low), b - a
    piece = f"{number(rise)} * " * (rise != 1) + beyond + f" / {number(run)}" * (run != 1)
    sign = "-" if high < low else "+"
    return f"{number(low)} {sign} {piece}" if low or sign == "-" else piece


def case(lines: Iterable[str], of: str = "") -> str:
    """A CASE, one WHEN in a line."""
    return f"CASE {of}".rstrip() + "\n" + indent("\n".join(lines), "    ") + "\nEND"


def summed(terms: Iterable[str]) -> str:
    """A sum, one term in a line."""
    return "\n+ ".join(terms) or "0"


def weighted(weights: Sequence[str], values: Sequence[Decimal]) -> str:
    """Sum of values by weights, without those that are 0."""
    parts = [f"{number(v)} * {w}" for w, v in zip(weights, values, strict=True) if v]
    return " + ".join(parts).replace("+ -", "- ") or "0"


def step(
    name: str, columns: Iterable[str], source: str, comment: str = "", *, kept: bool = True
) -> str:
    """One named step of the query (a common table expression), with its comment.

    What is not kept is worked out where it is used, by PostgreSQL once for each use.
    """
    told = "".join(f"-- {line}\n" for line in wrap(comment, 88))
    listed = indent(",\n".join(columns), "        ")
    opened = "AS MATERIALIZED (" if kept else "AS ("
    return f"{told}{name} {opened}\n    SELECT\n{listed}\n    FROM {source}\n)"
