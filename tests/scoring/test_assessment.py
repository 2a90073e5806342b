import json
import math
import pickle
from dataclasses import asdict
from html import unescape

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel import Session, assess, assess_frame, load_scorecard
from riskmodel.datasets import load_examples
from riskmodel.inputs.problems import Problem
from riskmodel.inputs.session import FIELDS
from riskmodel.physiology.plan import QUANTITIES
from riskmodel.reporting.words import value_text
from riskmodel.scoring.assessment import UnknownColumnWarning
from riskmodel.scoring.guards import RED_FLAGS, joined
from tests.strategies import sessions, values

CARD = load_scorecard()
MARATHON = load_examples()["Marathon"]


@given(sessions())
def test_contributions_sum_exactly_to_the_total(session):
    answer = assess(session)
    assert [c.factor for c in answer.contributions] == [f.name for f in CARD.factors]
    assert sum(c.points for c in answer.contributions) == answer.total_points
    assert sum(reversed([c.points for c in answer.contributions])) == answer.total_points
    for c, factor in zip(answer.contributions, CARD.factors, strict=True):
        assert 0 <= c.points <= factor.largest
        assert c.points * 2 == int(c.points * 2)
        assert c.reason == factor.reason
        assert c.source


@given(st.lists(sessions(), min_size=1, max_size=6))
def test_one_session_equals_its_row_in_a_frame(drawn):
    frame = assess_frame(pd.DataFrame(drawn))
    for row, session in enumerate(drawn):
        one = assess(Session(**session))
        many = frame.iloc[row]
        assert many["total_points"] == one.total_points
        for c in one.contributions:
            assert many[f"points_{c.factor}"] == c.points
        for name, value in one.physiology.items():
            np.testing.assert_equal(many[name], value)
        assert many["missing"] == ";".join(one.missing)
        assert many["safety"] == joined(one.guards)


def test_blocks_do_not_show():
    rows = [load_examples()[name] for name in load_examples()]
    few = assess_frame(pd.DataFrame(rows))
    many = assess_frame(pd.DataFrame(rows * 3000))
    pd.testing.assert_frame_equal(
        many.iloc[-len(rows) :].reset_index(drop=True), few, check_exact=True
    )


def test_the_index_is_kept_and_bad_rows_stay():
    squad = pd.DataFrame([MARATHON, {**MARATHON, "age_years": 300}], index=["Ada", "Bo"])
    result = assess_frame(squad)
    assert result.index.tolist() == ["Ada", "Bo"]
    assert result.loc["Ada", "problems"] == ""
    assert "age_years" in result.loc["Bo", "problems"]
    assert result.loc["Bo", "band"] == result.loc["Bo", "in_100"] == "unknown"
    numbers = result.loc["Bo"].drop(["problems", "safety", "missing", "band", "in_100"])
    assert numbers.isna().all()
    assert result.loc["Bo", "safety"] == ""


@pytest.mark.parametrize("name", [f.name for f in FIELDS.values() if f.scored])
def test_an_impossible_answer_gives_no_number(name):
    answer = assess({**MARATHON, name: "impossible"})
    assert math.isnan(answer.total_points)
    assert answer.contributions == ()
    assert answer.guards == ()
    assert all(math.isnan(value) for value in answer.physiology.values())
    assert len(answer.problems) == 1
    assert json.loads(json.dumps(answer.to_dict(), allow_nan=False))


def test_an_empty_frame_gives_an_empty_frame_with_all_columns():
    result = assess_frame(pd.DataFrame(columns=list(FIELDS)))
    assert len(result) == 0
    assert {f"points_{f.name}" for f in CARD.factors} < set(result.columns)


def test_a_frame_that_answers_nothing_names_all_that_is_required():
    result = assess_frame(pd.DataFrame(index=range(3)))
    for field in FIELDS.values():
        assert result["problems"].str.contains(field.name, regex=False).all() == (
            field.required
        )


def test_unknown_columns_are_named():
    frame = pd.DataFrame([{**MARATHON, "coach": "Kim", "wind": 3}])
    with pytest.warns(UnknownColumnWarning, match=r"'coach'.*'wind'.*wind_speed_m_s"):
        assess_frame(frame)


# ------------------------------------------------------------- the laws of the card


def directions():
    return [f for f in CARD.factors if f.quantity in FIELDS and f.kind != "list"]


@pytest.mark.parametrize("factor", directions(), ids=lambda f: f.name)
@settings(max_examples=25)
@given(st.data())
def test_more_of_a_harmful_answer_never_lowers_points_or_total(factor, data):
    field = FIELDS[factor.quantity]
    # A broader answer lies between the narrower ones, which stand beside it.
    narrow = values(field).filter(lambda value: value not in field.broader.values())
    pair = [data.draw(narrow) for _ in range(2)]
    order = list(field.levels).index if field.levels else float
    low, high = sorted(pair, key=order, reverse=factor.direction == "down")
    session = data.draw(sessions())
    # An answer that this one may contradict is no other harm beside it.
    for name, other in FIELDS.items():
        if other.settled and other.settled.instead and other.settled.by == field.name:
            session.pop(name, None)
    # Each row is what the session gets alone, as another test shows.
    frame = assess_frame(pd.DataFrame([{**session, field.name: v} for v in (low, high)]))
    for name in (f"points_{factor.name}", "total_points"):
        assert frame[name].iloc[0] <= frame[name].iloc[1]


@pytest.mark.parametrize(
    "factor", [f for f in CARD.factors if f.kind == "list"], ids=lambda f: f.name
)
@given(st.data())
def test_naming_one_more_item_never_lowers_the_total(factor, data):
    items = list(FIELDS[factor.quantity].levels)
    chosen = data.draw(st.lists(st.sampled_from(items), unique=True, max_size=8))
    added = data.draw(st.sampled_from(items))
    session = data.draw(sessions())
    fewer = assess({**session, factor.quantity: chosen or ["none"]})
    more = assess({**session, factor.quantity: [*{*chosen, added}]})
    assert fewer.total_points <= more.total_points


# Quantities that are computed: what drives each, and which way.
DRIVERS = {
    "preparedness": ("longest_recent_min", "down"),
    "bmi": ("body_mass_kg", "up"),
    "fluid_loss": ("measured_sweat_rate_l_h", "up"),
    "sodium_deficit": ("drink_sodium_mg_l", "down"),
    "diuretic_and_fluid_loss": ("fluid_intake_l_h", "down"),
}


@pytest.mark.parametrize("name", list(DRIVERS))
@given(st.data())
def test_computed_factors_follow_what_drives_them(name, data):
    field, direction = FIELDS[DRIVERS[name][0]], DRIVERS[name][1]
    low, high = sorted(
        (data.draw(values(field)) for _ in range(2)), reverse=direction == "down"
    )
    session = data.draw(sessions())
    frame = assess_frame(pd.DataFrame([{**session, field.name: v} for v in (low, high)]))
    points = frame[f"points_{name}"]
    assert points.iloc[0] <= points.iloc[1]


def test_the_drivers_and_direct_inputs_together_are_all_factors():
    lists = {f.name for f in CARD.factors if f.kind == "list"}
    assert {f.name for f in directions()} | lists | set(DRIVERS) == {
        f.name for f in CARD.factors
    }


@given(sessions(), st.data())
def test_heat_points_never_fall_when_the_air_gets_warmer(session, data):
    low, high = sorted(data.draw(st.floats(-20, 55)) for _ in range(2))
    pair = [{**session, "air_temperature_c": t} for t in (low, high)]
    points = assess_frame(pd.DataFrame(pair))["points_heat"]
    assert points.iloc[0] <= points.iloc[1]


NO_EFFECT = {"caffeine"}


@pytest.mark.parametrize("name", [f.name for f in FIELDS.values() if f.scored])
def test_every_answer_can_change_the_result(name):
    field = FIELDS[name]
    hot = {**MARATHON, "air_temperature_c": 33, "sport": "running", "sky": "partly"}
    place = {
        "latitude_deg": 10.0,
        "longitude_deg": 0.0,
        "start_time": "2026-06-21T10:00+00:00",
    }
    hot |= {"wind_speed_m_s": 2.0, "medications": ["loop_diuretic"]} | place
    if field.settled and field.settled.instead:
        hot.pop(field.settled.by, None)
    if field.kind == "number":
        tries = list(np.linspace(field.low, field.high, 7))
    elif field.kind == "time":
        tries = ["2026-06-21T10:00+00:00", "2026-06-21T22:00+00:00"]
    else:
        tries = [*field.levels]
    seen = {
        (answer.total_points, tuple(answer.physiology.values()))
        for answer in (assess({**hot, name: value}) for value in tries)
    }
    assert (len(seen) == 1) == (name in NO_EFFECT)


# ------------------------------------------------------- unknown, measured, guarded


def test_a_measured_wbgt_and_sweat_rate_replace_the_prediction():
    answer = assess({**MARATHON, "wbgt_c": 31.4, "measured_sweat_rate_l_h": 1.75})
    assert answer.physiology["wbgt_c"] == 31.4
    assert answer.physiology["sweat_rate_l_h"] == 1.75
    hours = MARATHON["duration_min"] / 60
    assert answer.physiology["sweat_loss_l"] == pytest.approx(1.75 * hours)
    for name in ("clothing", "sky", "wind_speed_m_s", "latitude_deg", "start_time"):
        assert name not in answer.missing


def test_what_was_not_answered_is_listed_and_what_cannot_matter_is_not():
    required = {k: MARATHON[k] for k, f in FIELDS.items() if f.required}
    bare = assess(required)
    assert "sleep_h" in bare.missing
    assert "latitude_deg" in bare.missing
    assert not {"wbgt_c", "solar_radiation_w_m2", "measured_sweat_rate_l_h"} & set(
        bare.missing
    )
    assert not any(FIELDS[name].required for name in bare.missing)
    assert "latitude_deg" not in assess({**required, "sky": "indoor"}).missing
    assert "pregnancy_trimester" not in assess({**required, "sex": "male"}).missing
    assert "pregnancy_trimester" in assess({**required, "sex": "female"}).missing


@pytest.mark.parametrize(
    ("changes", "name", "applies"),
    [
        ({"wbgt_c": 32.0}, "extreme_heat", False),
        ({"wbgt_c": 32.1}, "extreme_heat", True),
        ({"wbgt_c": 32.1, "heat_days_14d": 0}, "high_heat", False),
        ({"wbgt_c": 32.0, "heat_days_14d": 9}, "high_heat", True),
        ({"wbgt_c": 30.1, "heat_days_14d": None}, "high_heat", True),
        ({"wbgt_c": 30.0, "heat_days_14d": 0}, "high_heat", False),
        ({"wbgt_c": 32.0, "heat_days_14d": 10}, "high_heat", False),
        ({"wbgt_c": 32.0, "heat_days_14d": 10}, "high_heat_used_to", True),
        ({"wbgt_c": 30.0, "heat_days_14d": 10}, "high_heat_used_to", False),
        ({"wbgt_c": 32.1, "heat_days_14d": 10}, "high_heat_used_to", False),
        (
            # 245 minutes at 0.12 l/h too much is 0.49 l, at 0.13 l/h 0.53 l.
            {"measured_sweat_rate_l_h": 0.6, "fluid_intake_l_h": 0.72},
            "over_drinking",
            False,
        ),
        (
            {"measured_sweat_rate_l_h": 0.6, "fluid_intake_l_h": 0.73},
            "over_drinking",
            True,
        ),
        (
            {"measured_sweat_rate_l_h": 0.1, "fluid_intake_l_h": None},
            "over_drinking",
            False,
        ),
        ({"conditions": ["poor_circulation", "diabetes"]}, "circulation", True),
        ({"conditions": ["diabetes"]}, "circulation", False),
        ({"conditions": None}, "circulation", False),
        ({"pregnancy_trimester": "1", "sex": "female"}, "pregnancy", True),
        ({"pregnancy_trimester": "1", "sex": None}, "pregnancy", True),
        ({"pregnancy_trimester": "1", "sex": "male"}, "pregnancy", False),
        ({"pregnancy_trimester": "0", "sex": "female"}, "pregnancy", False),
        ({"pregnancy_trimester": "1", "sex": "male"}, "pregnancy_contradicted", True),
        ({"pregnancy_trimester": "0", "sex": "male"}, "pregnancy_contradicted", False),
        ({"pregnancy_trimester": None, "sex": "male"}, "pregnancy_contradicted", False),
        ({"pregnancy_trimester": "3", "sex": "female"}, "pregnancy_contradicted", False),
        ({"pregnancy_trimester": "3", "sex": None}, "pregnancy_contradicted", False),
        ({"pregnancy_trimester": None}, "pregnancy", False),
        # 74 kg in 245 minutes: a tenth is 7.4 l, 1.81 l/h.
        (
            {"measured_sweat_rate_l_h": 1.8, "fluid_intake_l_h": 0, "body_mass_kg": 74},
            "impossible_loss",
            False,
        ),
        (
            {"measured_sweat_rate_l_h": 1.83, "fluid_intake_l_h": 0, "body_mass_kg": 74},
            "impossible_loss",
            True,
        ),
        ({"age_years": 17.9}, "under_18", True),
        ({"age_years": 18}, "under_18", False),
        ({"age_years": 17, "body_mass_kg": None}, "under_18_sweat", True),
        ({"age_years": 17, "body_mass_kg": 60}, "under_18_sweat", False),
        ({"age_years": 18, "body_mass_kg": None}, "under_18_sweat", False),
        (
            {"age_years": 17, "body_mass_kg": None, "measured_sweat_rate_l_h": 1.0},
            "under_18_sweat",
            False,
        ),
        ({"illness_24h": "yes"}, "illness", True),
        ({"illness_24h": "no"}, "illness", False),
        ({"illness_24h": None}, "illness", False),
    ],
)
def test_guards_speak_when_they_apply_and_only_then(changes, name, applies):
    cool = {**MARATHON, "wbgt_c": 15}
    assert (name in {g.name for g in assess({**cool, **changes}).guards}) == applies


@pytest.mark.parametrize("flag", list(FIELDS["red_flags"].levels))
def test_a_red_flag_comes_before_any_number(flag):
    named = {**MARATHON, "red_flags": [flag]}
    for session in (named, {**named, "red_flags_seen": "no"}):
        answer = assess(session)
        assert math.isnan(answer.total_points)
        assert math.isnan(answer.probability)
        assert answer.band == "unknown"
        (problem,) = answer.problems
        assert problem == Problem("red_flags", "sign_not_looked_at", (flag,))
        assert flag in {guard.name for guard in answer.guards}
        row = assess_frame(pd.DataFrame([{**session, "red_flags": flag}])).iloc[0]
        assert row["problems"] == str(problem)
        assert row["safety"] == joined(answer.guards)
    seen = assess({**named, "red_flags_seen": "yes"})
    assert seen.total_points == assess(MARATHON).total_points
    assert [guard.name for guard in seen.guards][:1] == ["red_flag_seen"]
    assert flag not in {guard.name for guard in seen.guards}


def test_no_red_flag_changes_nothing_and_is_not_an_open_question():
    plain = assess(MARATHON)
    for value in ("none", None):
        assert assess({**MARATHON, "red_flags": value}) == plain
    assert not any(FIELDS[name].group == "before" for name in plain.missing)
    assert set(RED_FLAGS) == set(FIELDS["red_flags"].levels)


def test_a_list_shows_the_evidence_of_what_was_named():
    def row(**answers):
        rows = assess({**MARATHON, **answers}).contributions
        return next(c for c in rows if c.factor in answers)

    anaemia = row(conditions=["anaemia"])
    assert anaemia.grade == "Anaemia none"
    assert anaemia.judgement
    assert "stand in for it" in anaemia.departure
    tablets = row(medications=["oral_beta_agonist"])
    assert tablets.source == "our judgement"
    liver = row(conditions=["liver", "kidney"])
    assert liver.grade == "Cirrhosis of the liver weak, Kidney disease moderate"
    assert not liver.judgement
    assert liver.source.count("Schwellnus") == 1


def test_totals_above_100_are_shown_as_100():
    worst = {
        **MARATHON,
        "cramp_sessions_12mo": "6+",
        "wbgt_c": 35,
        "conditions": ["liver", "dialysis"],
    }
    answer = assess(worst)
    assert answer.total_points > 100


def test_another_scorecard_counts_its_own_weights(tmp_path):
    from riskmodel.datasets import data_file

    text = data_file("scorecard.toml").read_text(encoding="utf-8")
    old = '{ level = "no", ratio = 1.07, points = 1 }'
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(
        text.replace(old, '{ level = "no", ratio = 1.41, points = 5 }'),
        encoding="utf-8",
    )
    session = {**MARATHON, "stretching": "no"}
    mine = assess(session, load_scorecard(path))
    assert mine.total_points == assess(session).total_points + 4
    frame = assess_frame(pd.DataFrame([session]), load_scorecard(path))
    assert frame["total_points"].iloc[0] == mine.total_points


@given(sessions())
def test_the_answer_survives_json(session):
    answer = assess(session)
    plain = json.loads(json.dumps(answer.to_dict(), allow_nan=False))
    assert plain["total_points"] == answer.total_points
    assert set(plain["physiology"]) == set(QUANTITIES)


# ------------------------------------------------------- finite, or absent and said so


def every_number(plain):
    """Numbers of nested dictionaries and lists."""
    if isinstance(plain, dict | list | tuple):
        for item in plain.values() if isinstance(plain, dict) else plain:
            yield from every_number(item)
    elif isinstance(plain, float):
        yield plain


NO_SIMILAR = {"longest_recent_min": 0}


@given(sessions(), st.sampled_from([{}, NO_SIMILAR, {"longest_recent_min": 1e-306}]))
def test_every_reported_quantity_is_finite_or_absent(session, changes):
    session = {**session, **changes}
    answer = assess(session)
    assert not any(map(math.isinf, every_number(asdict(answer))))
    assert all(map(math.isfinite, every_number(answer.to_dict())))
    json.dumps(answer.to_dict(), allow_nan=False)
    row = assess_frame(pd.DataFrame([session]))
    assert not np.isinf(row.select_dtypes("number").to_numpy(dtype=float)).any()


@pytest.mark.parametrize("name", load_examples())
def test_no_similar_session_counts_as_one_far_shorter_and_is_said_in_words(name):
    session = load_examples()[name]
    none = assess({**session, **NO_SIMILAR})
    far_shorter = assess({**session, "longest_recent_min": session["duration_min"] / 50})
    row = next(c for c in none.contributions if c.factor == "preparedness")
    assert row.points == CARD["preparedness"].largest
    assert none.probability == far_shorter.probability
    assert none.probability_low == far_shorter.probability_low
    assert (row.value, row.answered, value_text(row)) == (None, True, "no similar session")
    assert math.isnan(none.physiology["preparedness_ratio"])
    assert none.to_dict()["physiology"]["preparedness_ratio"] is None
    left_open = {k: v for k, v in session.items() if k != "longest_recent_min"}
    open_row = next(
        c for c in assess(left_open).contributions if c.factor == "preparedness"
    )
    assert (open_row.value, open_row.answered) == (None, False)
    assert value_text(open_row) == "not answered"


HOT = {**MARATHON, "age_years": 16, "wbgt_c": 33, "illness_24h": "yes"}


def test_an_answer_with_warnings_crosses_processes_and_files():
    answer = assess(HOT)
    assert len(answer.guards) >= 3
    again = pickle.loads(pickle.dumps(answer))
    assert again.to_dict() == answer.to_dict()
    assert again.guards == answer.guards
    json.dumps(asdict(answer))
    for frame in (assess_frame(pd.DataFrame([HOT])),):
        assert " at 0x" not in frame.to_csv()
        assert pickle.loads(pickle.dumps(frame)).equals(frame)


def test_an_answer_is_read_well_in_a_terminal_and_in_a_notebook():
    answer = assess(HOT)
    assert answer.in_100 in repr(answer)
    page = answer._repr_html_()
    assert all(str(guard) in unescape(page) for guard in answer.guards)
    nasty = assess({**MARATHON, "sky": "<b>x</b>"})
    assert "<b>x" not in nasty._repr_html_()
