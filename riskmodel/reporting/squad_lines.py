"""A scored squad as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from riskmodel.inputs.fields import needed_fields
from riskmodel.inputs.told import in_quotes, names_text
from riskmodel.reporting.squad_sheet import (
    expected_text,
    heat_text,
    option_text,
    plan_text,
    squad_table,
)
from riskmodel.reporting.squad_warnings import left_open_texts, squad_warnings
from riskmodel.reporting.words import SYNTHETIC
from riskmodel.squad.scores import SquadOption
from riskmodel.squad.summary import labels
from riskmodel.squad.unknown import open_words

_SHOWN = ("Athlete", "In 100", "Risk", "Range in 100", "Sets apart")
_SHOWN_LEVERS = 4


def squad_lines(
    scored: pd.DataFrame,
    plan: Mapping[str, Any],
    options: Sequence[SquadOption],
    warnings: Sequence[str] = (),
) -> Iterator[str]:
    """Say of a squad how many cramps to expect, who needs attention and what helps.

    Parameters
    ----------
    scored : pandas.DataFrame
        From `riskmodel.score_squad`.
    plan : mapping of str to answer
    options : sequence of SquadOption
        From `riskmodel.squad_levers`.
    warnings : sequence of str, optional
        Of names in the list, as from
        `riskmodel.reporting.squad_warnings.name_warnings`.
    """
    is_whole = all(f.name in plan for f in needed_fields(plan) if f.of_the_plan)
    if is_whole:
        yield plan_text(plan, {})
    yield f"To expect: {expected_text(scored)}."
    yield ""
    yield from _aligned(squad_table(scored, private=True)[list(_SHOWN)])
    for heading, lines in (
        ("No score:", list(_problems(scored))),
        ("To consider:", [*squad_warnings(scored), *warnings]),
        ("Left open, as it could not be read:", left_open_texts(scored, private=True)),
        ("What would help all:", [option_text(o) for o in options[:_SHOWN_LEVERS]]),
    ):
        if lines:
            yield from ("", heading, *lines)
    yield ""
    yield from filter(None, (heat_text(plan) if is_whole else "", SYNTHETIC))


def known_word_notes(listed: pd.DataFrame) -> Iterator[str]:
    """Say which words of a list are known and left open: no question is about them."""
    if words := open_words(listed):
        told = ", ".join(f"{in_quotes(word.word)} ({word.n_athletes})" for word in words)
        yield f"Known, but no question is about it, and left open: {told}."


def _aligned(table: pd.DataFrame) -> Iterator[str]:
    """Rows of a table of texts, one below the other, without columns that say nothing."""
    shown = [
        name for name in map(str, table) if name == "Athlete" or table[name].ne("").any()
    ]
    rows: list[list[str]] = [shown, *table[shown].to_numpy().tolist()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _problems(scored: pd.DataFrame) -> Iterator[str]:
    """Why there is no number, those who have the same reason together."""
    names_of: dict[str, list[str]] = {}
    for name, problems in zip(labels(scored), scored["answer_problems"], strict=True):
        if problems:
            sentences = " ".join(problem.sentence(names=False) for problem in problems)
            names_of.setdefault(sentences, []).append(name)
    for sentences, names in names_of.items():
        yield f"{names_text(names)}: {sentences}"
