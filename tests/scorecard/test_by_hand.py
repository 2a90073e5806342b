"""Changing a weight by hand: the changed card keeps every rule of a file."""

import math
import tomllib

import pytest
import tomlkit

from riskmodel import ScorecardError, assess, compare, load_scorecard
from riskmodel.datasets import load_examples
from riskmodel.scorecard.changes import compare_scorecards
from riskmodel.scorecard.rows import read_scorecard

CARD = load_scorecard()
PLACES = [
    (factor, "at" if factor.kind == "curve" else "level", place, entry.points)
    for factor in CARD.factors
    for place, entry in [
        *((knot.at, knot) for knot in factor.knots),
        *((level.level, level) for level in factor.levels),
    ]
]
NAMES = [f"{factor.name}-{place}" for factor, _, place, _ in PLACES]


@pytest.mark.parametrize(("factor", "by", "place", "before"), PLACES, ids=NAMES)
def test_any_place_can_be_changed_and_nothing_else_changes(factor, by, place, before):
    points = before + 3
    others = [p for f, _, at, p in PLACES if f is factor and at != place]
    if factor.kind != "list" and 0 not in others:  # one place of a row has none
        with pytest.raises(ScorecardError, match="0 points"):
            CARD.with_points(factor.name, points=points, **{by: place})
        return
    card = CARD.with_points(factor.name, points=points, **{by: place})
    (row,) = compare_scorecards(CARD, card).rows
    changed = {p.at: (p.before, p.after) for p in row.points if p.before != p.after}
    assert changed == {place: (before, points)}
    assert card.fingerprint != CARD.fingerprint
    entries = {"at": card[factor.name].knots, "level": card[factor.name].levels}[by]
    (entry,) = (e for e in entries if getattr(e, by) == place)
    assert entry.points == pytest.approx(10 * math.log2(entry.ratio), abs=0.01)
    said = getattr(entry, "departure", "") or card[factor.name].departure
    assert f"{points} points" in said
    assert f"{factor.name} at " in card.version


def test_a_changed_card_is_written_with_all_its_comments_and_read_again(tmp_path):
    card = CARD.with_points("heat", at=28, points=12).with_points(
        "history", level="3-5", points=25
    )
    assert card.version == f"{CARD.version} + heat at 28: 12, history at 3-5: 25"
    path = tmp_path / "mine.toml"
    path.write_text(card.toml, encoding="utf-8")
    assert load_scorecard(path) == card
    comments = [line for line in CARD.toml.splitlines() if line.startswith("#")]
    assert [line for line in card.toml.splitlines() if line.startswith("#")] == comments
    # However a file lays its rows out.
    laid_out = read_scorecard(tomlkit.dumps(tomllib.loads(CARD.toml)))
    assert laid_out == CARD
    assert laid_out.with_points("heat", at=28, points=12)["heat"] == card["heat"]


def test_the_same_points_are_the_same_card():
    knot = CARD["heat"].knots[-1]
    assert CARD.with_points("heat", at=knot.at, points=knot.points) == CARD


@pytest.mark.parametrize(
    ("factor", "place", "allowed"),
    [
        ("shoes", {"points": 1}, "heat"),
        ("diet", {"points": 1}, "heat"),
        ("heat", {"points": 1}, "28"),
        ("heat", {"points": 1, "at": 27}, "28"),
        ("heat", {"points": 1, "level": "28"}, "28"),
        ("heat", {"points": 1, "at": 28, "level": "28"}, "28"),
        ("history", {"points": 1, "level": "often"}, "never"),
        ("heat", {"points": 12.5, "at": 28}, "0 to 100"),
        ("heat", {"points": True, "at": 28}, "0 to 100"),
        ("heat", {"points": -1, "at": 28}, "0 to 100"),
        ("heat", {"points": 10**9, "at": 28}, "0 to 100"),
    ],
)
def test_what_cannot_be_changed_is_told_with_what_can(factor, place, allowed):
    with pytest.raises(ValueError, match=allowed) as told:
        CARD.with_points(factor, **place)
    assert str(told.value).endswith(".")


def test_comparisons_take_a_changed_card():
    card = CARD.with_points("heat", at=28, points=30)
    race = load_examples()["Hot 10 km race"]
    more = assess(race, card).total_points - assess(race).total_points
    assert more > 5
    both = compare([race, {**race, "duration_min": 60}], scorecard=card)
    assert both.assessments[0].total_points == assess(race, card).total_points
