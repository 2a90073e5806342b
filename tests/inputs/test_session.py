import json
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal

import jsonschema
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel import advise, assess
from riskmodel.datasets import load_examples
from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.problems import AnswerError, Problem
from riskmodel.inputs.reading import read_frame
from riskmodel.inputs.schema import json_schema
from riskmodel.inputs.session import (
    FIELDS,
    SCORECARD_VERSION,
    Session,
    check,
    read_session,
    tidy,
)
from tests.strategies import sessions, values

GOOD = {
    "sport": "running",
    "duration_min": 60,
    "session_rpe": 5,
    "age_years": 40,
    "air_temperature_c": 20,
    "relative_humidity_pct": 50,
}
NUMBERS = [field for field in FIELDS.values() if field.kind == "number"]


def frame_of(**columns):
    return pd.DataFrame({**{k: [v] for k, v in GOOD.items()}, **columns})


def test_a_complete_session_has_no_problems():
    assert check(GOOD) == ()


@pytest.mark.parametrize("field", NUMBERS, ids=lambda f: f.name)
def test_the_limits_belong_to_the_range_and_what_is_beyond_does_not(field):
    for inside in (field.low, field.high):
        assert check({**GOOD, field.name: inside}) == ()
        assert read_frame(frame_of(**{field.name: [inside]})).usable().all()
    for beyond in (field.low - 0.01, field.high + 0.01, np.inf, -np.inf):
        (sentence,) = check({**GOOD, field.name: beyond})
        for part in (field.label, field.name, f"{field.low:g} to {field.high:g}"):
            assert part in sentence
        found = read_frame(frame_of(**{field.name: [beyond]})).problem_texts()[0]
        assert field.name in found
        assert f"{field.low:g} to {field.high:g}" in found


@pytest.mark.parametrize("name", [f.name for f in FIELDS.values() if f.required])
@pytest.mark.parametrize("blank", [None, "", "  ", np.nan, "NA", "nan"])
def test_a_missing_required_answer_is_named(name, blank):
    (sentence,) = check({**GOOD, name: blank})
    assert name in sentence
    assert "missing" in sentence


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("age_years", "forty"),
        ("age_years", True),
        ("air_temperature_c", "21,500"),
        ("air_temperature_c", "1_0"),
        ("sport", "chess"),
        ("sex", 1),
        ("medications", "aspirin"),
        ("medications", "none;statin"),
        ("medications", ["statin", "statins"]),
        ("start_time", "2026-07-01T14:00"),
        ("start_time", "tomorrow"),
        ("start_time", "0001-01-01T00:00+00:00"),
        ("start_time", "9999-12-31T23:59-14:00"),
        ("age_years", [40]),
        ("age_years", 40 + 1j),
    ],
)
def test_a_bad_value_gets_a_sentence_with_field_value_and_what_is_allowed(field, value):
    (sentence,) = check({**GOOD, field: value})
    assert FIELDS[field].label in sentence
    assert (
        ";".join(map(str, value)) if isinstance(value, list) else str(value)
    ) in sentence
    assert FIELDS[field].allowed in sentence


def test_a_decimal_comma_is_explained():
    (sentence,) = check({**GOOD, "air_temperature_c": "1,500"})
    assert sentence.endswith("Write decimals with a point.")


def test_a_level_that_a_spreadsheet_turned_into_a_date_is_explained():
    (sentence,) = check({**GOOD, "cramp_sessions_12mo": "2-Jan"})
    assert "spreadsheet" in sentence


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("cramp_sessions_12mo", 0, 2),
        ("cramp_sessions_12mo", "1–2", 3),
        ("pregnancy_trimester", 2.0, 2),
        ("competition", True, 1),
        ("sport", " American football ", 9),
        ("medications", "none", 0),
        ("medications", "statin; Loop diuretic", 0b1010),
        ("medications", ["thiazide_diuretic"], 1),
        ("medications", (name for name in ["statin"]), 0b1000),
        ("medications", "", -1),
        ("medications", [], -1),
    ],
)
def test_answers_are_read_as_people_write_them(name, value, code):
    frame = frame_of(**{name: [value]})
    read = read_frame(frame)
    assert read.usable().all()
    assert read.columns[name][0] == code


@pytest.mark.parametrize("field", [f for f in FIELDS.values() if f.broader])
def test_a_broader_answer_is_read_and_offered_only_to_who_gave_it(field):
    for level, broad in field.broader.items():
        assert {level, broad} <= {*field.levels}
        assert broad not in field.broader
        assert broad not in field.offered()
        assert [*field.offered(level)] == [*field.offered()]
        assert [*field.offered(broad)] == [
            n for n in field.levels if n in field.offered(broad)
        ]
        for text in (level, broad):
            assert tidy({field.name: f" {text.upper()} "}) == ({field.name: text}, ())


@pytest.mark.parametrize("zero", ["0", 0, 0.0, np.int64(0)])
def test_none_in_the_last_12_months_stays_an_answer_that_says_no_more(zero):
    name = "cramp_sessions_12mo"
    assert tidy({name: zero}) == ({name: "0"}, ())
    numbers = [assess({**GOOD, name: a}).probability for a in ("never", zero, "earlier")]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(
    "text", ["#SAKNAS!", "#PUUTTUU!", "#HIÁNYZIK", "#N/D!", "#NENÍ_K_DISPOZICI", "#YOK"]
)
def test_what_excel_writes_where_it_found_nothing_is_blank_in_any_language(text):
    assert is_blank(text)
    assert not is_blank("#REF!")


def test_none_is_an_answer_and_blank_is_not():
    read = read_frame(pd.DataFrame([GOOD, GOOD]).assign(conditions=["none", None]))
    assert read.columns["conditions"].tolist() == [0, -1]


def test_an_unknown_name_is_refused_with_a_suggestion():
    with pytest.raises(ValueError, match="air_temperature_c"):
        Session(air_temperature=21)
    with pytest.raises(ValueError, match="no input 'shoe_size'"):
        check({**GOOD, "shoe_size": 43})


def test_a_column_that_appears_twice_is_refused():
    frame = frame_of().assign(extra=1).rename(columns={"extra": "age_years"})
    with pytest.raises(ValueError, match="age_years"):
        read_frame(frame)


def test_several_problems_of_one_row_are_all_named():
    text = read_frame(frame_of(age_years=[3], sleep_h=[40])).problem_texts()[0]
    assert "age_years" in text
    assert "sleep_h" in text


@given(st.data())
def test_a_frame_and_a_session_find_the_same(data):
    drawn = data.draw(st.lists(sessions(), min_size=1, max_size=4))
    spoiled = data.draw(st.sampled_from(NUMBERS))
    drawn[0][spoiled.name] = spoiled.high + 1
    read = read_frame(pd.DataFrame(drawn))
    for row, one in enumerate(drawn):
        assert read.problem_texts()[row] == " ".join(check(one))


@given(sessions())
def test_every_random_session_passes_the_check_and_the_json_schema(session):
    assert check(session) == ()
    jsonschema.validate(json.loads(json.dumps(session)), json_schema())


def test_a_saved_plan_says_its_scorecard_and_that_is_no_answer():
    jsonschema.validate({SCORECARD_VERSION: "1999.1", **GOOD}, json_schema())
    for session in load_examples().values():
        saved = {SCORECARD_VERSION: "1999.1", **session}
        assert assess(saved).to_dict() == assess(session).to_dict()
        assert (tidy(saved), check(saved)) == (tidy(session), check(session))


def test_the_json_schema_is_valid_and_refuses_what_the_check_refuses():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(GOOD)
    assert not validator.is_valid({**GOOD, "age_years": 3})
    assert not validator.is_valid({**GOOD, "shoe_size": 43})
    assert not validator.is_valid({k: v for k, v in GOOD.items() if k != "sport"})


def test_a_session_is_read_only_and_replace_makes_a_copy():
    session = Session(**GOOD)
    with pytest.raises(TypeError):
        session["age_years"] = 3
    assert session.replace(age_years=50)["age_years"] == 50
    assert "age_years" not in session.replace(age_years=None)
    assert session["age_years"] == 40


@given(st.data())
def test_categories_times_and_plain_text_read_alike(data):
    field = data.draw(st.sampled_from([f for f in FIELDS.values() if f.kind == "level"]))
    drawn = data.draw(st.lists(values(field), min_size=1, max_size=5))
    frame = pd.DataFrame([GOOD] * len(drawn)).assign(**{field.name: drawn})
    plain = read_frame(frame).columns[field.name]
    category = read_frame(frame.astype({field.name: "category"})).columns[field.name]
    np.testing.assert_array_equal(plain, category)
    assert [list(field.levels)[code] for code in plain] == drawn


def test_a_time_column_far_away_is_refused():
    late = pd.DataFrame([GOOD]).assign(
        start_time=pd.Series(["2300-01-01"]).astype("datetime64[us]").dt.tz_localize("UTC")
    )
    assert "1900 to 2199" in read_frame(late).problem_texts()[0]


def test_a_time_column_with_a_zone_is_read_as_the_same_instant():
    text = "2026-07-01T18:30+02:00"
    as_text = read_frame(frame_of(start_time=[text])).columns["start_time"]
    as_time = read_frame(frame_of(start_time=pd.to_datetime([text])))
    assert as_text[0] == np.datetime64("2026-07-01T16:30", "ns")
    assert as_time.columns["start_time"][0] == as_text[0]


# --------------------------------------------------------- one path for one and for many


def repr_of(value):
    """Name a case; pytest would write out numbers of thousands of digits."""
    return value if isinstance(value, str) and len(value) < 30 else type(value).__name__


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("age_years", 200.0),
        ("age_years", 200),
        ("age_years", np.float32(200.5)),
        ("age_years", np.int64(-3)),
        ("age_years", float("inf")),
        ("age_years", 1 + 2j),
        ("age_years", np.complex128(30)),
        ("age_years", True),
        ("age_years", pd.Timedelta(30, "D")),
        ("age_years", np.timedelta64(30, "D")),
        ("age_years", pd.Timestamp("2026-07-01")),
        ("start_time", pd.Timestamp("1850-01-01 10:00", tz="Europe/Vienna")),
        ("start_time", pd.Timestamp("2026-07-01 10:00")),
        ("start_time", datetime(1850, 1, 1, tzinfo=UTC)),
        ("start_time", date(2026, 7, 1)),
        ("start_time", 20260701),
        ("sky", 3.5),
        ("sky", pd.Timestamp("2026-07-01")),
        ("medications", ["statin", "sugar"]),
        ("medications", [["statin"]]),
        ("age_years", {"a": 1}),
        ("age_years", {"a"}),
        ("age_years", np.array(500)),
        ("age_years", 10**400),
        ("age_years", 10**5000),
        ("age_years", 2**64 - 1),
        ("age_years", Decimal("1e4000")),
        ("age_years", np.datetime64("2026-07-01T06:30")),
        ("age_years", pd.Series([1.0])),
        ("age_years", object),
        ("sky", 1e308),
        ("sky", "9" * 5000),
        ("sky", "clear\n\u202eblue"),
    ],
    ids=repr_of,
)
def test_an_impossible_value_is_the_same_problem_in_one_session_and_in_a_frame(name, value):
    alone = read_session({**GOOD, name: value}).problems
    assert [problem.field for problem in alone] == [name]
    frame = pd.DataFrame([GOOD])
    frame[name] = pd.Series([value])
    assert read_frame(frame).problems == alone
    mixed = pd.DataFrame([GOOD, GOOD])
    mixed[name] = pd.Series([value, None], dtype=object)
    assert read_frame(mixed).problems[:1] == alone


def test_true_beside_one_is_not_one():
    """Python takes them for equal, and a column must not."""
    column = pd.Series([True, 1, True, [1], 31], dtype=object)
    frame = pd.DataFrame([GOOD] * len(column)).assign(age_years=column)
    for row, value in enumerate(column):
        alone = read_session({**GOOD, "age_years": value}).problems
        assert read_frame(frame).problems_of_each()[row] == alone


@pytest.mark.parametrize(
    "blank", [Decimal("sNaN"), np.array(np.nan), np.array([]), pd.NA, pd.NaT, {}, set()]
)
def test_nothing_is_nothing_whatever_holds_it(blank):
    assert is_blank(blank)
    assert not is_blank(np.array(5))
    frame = pd.DataFrame([GOOD])
    frame["sleep_h"] = pd.Series([blank], dtype=object)
    assert not read_frame(frame).problems


def test_a_sentence_shows_no_more_of_a_value_than_can_be_read():
    for value in ("9" * 40_000, "a\nb\0c\u202ed", "\ud800" * 500, 10**5000):
        for name in ("age_years", "sky", "red_flags", "start_time"):
            for sentence in check({**GOOD, name: value}):
                assert len(sentence) < 500
                assert sentence.isprintable()
    with pytest.raises(AnswerError) as caught:
        check({**GOOD, "x" * 40_000: 1})
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("key", [1, None, ("sky",), 2.5])
def test_a_key_that_is_no_text_is_no_input(key):
    for door in (check, read_session, assess, advise):
        with pytest.raises(AnswerError) as caught:
            door({**GOOD, key: 1})
        assert caught.value.problems == (Problem(str(key), "no_such_input"),)
    assert tidy({key: 1}) == ({}, (Problem(str(key), "no_such_input"),))


@given(st.text(max_size=60))
def test_tidy_names_every_answer_that_it_leaves_out_whatever_its_text(text):
    answers, problems = tidy({"sport": text, "sky": text, "age_years": text})
    blank = is_blank(text)
    left_out = {"sport", "sky", "age_years"} - set(answers)
    assert {problem.field for problem in problems} == (set() if blank else left_out)


def test_a_value_like_one_of_our_own_sentences_is_told_like_any_other():
    for value in (
        "x (age_years) is 7; allowed",
        "Sky (sky) is missing; needed is",
        "Ventolin (inhaler)",
    ):
        (problem,) = tidy({"medications": value, "sport": "running"})[1]
        assert problem == Problem("medications", "not_allowed", value)
        assert value in problem.sentence(names=False)


def test_an_error_of_answers_survives_a_process_boundary():
    error = AnswerError([Problem("sky", "not_allowed", "green")])
    again = pickle.loads(pickle.dumps(error))
    assert again.problems == error.problems
    assert str(again) == str(error)
