"""The step from points to a probability, its range and its words."""

import json
import math
import subprocess
import sys
from bisect import bisect_right
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.frames import raw_frame
from riskmodel import (
    CalibrationError,
    assess,
    assess_frame,
    load_calibration,
    load_scorecard,
)
from riskmodel.datasets import data_file, kept_scorecards, load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.scoring.bands import BANDS, band_name, in_100_text, shown_in_100
from riskmodel.scoring.engine import Engine
from riskmodel.scoring.open_questions import _OPTIONAL, without_the_day
from riskmodel.scoring.probability import expit, weight_doubt
from tests.scorecard.test_scorecard import WRONG, replaced
from tests.strategies import sessions, values

RAW = json.loads(data_file("calibration.json").read_text(encoding="utf-8"))
CARD = load_scorecard()
CALIBRATION = load_calibration()
MARATHON = load_examples()["Marathon"]
OPTIONAL = [f.name for f in FIELDS.values() if f.scored and not f.required]
DAY = {
    name: FIELDS[name]
    for name in OPTIONAL
    if FIELDS[name].group in ("weather", "today")
    or name.startswith(
        ("warm_up", "stretch", "fluid", "drink", "cloth", "measured", "heat")
    )
}


def on_a_line(x, at, values, *, flat):
    """Straight lines between knots, written for one number and without NumPy."""
    i = min(max(bisect_right(at, x) - 1, 0), len(at) - 2)
    share = (x - at[i]) / (at[i + 1] - at[i])
    if flat:
        share = min(max(share, 0.0), 1.0)
    return values[i] + share * (values[i + 1] - values[i])


QUESTIONS = RAW["questions"]


def asked(missing):
    """Open questions; place and time of the session count as one."""
    sun = {"start_time", "latitude_deg", "longitude_deg"}
    return {*missing} - sun | ({"start_time"} if sun & {*missing} else set())


def by_duration(minutes, values):
    logs = [math.log(m) for m in QUESTIONS["duration_min"]]
    return on_a_line(math.log(minutes), logs, values, flat=True)


def squares_of(kind, name, session):
    """One question's square, read between four cells of its table."""
    rows = zip(*QUESTIONS[kind][name], strict=True)
    at_c, air_c = QUESTIONS["air_temperature_c"], session["air_temperature_c"]
    columns = [on_a_line(air_c, at_c, row, flat=True) for row in rows]
    return by_duration(session["duration_min"], columns)


def shift_of(missing, session):
    """What open questions add to the log odds, some by effort and sport as well."""
    minutes, total = session["duration_min"], 0.0
    for name in asked(missing):
        told = QUESTIONS["told_logit"].get(name)
        if told is None:
            total += by_duration(minutes, QUESTIONS["mean_odds_logit"][name])
            continue
        added = by_duration(minutes, told["duration_min"]) + told["sport"][session["sport"]]
        at_rpe = QUESTIONS["session_rpe"]
        added += on_a_line(session["session_rpe"], at_rpe, told["session_rpe"], flat=True)
        least, most = told["ends"]
        total += min(max(added, least), most)
    return total


@pytest.mark.parametrize("name", QUESTIONS["told_logit"])
def test_an_open_question_lies_between_its_lowest_and_its_highest_answer(name):
    frame = raw_frame(3000, 5, categories=False)
    for asked_for in (frame, frame[list(SIX)]):
        answers = [
            assess_frame(asked_for.assign(**{name: level}))["probability"]
            for level in FIELDS[name].levels
        ]
        left_open = assess_frame(asked_for.drop(columns=name, errors="ignore"))[
            "probability"
        ]
        # The file rounds its tables to four digits.
        assert (left_open >= np.min(answers, axis=0) * 0.999).all()
        assert (left_open <= np.max(answers, axis=0) * 1.001).all()


def curve(points):
    return on_a_line(points, RAW["points"]["at"], RAW["points"]["logit"], flat=False)


SIX = {name: MARATHON[name] for name, field in FIELDS.items() if field.required}


@pytest.mark.parametrize("name", [*load_examples(), "six answers"])
def test_everything_can_be_recomputed_from_the_file_by_hand(name):
    session = {**load_examples(), "six answers": SIX}[name]
    answer = assess(session)
    own = next(c.points for c in answer.contributions if c.factor == "duration")
    knots = RAW["duration"]["at_points"]
    usual = curve(answer.total_points)
    usual += on_a_line(own, knots, RAW["duration"]["logit"], flat=True)
    shift = shift_of(answer.missing, session)
    assert answer.open_questions_logit == pytest.approx(shift, abs=1e-9)
    number = usual + shift
    assert answer.probability == pytest.approx(1 / (1 + math.exp(-number)), rel=1e-9)

    doubt = dict(zip([f.name for f in CARD.factors], weight_doubt(CARD), strict=True))
    of_weights = sum(
        (doubt[c.factor] * (c.points - RAW["typical_points"][c.factor])) ** 2
        for c in answer.contributions
    )
    slope = (curve(answer.total_points + 5) - curve(answer.total_points - 5)) / 10

    def half(kind, of_assumptions):
        open_still = sum(squares_of(kind, n, session) for n in asked(answer.missing))
        # 95 % of a normal distribution lie below 1.6449 standard deviations.
        in_logit = 1.6449 * slope * math.sqrt(of_weights + open_still)
        return math.hypot(on_a_line(own, knots, of_assumptions, flat=True), in_logit)

    assumptions = RAW["assumptions"]
    low = min(usual - half("mean_square_points", assumptions["low_logit"]), number)
    high = max(usual + half("upward_square_points", assumptions["high_logit"]), number)
    assert answer.probability_low == pytest.approx(1 / (1 + math.exp(-low)), rel=1e-9)
    assert answer.probability_high == pytest.approx(1 / (1 + math.exp(-high)), rel=1e-9)


def test_an_answer_narrows_the_range_by_as_much_as_was_said():
    answer = assess(SIX)
    name = next(iter(answer.narrowing))
    engine = Engine(CARD, CALIBRATION)
    where = float(SIX["air_temperature_c"]), float(SIX["duration_min"])
    bits = sum(1 << i for i, n in enumerate(_OPTIONAL) if n in answer.missing)
    each = engine.open_questions.of_each(bits, *where)
    kinds = ("mean_square_points", "upward_square_points")
    both = np.sum(list(each.values()), axis=0)
    assert both == pytest.approx(
        [sum(squares_of(kind, n, SIX) for n in asked(answer.missing)) for kind in kinds]
    )
    own = next(c.points for c in answer.contributions if c.factor == "duration")
    usual = float(CALIBRATION.logit(answer.total_points, own))
    slope = float(CALIBRATION.logit_per_point(answer.total_points))
    below, above = (float(x) for x in CALIBRATION.assumptions(own))
    left = (1.6449 * slope) ** 2 * (both - each[name])
    down, up = np.sqrt(answer.spreads["spread_weights"] ** 2 + left)
    low, high = usual - math.hypot(below, down), usual + math.hypot(above, up)
    narrower = float(expit(high) - expit(low))
    was = answer.probability_high - answer.probability_low
    assert was - narrower == pytest.approx(answer.narrowing[name], rel=1e-6)
    told = assess({**SIX, "start_time": "2026-07-01T08:00+02:00"}).narrowing
    assert "start_time" not in told
    assert "latitude_deg" in told


@given(sessions())
def test_the_range_holds_the_probability_and_words_and_numbers_agree(session):
    answer = assess(session)
    assert 0 < answer.probability_low <= answer.probability <= answer.probability_high < 1
    assert answer.probability_ideal <= answer.probability
    shown = int(shown_in_100(answer.probability))
    assert answer.in_100 == in_100_text(answer.probability)
    band = next(b for b in BANDS if shown <= b.up_to)
    assert answer.band == band.name


@example({**SIX, "duration_min": 319.0, "air_temperature_c": 0.0}, 5)
@given(sessions(), st.sampled_from([5, 30, 200]))
def test_a_longer_session_never_lowers_the_probability(session, more_min):
    # With a start time the sun moves on while the session lasts.
    plan = {k: v for k, v in session.items() if k not in ("start_time", "fluid_intake_l_h")}
    longer = {**plan, "duration_min": min(plan["duration_min"] + more_min, 1440)}
    assert assess(longer).probability >= assess(plan).probability - 1e-12


@given(sessions(), st.sets(st.sampled_from(OPTIONAL)))
def test_answering_never_widens_what_the_assumptions_leave_open(session, left_out):
    fewer = {k: v for k, v in session.items() if k not in left_out}
    part = "spread_assumptions"
    assert assess(session).spreads[part] == assess(fewer).spreads[part]


@given(st.integers(0, 2**30), st.integers(0, 2**30))
def test_more_open_questions_never_leave_less_open(some, more):
    questions = Engine(CARD, CALIBRATION).open_questions
    where = np.array([21.0]), np.array([75.0])
    few = np.ravel(questions.variance(np.array([some]), *where))
    many = np.ravel(questions.variance(np.array([some | more]), *where))
    assert (many >= few - 1e-12).all()
    each = questions.of_each(some, 21.0, 75.0).values()
    assert np.sum([(0.0, 0.0), *each], axis=0) == pytest.approx(few)


def test_the_question_named_first_narrows_the_range_most():
    bare = {k: MARATHON[k] for k, f in FIELDS.items() if f.required}
    answer = assess(bare)
    assert next(iter(answer.narrowing)) == "cramp_sessions_12mo"
    by = list(answer.narrowing.values())
    assert by == sorted(by, reverse=True)
    width = answer.probability_high - answer.probability_low
    # Answered so that the total stays where it is: 3 points are the average.
    assert sum(by) <= width


def test_everything_answered_leaves_nothing_to_the_questions():
    full = {
        **MARATHON,
        "family_cramps": "no",
        "latitude_deg": 50.0,
        "longitude_deg": 8.0,
        "start_time": "2026-07-01T08:00+02:00",
        **{n: 1 for n in ("soreness_0_10", "hard_sessions_3d", "rest_days_7d")},
    }
    for name in assess(full).missing:
        field = FIELDS[name]
        full[name] = next(iter(field.levels)) if field.levels else field.low
    answer = assess(full)
    assert answer.missing == ()
    assert answer.spreads["spread_unanswered"] == 0
    assert answer.narrowing == {}


def test_ideal_conditions_leave_out_the_day_and_keep_the_athlete():
    answer = assess({**MARATHON, "wbgt_c": 30.0, "sleep_h": 4.0})
    # With nothing open about the day.
    day = {n: f.low if f.kind == "number" else [*f.levels, None][0] for n, f in DAY.items()}
    day["start_time"] = "2026-07-01T12:00:00+00:00"
    shift = assess({**MARATHON, **day}).open_questions_logit
    duration = next(c.points for c in answer.contributions if c.factor == "duration")
    kept = [c.points for c in answer.contributions if not CARD[c.factor].of_the_day]
    by_hand = expit(CALIBRATION.logit(sum(kept), duration) + shift)
    assert answer.probability_ideal == pytest.approx(float(by_hand), rel=1e-12)
    assert {f.name for f in CARD.factors if f.of_the_day} == {
        "warm_up", "stretching", "heat", "fluid_loss", "start_hydration", "sodium_deficit",
        "sleep", "soreness", "hard_sessions", "rest_days", "stress", "alcohol", "caffeine",
        "thirst",
        "diuretic_and_fluid_loss",
    }  # fmt: skip


BAD_DAY = {
    **MARATHON, "air_temperature_c": 31, "relative_humidity_pct": 60, "sleep_h": 4,
    "soreness_0_10": 6, "hard_sessions_3d": 3, "rest_days_7d": 0, "stress": "high",
    "urine_colour": "dark", "fluid_intake_l_h": 0.2, "sex": "female", "body_mass_kg": 62,
    "height_cm": 168, "medications": ["statin"], "conditions": ["none"],
    "family_cramps": "no", "pregnancy_trimester": "0", "latitude_deg": 48,
    "longitude_deg": 16, "start_time": "2026-07-01T12:00+02:00", "sky": "clear",
}  # fmt: skip
DAY_FACTORS = {factor.name for factor in CARD.factors if factor.of_the_day}


def answers_to(name):
    """Some answers to a question, from one end to the other."""
    field = FIELDS[name]
    if field.kind == "number":
        return list(np.linspace(field.low, field.high, 7))
    if field.kind == "time":
        return [f"2026-07-01T{hour:02}:00+02:00" for hour in (3, 8, 13)]
    return [[item] for item in field.levels] if field.kind == "levels" else [*field.levels]


def is_of_the_day(name):
    """The law: a question is of the day if it moves the points of such factors only."""
    points = [
        {c.factor: c.points for c in assess({**BAD_DAY, name: answer}).contributions}
        for answer in answers_to(name)
    ]
    return {f for other in points for f in other if other[f] != points[0][f]} <= DAY_FACTORS


@cache
def of_the_day():
    return {name for name in OPTIONAL if is_of_the_day(name)}


@pytest.mark.parametrize("name", OPTIONAL)
def test_a_question_moves_the_ideal_unless_it_is_of_the_day(name):
    open_and_answered = [None, *answers_to(name)]
    answers = [assess({**BAD_DAY, name: answer}) for answer in open_and_answered]
    assert all(a.probability_ideal < a.probability for a in answers)
    same = np.ptp([a.probability_ideal for a in answers]) < 1e-12
    assert same == (name in of_the_day())


def test_in_ideal_conditions_no_question_of_the_day_is_open_and_every_other_stays_so():
    for position, name in enumerate(_OPTIONAL):
        bit = 1 << position
        assert without_the_day(bit) == (0 if name in of_the_day() else bit)


def test_in_ideal_conditions_the_questions_about_the_person_stay_open():
    hot = {**SIX, "air_temperature_c": 33, "relative_humidity_pct": 60, "sleep_h": 4}
    for answered in ({}, *({name: answers_to(name)[0]} for name in OPTIONAL)):
        session = {**hot, **answered}
        answer = assess(session)
        open_still = [name for name in answer.missing if name not in of_the_day()]
        shift = shift_of(open_still, session)
        own = next(c.points for c in answer.contributions if c.factor == "duration")
        kept = sum(c.points for c in answer.contributions if c.factor not in DAY_FACTORS)
        ideal = float(expit(CALIBRATION.logit(kept, own) + shift))
        assert answer.probability_ideal == pytest.approx(ideal, rel=1e-9), answered


@settings(max_examples=50)
@given(sessions(), st.data())
def test_the_day_does_not_move_its_ideal(session, data):
    drawn = {name: st.none() | values(field) for name, field in DAY.items()}
    other = assess({**session, **data.draw(st.fixed_dictionaries(drawn))})
    answer = assess(session)
    assert answer.probability_ideal <= answer.probability
    # Unless the day was ideal already, and the ideal is the answer itself.
    if max(answer.probability_ideal, other.probability_ideal) < min(
        answer.probability, other.probability
    ):
        assert other.probability_ideal == pytest.approx(answer.probability_ideal, rel=1e-9)


@pytest.mark.parametrize(
    ("probability", "text", "band"),
    [
        (0.0049, "fewer than 1", "low"),
        (0.005, "about 1", "low"),
        (0.0149, "about 1", "low"),
        (0.015, "about 2", "moderate"),
        (0.0749, "about 7", "moderate"),
        (0.075, "about 8", "high"),
        (0.1949, "about 19", "high"),
        (0.195, "about 20", "very_high"),
        (0.294, "about 29", "very_high"),
        (0.296, "about 30", "very_high"),
        (0.324, "about 30", "very_high"),
        (0.325, "about 35", "very_high"),
        (0.92, "about 90", "very_high"),
        (0.93, "95 or more", "very_high"),
        (1.0, "95 or more", "very_high"),
        (math.nan, "unknown", "unknown"),
    ],
)
def test_words_on_both_sides_of_every_limit(probability, text, band):
    assert in_100_text(probability) == text
    assert band_name(probability) == band


def test_a_session_with_a_problem_has_no_number_and_no_band():
    answer = assess({**MARATHON, "age_years": 300})
    assert math.isnan(answer.probability)
    assert math.isnan(answer.probability_high)
    assert answer.band == answer.in_100 == "unknown"
    assert answer.narrowing == {}


def test_doubt_about_a_weight_comes_from_its_grade_or_its_interval():
    doubt = dict(zip([f.name for f in CARD.factors], weight_doubt(CARD), strict=True))
    assert doubt["duration"] == 0
    assert doubt["soreness"] == 0.75
    # By hand: 2.16 to 54.44 around 10.85.
    by_hand = math.log(54.44 / 2.16) / (2 * 1.96 * math.log(10.85))
    assert doubt["history"] == pytest.approx(by_hand)
    assert by_hand > 0.25


def test_a_rate_of_ones_own_shifts_all_log_odds_alike():
    points, duration = np.array([40.0, 60.0, 80.0]), np.array([18.0, 26.0, 44.0])
    own = CALIBRATION.with_own_rate(0.12, points, duration)
    assert expit(own.logit(points, duration)).mean() == pytest.approx(0.12)
    shift = own.logit(points, duration) - CALIBRATION.logit(points, duration)
    assert np.ptp(shift) < 1e-12
    six = pd.DataFrame([{**SIX, "duration_min": m} for m in (60, 120, 240)])
    now = assess_frame(six)
    given = now["total_points"], now["points_duration"], now["open_questions_logit"]
    again = assess_frame(six, calibration=CALIBRATION.with_own_rate(0.2, *given))
    assert again["probability"].mean() == pytest.approx(0.2)
    answer = assess(MARATHON, calibration=own)
    assert answer.probability != assess(MARATHON).probability
    assert answer.spreads == pytest.approx(assess(MARATHON).spreads)


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, 1.2])
def test_a_rate_that_cannot_be_is_refused(rate):
    with pytest.raises(ValueError, match="above 0 and below 1"):
        CALIBRATION.with_own_rate(rate, [50.0], [18.0])
    with pytest.raises(ValueError, match="None of the sessions"):
        CALIBRATION.with_own_rate(0.1, [math.nan], [18.0])


def changed_scorecard(tmp_path):
    text = data_file("scorecard.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    old = '{ level = "yes", ratio = 2.00, points = 10 }'
    assert text.count(old) == 1
    new = '{ level = "yes", ratio = 2.64, points = 14 }'
    path.write_text(text.replace(old, new), encoding="utf-8")
    return load_scorecard(path)


@pytest.mark.parametrize("version", kept_scorecards())
def test_a_scorecard_that_is_kept_gives_a_probability_by_its_own_curves(version):
    card = load_scorecard(version)
    own = load_calibration(version, card)
    assert own is load_calibration(scorecard=card)
    assert own.made["scorecard_version"] == version
    for session in load_examples().values():
        answer = assess(session, card)
        assert answer.to_dict() == assess(session, card, own).to_dict()
        assert 0.0 < answer.probability_low < answer.probability_high < 1.0


def test_another_scorecard_gives_points_and_no_borrowed_probability(tmp_path):
    mine = changed_scorecard(tmp_path)
    answer = assess(MARATHON, mine)
    assert answer.total_points == assess(MARATHON).total_points + 4
    assert math.isnan(answer.probability)
    assert answer.band == "unknown"
    with pytest.raises(CalibrationError, match="cramprisk calibrate"):
        assess(MARATHON, mine, CALIBRATION)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda raw: raw.update(format=99), "format 99"),
        (lambda raw: raw.pop("points"), "damaged"),
        (lambda raw: raw["points"]["logit"].reverse(), "does not rise"),
        (lambda raw: raw["points"]["logit"].pop(), "shape"),
        (lambda raw: raw["assumptions"]["low_logit"].__setitem__(0, -1.0), "below"),
        (lambda raw: raw["questions"]["mean_square_points"]["sky"].pop(), "shape"),
        (lambda raw: raw["typical_points"].update(heat="a"), "damaged"),
        (lambda raw: raw["typical_points"].pop("heat"), "no typical points of heat"),
        (lambda raw: raw["points"]["logit"].__setitem__(0, math.nan), "damaged"),
        (lambda raw: raw["made"].update(scorecard_fingerprint="abc"), "abc"),
        (lambda raw: raw["made"].pop("seed"), "no 'seed'"),
        (lambda raw: raw["points"].update(at=[10.0], logit=[-5.0]), "knots"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(tmp_path, change, words):
    raw = json.loads(json.dumps(RAW))
    change(raw)
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(CalibrationError, match=words):
        load_calibration(path, CARD)


def refusal(path):
    """Why a calibration cannot be used, or None where it gives a probability."""
    try:
        answer = assess(MARATHON, calibration=load_calibration(path, CARD))
    except CalibrationError as error:
        return str(error)
    return None if 0 < answer.probability < 1 else "no probability"


@pytest.mark.parametrize("wrong", [*WRONG, [1.0], [2.0, 1.0], math.inf], ids=repr)
def test_whatever_stands_in_a_calibration_is_used_or_refused(tmp_path, wrong):
    path = tmp_path / "mine.json"
    parts = [(part,) for part in RAW]
    parts += [
        (part, name) for part in RAW if isinstance(RAW[part], dict) for name in RAW[part]
    ]
    parts += [
        ("questions", "mean_odds_logit", "sky"),
        ("questions", "mean_square_points", "sky"),
    ]
    for part in parts:
        path.write_text(json.dumps(replaced(RAW, part, wrong)), encoding="utf-8")
        why = refusal(path)
        assert why is None or "cramprisk calibrate" in why, part


@pytest.mark.parametrize("kind", ["mean_square_points", "mean_odds_logit"])
def test_a_calibration_without_a_question_does_not_count_it_as_answered(tmp_path, kind):
    raw = json.loads(json.dumps(RAW))
    del raw["questions"][kind]["sky"]
    (tmp_path / "mine.json").write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(CalibrationError, match="question sky"):
        assess(MARATHON, calibration=load_calibration(tmp_path / "mine.json"))


@pytest.mark.parametrize(
    "kind",
    ["told_logit", "mean_odds_logit", "mean_square_points", "upward_square_points"],
)
def test_a_question_that_this_version_does_not_ask_counts_for_nothing(kind, tmp_path):
    raw = json.loads(data_file("calibration.json").read_text())
    raw["questions"][kind]["naps"] = next(iter(raw["questions"][kind].values()))
    (file := tmp_path / "calibration.json").write_text(json.dumps(raw))
    frame = raw_frame(50, 5, categories=False)[list(SIX)]
    pd.testing.assert_frame_equal(
        assess_frame(frame, calibration=load_calibration(file)), assess_frame(frame)
    )


def test_an_engine_takes_no_calibration_that_lacks_a_factor():
    lacking = {n: v for n, v in CALIBRATION.typical_points.items() if n != "heat"}
    for use in (Engine, lambda card, own: assess(MARATHON, card, own)):
        with pytest.raises(CalibrationError, match="no typical points of heat"):
            use(CARD, replace(CALIBRATION, typical_points=lacking))


def test_no_file_and_no_json_get_a_sentence(tmp_path):
    with pytest.raises(CalibrationError, match=r"nowhere\.json.*2026\.1"):
        load_calibration(tmp_path / "nowhere.json")
    with pytest.raises(CalibrationError, match="cannot be read"):
        load_calibration(tmp_path)
    for text in ("{", "9" * 5000, "[" * 100_000):
        (tmp_path / "half.json").write_text(text, encoding="utf-8")
        with pytest.raises(CalibrationError, match="is not JSON"):
            load_calibration(tmp_path / "half.json")


def test_scoring_needs_no_scikit_learn():
    code = (
        "import sys; from riskmodel import assess; from riskmodel.datasets import "
        "load_examples; assess(load_examples()['Marathon']); "
        "sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("part", "value"),
    [
        (("points", "at"), 1e-320),
        (("points", "logit"), 1e308),
        (("points", "logit"), -1e308),
        (("duration", "logit"), 1e7),
        (("assumptions", "high_logit"), 1e300),
    ],
)
def test_a_calibration_of_numbers_that_overflow_is_refused(tmp_path, part, value):
    raw = json.loads(json.dumps(RAW))
    table = raw[part[0]][part[1]]
    if part == ("points", "at"):
        table[1] = table[0] + value
    else:
        table[-1] = value
    (tmp_path / "mine.json").write_text(json.dumps(raw), encoding="utf-8")
    assert refusal(tmp_path / "mine.json").endswith("cramprisk calibrate")


def test_a_certainty_is_no_error():
    for shift, chance in ((800.0, 1.0), (-800.0, 0.0)):
        answer = assess(MARATHON, calibration=replace(CALIBRATION, shift=shift))
        assert answer.probability == chance
        assert answer.narrowing == {}
