"""What differs between two scorecards is found, whatever differs."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.reporting.scorecard_changes import (
    _ATTRIBUTES,
    NOTHING,
    change_lines,
    change_notes,
)
from riskmodel.scorecard.changes import _NOT_COMPARED, PointsChange, compare_scorecards
from riskmodel.scorecard.factors import Factor, Knot, Level
from riskmodel.scorecard.file import known_scorecards, load_scorecard
from riskmodel.scorecard.points import Curve, to_half_points

CARD = load_scorecard("2026.1")
NAMES = [factor.name for factor in CARD.factors]


def with_row(name, **changes):
    """The scorecard with one row changed."""
    rows = [replace(row, **changes) if row.name == name else row for row in CARD.factors]
    return replace(CARD, version="next", factors=tuple(rows))


def the_change(name, **changes):
    (change,) = compare_scorecards(CARD, with_row(name, **changes)).rows
    assert (change.row.name, change.before) == (name, CARD[name])
    return change


@pytest.mark.parametrize("version", known_scorecards())
def test_a_scorecard_does_not_differ_from_itself(version):
    card = load_scorecard(version)
    changes = compare_scorecards(card, card)
    assert (changes.rows, changes.grades) == ((), ())
    assert NOTHING in change_lines(changes)


@given(st.sampled_from(NAMES), st.sampled_from(["question", "reason", "departure"]))
def test_other_sentences_are_no_change(name, sentence):
    assert compare_scorecards(CARD, with_row(name, **{sentence: "Otherwise."})).rows == ()


@given(st.sampled_from(NAMES), st.data())
def test_one_weight_that_changes_is_the_one_place_that_changes(name, data):
    kind = "knots" if CARD[name].knots else "levels"
    entries = list(getattr(CARD[name], kind))
    at = data.draw(st.integers(0, len(entries) - 1))
    entries[at] = replace(entries[at], points=entries[at].points + 3)
    change = the_change(name, **{kind: tuple(entries)})
    moved = [place for place in change.points if place.before != place.after]
    place = entries[at].at if kind == "knots" else entries[at].level
    was = getattr(CARD[name], kind)[at].points
    assert moved == [PointsChange(place, was, was + 3)]
    assert len(change.points) == len(entries)


def test_levels_come_go_and_split():
    levels = CARD["history"].levels
    split = (Level("as_a_child", 1.0, 0), Level("not_lately", 1.5, 6), *levels[1:])
    places = the_change("history", levels=split).points
    assert places[:2] == (
        PointsChange("as_a_child", None, 0.0),
        PointsChange("not_lately", None, 6.0),
    )
    assert places[-1] == PointsChange(levels[0].level, 0.0, None)


def test_both_curves_are_read_at_the_knots_of_either():
    knots = (Knot(1, 1.0, 0), Knot(7, 1.52, 6))
    change = the_change("effort", knots=knots)
    assert [place.at for place in change.points] == [1, 2, 5, 7, 8, 10]
    for card, side in ((CARD["effort"].knots, "before"), (knots, "after")):
        curve = Curve([(knot.at, knot.points) for knot in card])
        for place in change.points:
            assert getattr(place, side) == to_half_points(curve(place.at))


def test_of_another_quantity_no_place_is_the_same():
    change = the_change("sleep", quantity="stress_0_10")
    assert change.attributes == ("quantity",)
    assert all(None in (place.before, place.after) for place in change.points)
    assert len(change.points) == 2 * len(CARD["sleep"].knots)


def test_rows_come_and_go_and_change_sides():
    less = replace(CARD, factors=CARD.factors[1:])
    (gone,), (new,) = (
        compare_scorecards(CARD, less).rows,
        compare_scorecards(less, CARD).rows,
    )
    assert (gone.after, new.before) == (None, None)
    assert gone.row == new.row == CARD.factors[0]
    assert {place.after for place in gone.points} == {None}
    named = replace(CARD.factors[0], kind="named", knots=(), levels=())
    (change,) = compare_scorecards(CARD, replace(less, named=(*CARD.named, named))).rows
    assert change.attributes == ("kind",)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("medications", {"cap": 3}),
        ("heat", {"shift": None}),
        ("heat", {"of_the_day": False}),
        ("sleep", {"grade": "strong"}),
        ("sleep", {"label": "Night", "judgement": False}),
        ("sleep", {"evidence": ()}),
    ],
)
def test_every_other_change_is_named_and_leaves_the_points(name, changes):
    change = the_change(name, **changes)
    assert set(change.attributes) == {*changes}
    assert all(place.before == place.after for place in change.points)
    assert len(change_notes(change)) == len(changes)


def test_every_attribute_of_a_row_is_compared_and_has_a_name():
    names = {field.name for field in fields(Factor)} - _NOT_COMPARED
    assert names == {*_ATTRIBUTES, "name"}


def test_a_ratio_alone_is_a_change_too():
    first, *others = CARD["history"].levels
    change = the_change("history", levels=(replace(first, published=1.1), *others))
    assert change.attributes == ()
    assert len(change_notes(change)) == 1


def test_grades_that_count_otherwise_are_named():
    other = replace(CARD, doubt={**CARD.doubt, "weak": 0.9}, shrink={**CARD.shrink})
    changes = compare_scorecards(CARD, other)
    assert (changes.rows, changes.grades) == ((), ("weak",))
    assert any("weak" in line for line in change_lines(changes))


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (("a", "c"), "Sources: new c; taken out b."),
        (("b", "a"), "Sources: another order."),
        ((), "Sources: taken out a, b."),
    ],
)
def test_of_the_sources_only_those_are_named_that_changed(sources, words):
    before = with_row("sleep", evidence=("a", "b"))
    after = with_row("sleep", evidence=sources)
    (change,) = compare_scorecards(before, after).rows
    assert change_notes(change) == [words]
