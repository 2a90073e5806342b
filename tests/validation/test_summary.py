"""Summaries of clubs: what they tell, what nobody can work out of them, and their pool."""

import json
import math
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from riskmodel import load_scorecard
from riskmodel.datasets import data_file
from riskmodel.reporting.validation import validation_lines, validation_sections
from riskmodel.reporting.validation_pages import validation_html
from riskmodel.reporting.validation_pooled import pooled_lines
from riskmodel.validation.joining import (
    LEAST,
    ORDERS,
    cramps_span,
    is_small,
    names_by,
    put_together,
    told_cramps,
)
from riskmodel.validation.pooling import pool
from riskmodel.validation.records import read_records, records_of
from riskmodel.validation.report import validation_of
from riskmodel.validation.summary import SummaryError, read_summary, summary
from tests.validation.test_validation import invoked, season

# One cell of a summary of the first version, whose counts were of three things at once.
CELL = {
    "band": "high", "duration": "1 to 2 h", "history": "1-2", "sessions": 99,
    "expected": 13.046, "cramps": 29,
}  # fmt: skip
OPEN = CELL | {
    "duration": "the rest",
    "sessions": 20,
    "cramps": None,
    "cramps_from": [1, 4],
}
FIRST_VERSION = {
    "kind": "cramp-risk summary", "version": 1, "scorecard": "card",
    "cells": [CELL, OPEN, CELL | {"band": "low", "cramps": 0}], "has_left_out": False,
}  # fmt: skip


def read(told, name="club.json"):
    return read_summary(json.dumps(told).encode(), name)


def sums(told, by):
    return [sum(g[what] for g in told["groups"] if g["by"] == by)
            for what in ("sessions", "cramps")]  # fmt: skip


# ------------------------------------------------------------ what leaves the club

clubs = st.builds(
    lambda seed, n_athletes, n_each, off: season(
        seed, n_athletes=n_athletes, n_each=n_each, log_odds_off=off
    )[0],
    st.integers(0, 10_000), st.integers(1, 14), st.integers(1, 60), st.floats(-2.0, 2.0),
)  # fmt: skip


@given(clubs)
def test_no_count_under_five_leaves_the_club(records):
    told = json.loads(json.dumps(summary(records, "card"), allow_nan=False))
    assert read(told) == told
    assert set(told) == {
        "kind",
        "version",
        "scorecard",
        "simulated",
        "written_before",
        "groups",
    }
    keys = {"by", "names", "sessions", "expected", "cramps"}
    for group in told["groups"]:
        assert set(group) - {"cramps_from"} == keys
        assert group["sessions"] >= LEAST
        if group["cramps"] is not None:
            inside = np.isin(names_by(records, group["by"]), group["names"])
            for came in (records.cramp, ~records.cramp):
                assert not 0 < len({*records.athlete[inside & came].tolist()}) < LEAST
        else:  # that of all the club
            assert group["sessions"] == records.n_sessions
            low, high = group["cramps_from"]
            assert low <= records.n_cramps <= high
    if records.n_athletes < LEAST:
        assert told["groups"] == []
    else:
        assert {group["by"] for group in told["groups"]} == {*ORDERS}


@given(clubs)
def test_no_part_nor_any_rest_is_of_fewer_than_five_athletes(records):
    for by in [*ORDERS, "sport"]:
        names, kinds = names_by(records, by), put_together(records, by)
        parts = [np.isin(names, kind) for kind in kinds]
        # Every session is in one: what is left of a sum is a sum of others.
        assert (sum(part.astype(int) for part in parts) == 1).all()
        for part in parts if len(parts) > 1 else []:
            for inside in (part, ~part):
                cramp, who = records.cramp[inside], records.athlete[inside]
                for people in (who, who[cramp], who[~cramp]):
                    assert not 0 < len({*people.tolist()}) < LEAST


@pytest.mark.parametrize("n_athletes", [4, 5])
@pytest.mark.parametrize("who", ["all", "cramped", "spared"])
def test_both_sides_of_five_athletes(n_athletes, who):
    athlete = np.arange(120) // 3
    few = (athlete < n_athletes) & (np.arange(120) % 3 == 0)
    cramp = {"all": np.arange(120) % 2 == 0, "cramped": few, "spared": ~few}[who]
    records = records_of(cramp, np.full(120, 0.1), athlete, pd.DataFrame(index=range(120)))
    inside = athlete < n_athletes if who == "all" else np.ones(120, bool)
    assert is_small(records, inside) is (n_athletes < LEAST)


def test_twenty_cramps_of_one_athlete_are_no_count_of_their_own():
    records, _ = season(4, n_athletes=30, n_each=80)
    history = np.where(records.athlete == 0, "6+", "never")
    cramp = np.where(records.athlete == 0, np.arange(2400) % 4 == 0, records.cramp)
    told = summary(replace(records, history=history, cramp=cramp), "card")
    kinds = [group["names"] for group in told["groups"] if group["by"] == "history"]
    assert kinds == [["never", "6+"]]
    with pytest.raises(SummaryError, match="tells athletes apart"):
        summary(replace(records, names_athletes=False), "card")


def test_a_small_kind_goes_with_its_neighbour_that_is_smaller():
    sizes = {"up to 1 h": 300, "1 to 2 h": 12, "2 to 4 h": 100, "over 4 h": 200}
    duration = np.repeat([*sizes], [*sizes.values()])
    records = records_of(
        np.arange(612) % 2 == 0, np.full(612, 0.1), np.arange(612) % 60,
        pd.DataFrame(index=range(612)),
    )  # fmt: skip
    records = replace(records, duration=duration)
    assert put_together(records, "duration") == [(name,) for name in sizes]
    few = replace(records, athlete=np.where(duration == "1 to 2 h", 0, records.athlete))
    assert put_together(few, "duration") == [
        ("up to 1 h",), ("1 to 2 h", "2 to 4 h"), ("over 4 h",)
    ]  # fmt: skip


def mixed_club(seed):
    """A club in which some bands, durations and past cramps are rare."""
    records, _ = season(seed, n_athletes=25, n_each=30)
    random = np.random.default_rng(seed)
    names = ("up to 1 h", "1 to 2 h", "2 to 4 h", "over 4 h")
    duration = random.choice(names, records.n_sessions, p=(0.6, 0.35, 0.045, 0.005))
    history = np.where(records.athlete < 2, "6+", records.history)
    return replace(records, duration=duration, history=history)


def worked_out(records, told):
    """Small counts of two names at once that follow from sums of which all is known."""
    names = {by: names_by(records, by) for by in ORDERS}
    cells = [*product(*({*of.tolist()} for of in names.values()))]
    lines = [[cell[at] in kind for cell in cells]
             for at, by in enumerate(ORDERS) for kind in told[by]]  # fmt: skip
    pairs = [(one, other) for one in range(3) for other in range(one, 3)]
    found = set()
    for what in (np.ones_like(records.cramp), records.cramp, ~records.cramp):
        known = [
            (np.isin(names[by], kind) & what).sum() for by in ORDERS for kind in told[by]
        ]
        for one, other in pairs:
            for pair in {(cell[one], cell[other]) for cell in cells}:
                of = [names[[*ORDERS][at]] == name
                      for at, name in zip((one, other), pair, strict=True)]  # fmt: skip
                if not 0 < (what & of[0] & of[1]).sum() < LEAST:
                    continue
                aim = np.array([(cell[one], cell[other]) == pair for cell in cells], float)
                ends = [
                    sign * linprog(sign * aim, A_eq=lines, b_eq=known, method="highs").fun
                    for sign in (1, -1)
                ]
                if math.ceil(ends[0] - 1e-6) > 0 and math.floor(ends[1] + 1e-6) < LEAST:
                    found.add(pair)
    return found


def test_no_small_count_follows_from_all_sums_of_a_report_and_a_summary():
    records = mixed_club(1)
    apart = {by: [(name,) for name in {*names_by(records, by).tolist()}] for by in ORDERS}
    assert worked_out(records, apart)  # without joining some would
    told = summary(records, "card")["groups"]
    groups = {by: [tuple(g["names"]) for g in told if g["by"] == by] for by in ORDERS}
    assert any(len(names) > 1 for kinds in groups.values() for names in kinds)
    assert worked_out(records, groups) == set()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_report_and_a_summary_tell_the_same_sums(seed):
    records = mixed_club(seed)
    told = summary(records, "card")["groups"]
    groups = [g for g in validation_of(records).told_groups if g.by != "sport"]
    assert {(g.by, g.names, g.n_sessions) for g in groups} == {
        (g["by"], tuple(g["names"]), g["sessions"]) for g in told if g["by"] != "band"
    }


def test_small_groups_of_a_report_are_told_with_others():
    records, _ = season(9, n_athletes=25, n_each=30, log_odds_off=0.4)
    sport = np.where(records.athlete < 3, "judo", records.sport)
    told = validation_of(replace(records, sport=sport))
    section = next(
        s for s in validation_sections(told) if s.heading == "Fairness: by sport"
    )
    judo = [row for row in section.rows if "judo" in row[0].lower()]
    assert len(judo) == 1
    assert "," in judo[0][0]
    assert sum(g["name"] == "judo" for g in told.to_dict()["groups"]) == 1  # for oneself
    alone = replace(records, athlete=np.zeros(records.n_sessions, np.intp))
    assert all(len(group.names) == 1 for group in validation_of(alone).told_groups)


@pytest.mark.parametrize(
    ("sessions", "cramps", "ends"),
    [
        (20, 1, (1, 4)), (20, 4, (1, 4)), (20, 5, (5, 15)), (20, 15, (5, 15)),
        (20, 16, (16, 19)), (20, 19, (16, 19)), (7, 3, (1, 6)), (13, 4, (1, 12)),
        (13, 6, (1, 12)), (14, 4, (1, 4)), (14, 7, (5, 9)),
    ],
)  # fmt: skip
def test_the_ends_of_a_small_count_hold_it(sessions, cramps, ends):
    assert cramps_span(sessions, cramps) == ends


@pytest.mark.parametrize("sessions", [5, 6, 9, 10, 13, 14, 15, 100])
def test_the_ends_of_a_small_count_are_those_of_every_number_between(sessions):
    spans = {cramps: cramps_span(sessions, cramps) for cramps in range(1, sessions)}
    for cramps, (low, high) in spans.items():
        assert low <= cramps <= high
        assert {spans[other] for other in range(low, high + 1)} == {(low, high)}
        assert high - low + 1 >= LEAST - 1


# ------------------------------------------------- a club in which few had a cramp


def club_of_few(n_people, n_cramps, *, spared=False, n_athletes=12):
    """Cramps, or sessions without one, of the first few of a club, 60 sessions each."""
    athlete = np.arange(60 * n_athletes) % n_athletes
    few = np.flatnonzero(athlete < n_people)[:n_cramps]
    cramp = np.isin(np.arange(60 * n_athletes), few) != spared
    answers = pd.DataFrame({"sport": ["soccer", "running"] * 30 * n_athletes})
    return records_of(cramp, np.full(60 * n_athletes, 0.0531), athlete, answers)


@pytest.mark.parametrize("spared", [False, True])
@pytest.mark.parametrize(
    ("n_people", "n_cramps", "ends"),
    [
        (1, 9, (5, 715)), (4, 47, (5, 715)), (4, 5, (5, 715)), (4, 4, (1, 4)),
        (5, 47, None), (5, 5, None), (1, 0, None),
    ],
)  # fmt: skip
def test_cramps_of_fewer_than_five_athletes_are_told_to_nobody(
    n_people, n_cramps, ends, spared
):
    records = club_of_few(n_people, n_cramps, spared=spared)
    told, came = validation_of(records), records.n_cramps
    if ends and spared:
        ends = (720 - ends[1], 720 - ends[0])
    page = validation_html(told, load_scorecard())
    groups = summary(records, "card")["groups"]
    assert ("of_few" in told.reasons) is bool(ends)
    assert told_cramps(records, np.ones(720, bool)) == (ends or (came, came))
    assert read(summary(records, "card"))["groups"] == groups
    if ends:
        assert f"of which {ends[0]} to {ends[1]} brought a cramp" in page
        assert {(g["cramps"], *g["cramps_from"]) for g in groups} == {(None, *ends)}
        assert told.told_groups == ()
        assert "<svg" not in page
    else:
        assert f"of which {came} brought a cramp" in page
        assert sum(g["cramps"] for g in groups if g["by"] == "band") == came
        assert page.count("<svg") == 2
    assert told.to_dict()["n_cramps"] == came  # for oneself


def test_a_report_of_few_is_the_same_whatever_the_number():
    """Every word and figure: so nothing in it tells nine cramps from forty."""
    card = load_scorecard()

    def page(n_people, n_cramps):
        # Where only cramps were written down, all sessions without one are blank.
        records = replace(club_of_few(n_people, n_cramps), n_blanks_as_no=720 - n_cramps)
        return validation_html(validation_of(records), card)

    assert page(1, 9) == page(4, 47) == page(2, 5)
    assert page(5, 47) != page(5, 48)
    summaries = [summary(club_of_few(*few), "card") for few in ((1, 9), (4, 47))]
    assert summaries[0] == summaries[1]


@pytest.mark.parametrize("n_athletes", [1, 2, 4, 5])
def test_of_two_to_four_athletes_a_report_tells_no_cramps(n_athletes):
    records = club_of_few(n_athletes, 30, n_athletes=n_athletes)
    lines = "\n".join(validation_lines(validation_of(records)))
    n = records.n_sessions
    number = f"0 to {n}" if 1 < n_athletes < LEAST else "30"
    assert f"of which {number} brought a cramp" in lines


def test_a_club_of_few_is_pooled_between_its_ends():
    few = summary(club_of_few(1, 9), "card")
    pooled = pool([few, *(summary(season(seed)[0], "card") for seed in range(2))])
    expected = few["groups"][0]["expected"]
    assert pooled.n_open == 1
    assert pooled.clubs[0].low.value == pytest.approx(5 / expected)
    assert pooled.clubs[0].high.value == pytest.approx(715 / expected)
    assert "small count only the ends" in "\n".join(pooled_lines(pooled, ["a", "b", "c"]))


# ------------------------------------------------------------------------- the pool


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_what_is_pooled_holds_what_the_rows_would_give(seed):
    records = [
        season(seed + k, n_each=40 + 10 * k, log_odds_off=0.2 * k)[0] for k in range(4)
    ]
    pooled = pool([summary(club, "card") for club in records])
    for club, span in zip(records, pooled.clubs, strict=True):
        true = club.n_cramps / club.probability.sum()
        # Expected sums are told with three decimals.
        assert span.low.value - 1e-3 <= true <= span.high.value + 1e-3
    assert pooled.together.low.value <= pooled.together.high.value
    assert pooled.next_club.low.low <= pooled.together.low.low
    assert pooled.n_sessions == sum(club.n_sessions for club in records)
    for group in pooled.groups:
        inside = [np.isin(names_by(club, group.by), group.names) for club in records]
        came = sum(c.cramp[i].sum() for c, i in zip(records, inside, strict=True))
        meant = sum(c.probability[i].sum() for c, i in zip(records, inside, strict=True))
        assert group.ratio.low.value == pytest.approx(came / meant, abs=2e-3)


def test_names_that_one_club_tells_together_are_pooled_together():
    def told(*kinds):
        sizes = {"sessions": 50, "expected": 5.0, "cramps": 10}
        groups = [{"by": "band", "names": [*names], **sizes} for names in kinds]
        return {
            "scorecard": "a", "simulated": "no", "written_before": False, "groups": groups
        }  # fmt: skip

    pooled = pool(
        [told(["low", "moderate"], ["high"]), told(["low"], ["moderate"], ["high"])]
    )
    assert [group.names for group in pooled.groups] == [("low", "moderate"), ("high",)]
    chain = pool([told(["low", "moderate"], ["high"]), told(["low"], ["moderate", "high"])])
    assert [group.names for group in chain.groups] == [("low", "moderate", "high")]


def test_clubs_that_are_all_alike_are_pooled_to_the_one_ratio():
    club, _ = season(2, n_athletes=200)
    pooled = pool(
        [
            summary(replace(club, probability=club.probability * off), "card")
            for off in (1, 1.0001, 1.0002)  # as nobody's are quite those of others
        ]
    )
    assert pooled.heterogeneity_pct == 0
    ratio = club.n_cramps / club.probability.sum()
    assert pooled.together.low.value == pytest.approx(ratio, rel=1e-3)


def test_two_clubs_say_nothing_of_a_third():
    three = [summary(season(seed)[0], "card") for seed in range(3)]
    assert math.isnan(pool(three[:2]).next_club.low.low)
    assert math.isfinite(pool(three).next_club.low.low)
    for n, told in ((2, False), (3, True)):
        lines = [*pooled_lines(pool(three[:n]), ["a", "b", "c"][:n])]
        assert any(line.strip().startswith("A further club") for line in lines) is told
        assert any("from three clubs on" in line for line in lines) is not told


@pytest.mark.parametrize("places", [(0, 0), (0, 1, 0), (1, 0, 1)])
def test_a_club_that_is_given_twice_is_refused(places):
    clubs = [summary(season(seed)[0], "card") for seed in range(2)]
    given = [json.loads(json.dumps(clubs[place])) for place in places]
    with pytest.raises(SummaryError, match=f"1 and {len(places)} are the same"):
        pool([*given[:-1], given[-1] | {"simulated": "partly"}])


@pytest.mark.parametrize("before", [(True, False), (False, False, True)])
def test_numbers_of_before_and_of_afterwards_are_not_pooled(before):
    clubs = [
        summary(replace(season(seed)[0], written_before=was), f"card {was}")
        for seed, was in enumerate(before)
    ]
    was, was_not = before.index(True) + 1, before.index(False) + 1
    with pytest.raises(SummaryError, match=rf"summary {was}\).*summary {was_not}\)"):
        pool(clubs)


def test_a_club_without_a_cramp_is_pooled_and_an_empty_summary_is_told():
    told = [summary(season(seed)[0], "card") for seed in range(3)]
    records = season(7)[0]
    none = summary(replace(records, cramp=np.zeros_like(records.cramp)), "card")
    pooled = pool([*told, none])
    assert 0 < pooled.clubs[-1].low.value < 0.1
    assert pooled.together.low.low > 0
    with pytest.raises(SummaryError, match="empty"):
        pool([told[0], none | {"groups": []}])


def test_few_clubs_that_differ_have_a_wider_interval_than_by_z():
    three = [
        summary(season(seed, n_athletes=200, log_odds_off=off)[0], "card")
        for seed, off in enumerate((-0.8, 0.0, 0.8))
    ]
    ends = pool(three).together.low
    ratios = np.log([club.low.value for club in pool(three).clubs])
    # Clubs of like size weigh alike: t with two degrees over the root of three.
    half = 4.303 * ratios.std(ddof=1) / math.sqrt(3)
    assert math.log(ends.high / ends.value) == pytest.approx(half, rel=0.05)


# ----------------------------------------------------------------- what is no summary


def test_summaries_that_do_not_belong_together_are_refused():
    club, _ = season(2)
    with pytest.raises(SummaryError, match="two"):
        pool([summary(club, "a")])
    with pytest.raises(SummaryError, match="different scorecards"):
        pool([summary(club, "a"), summary(season(3)[0], "b")])
    for content in (b"", b"[]", b"{}", b"[" * 5000):
        with pytest.raises(SummaryError, match="no summary"):
            read_summary(content, "club.json")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sessions", 30.5), ("sessions", 10**12), ("sessions", True), ("sessions", 4),
        ("names", ["purple"]), ("names", []), ("names", "low"), ("names", [["low"]]),
        ("expected", 0), ("expected", "1"), ("expected", math.nan), ("cramps", -1),
        ("by", "sport"), ("by", 7),
    ],
)  # fmt: skip
def test_a_group_that_no_club_writes_is_refused(name, value):
    spoilt = json.loads(json.dumps(summary(season(2)[0], "a")))
    spoilt["groups"][0][name] = value
    for told in (spoilt, spoilt | {"groups": [], "scorecard": 3}):
        with pytest.raises(SummaryError, match="no summary"):
            read(told)


@pytest.mark.parametrize("name", ["simulated", "written_before"])
@pytest.mark.parametrize("value", ["maybe", "", None, 1, ["yes"]])
def test_a_summary_that_does_not_say_what_it_is_of_is_refused(name, value):
    told = summary(season(2)[0], "a")
    for spoilt in (told | {name: value}, {n: told[n] for n in told if n != name}):
        with pytest.raises(SummaryError, match="no summary"):
            read(spoilt)


def test_a_summary_of_the_first_version_is_pooled_by_band():
    told = read(FIRST_VERSION)
    now = summary(season(2)[0], "card")
    assert sums(now, "band") == sums(now, "duration") == sums(now, "history")
    pooled = pool([told, now])
    assert pooled.n_sessions == 218 + 2000
    assert {group.by for group in pooled.groups} == {"band"}
    assert pooled.n_open == 1
    assert pooled.clubs[0].low.value == pytest.approx(30 / (3 * 13.046))
    assert pooled.clubs[0].high.value == pytest.approx(33 / (3 * 13.046))
    with pytest.raises(SummaryError, match="no summary"):
        read(FIRST_VERSION | {"version": 3})


# --------------------------------------------------------------------- made-up data


@pytest.mark.parametrize(
    ("cells", "simulated"),
    [
        (("no", "no"), "no"), (("", ""), "no"), (("yes", "no"), "partly"),
        (("ja", ""), "partly"), (("yes", "yes"), "yes"), (("some", "no"), "partly"),
    ],
)  # fmt: skip
def test_a_summary_carries_whether_its_data_were_made_up(cells, simulated):
    rows = "".join(f"{n},{n % 2},0.1,{cells[n % 2]}\n" for n in range(60))
    records = read_records(f"athlete,cramp,probability,simulated\n{rows}".encode())
    assert summary(records, "card")["simulated"] == simulated
    first = next(iter(validation_sections(validation_of(records))))
    assert (first.heading == "Simulated example data") is (simulated != "no")
    assert ("30 of its 60" in " ".join(first.lines)) is (simulated == "partly")


def lines_of(*simulated):
    clubs = [
        summary(season(seed)[0], "card") | {"simulated": said}
        for seed, said in enumerate(simulated)
    ]
    return [*pooled_lines(pool(clubs), [f"club{n}" for n in range(len(clubs))])]


def test_the_pool_says_which_clubs_were_made_up():
    assert "imulated" not in " ".join(lines_of("no", "no"))
    every = lines_of("yes", "yes")
    assert every[0].startswith("Simulated data: no club here exists")
    for said in ("yes", "partly"):
        mixed = lines_of("no", said, "no")
        assert mixed[0].startswith("Simulated data are mixed with other clubs: club1 ")
        assert "nothing about people" in mixed[0]
        assert sum("simulated)" in line for line in mixed) == 1
    both = lines_of("yes", "partly")
    assert "club0 made up; club1 partly made up" in both[0]
    assert lines_of("", "no")[0].endswith("whether its data were made up: club0.")


def test_the_commands_say_that_the_example_was_made_up(tmp_path):
    example = tmp_path / "example.csv"
    example.write_bytes(data_file("example_season.csv").read_bytes())
    table = pd.read_csv(example).drop(columns="simulated")[60:]  # one player less
    table.to_csv(tmp_path / "real.csv", index=False)
    for name in ("example", "real"):
        invoked(
            "validate", tmp_path / f"{name}.csv", "--summary", tmp_path / f"{name}.json"
        )
    both = [tmp_path / f"{name}.json" for name in ("example", "real")]
    assert invoked("pool", *both).startswith("Simulated data are mixed with other clubs")
    assert json.loads(invoked("pool", *both, "--json"))["simulated"] == ["yes", "no"]
