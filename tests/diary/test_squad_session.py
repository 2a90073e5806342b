"""The record of a squad's session, and the table that the validation reads."""

import json
from dataclasses import fields, replace
from datetime import date
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel import read_squad, score_squad
from riskmodel.diary.outcomes import MUSCLES, DiaryError
from riskmodel.diary.squad_session import (
    EXPECTED,
    AthleteRecord,
    SquadSession,
    as_content,
    check_session,
    expected_of,
    of_content,
    same_expectation,
    with_outcomes,
)
from riskmodel.diary.squad_sweat import can_be_answer, is_far, sweat_of
from riskmodel.diary.squad_table import session_line, sessions_csv, sessions_frame
from riskmodel.squad.summary import labels
from riskmodel.validation.records import read_records
from riskmodel.validation.table import RecordsError

PLAN = {"sport": "soccer", "duration_min": 90, "session_rpe": 8, "air_temperature_c": 28,
        "relative_humidity_pct": 55}  # fmt: skip
ADA = AthleteRecord("Ada", 0.1, 0.05, 0.2)
SESSION = SquadSession(
    date(2026, 7, 1), "0.1.0", "abc", "2026.1", "soccer", 90.0,
    (ADA, AthleteRecord("=Ben", 0.3, 0.2, 0.5), AthleteRecord("Cleo", None, None, None)),
)  # fmt: skip

chances = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted)
came = st.one_of(
    st.fixed_dictionaries({"cramp": st.sampled_from([None, False])}),
    st.fixed_dictionaries(
        {
            "cramp": st.just(True),
            "muscle": st.none() | st.sampled_from(list(MUSCLES)),
            "cramp_at_min": st.none() | st.floats(0, 90),
        }
    ),
)


@st.composite
def sessions(draw):
    names = draw(st.lists(st.text(min_size=1, max_size=8), min_size=1, unique=True))
    records = []
    for name in names:
        low, middle, high = draw(chances | st.just((None,) * 3))
        records.append(AthleteRecord(name, middle, low, high))
    return replace(SESSION, athletes=tuple(records))


def test_what_is_expected_is_what_the_squad_was_scored_with():
    squad = read_squad(
        b"Name,Age,Warning signs\nAda,25,none\nBen,31,\nCleo,,none\n", on=date(2026, 7, 1)
    )
    scored = score_squad(squad, PLAN)
    names = scored["athlete"]
    scored = scored.assign(athlete=labels(scored))
    scored["must_not_start"] = scored["athlete"] == "Ben"
    by_name = {record.athlete: record for record in expected_of(scored, names)}
    ada = scored.set_index("athlete").loc["Ada"]
    assert by_name["Ada"].probability == ada["probability"]
    assert by_name["Ben"].probability is None
    assert {record.cramp for record in by_name.values()} == {None}


@given(sessions(), st.data())
def test_what_came_changes_nothing_that_was_expected(session, data):
    outcomes = {r.athlete: data.draw(came) for r in session.athletes}
    after = with_outcomes(session, outcomes)
    assert same_expectation(session, after)
    for record in after.athletes:
        assert record.cramp is outcomes[record.athlete]["cramp"]
    assert after.n_known == sum(o["cramp"] is not None for o in outcomes.values())


@given(sessions(), st.data())
def test_a_session_comes_back_from_json_as_it_was(session, data):
    session = with_outcomes(session, {r.athlete: data.draw(came) for r in session.athletes})
    content = json.loads(json.dumps(as_content(session)))
    assert of_content(content) == session
    content["later"] = content["athletes"][0]["later"] = 1  # of another version
    assert of_content(content) == session


@pytest.mark.parametrize("name", EXPECTED)
def test_what_was_expected_is_no_outcome(name):
    with pytest.raises(DiaryError, match="not what can come"):
        with_outcomes(SESSION, {"Ada": {name: 0.9}})
    others = {"athlete": "Eve", "has_own_name": False}
    changed = replace(ADA, **{name: others.get(name, 0.15)})
    assert not same_expectation(SESSION, replace(SESSION, athletes=(changed,)))


@pytest.mark.parametrize(
    ("what", "inside", "outside"),
    [
        ("mass_before_kg", [25, 250], [24.9, 250.1, True, "70"]),
        ("mass_after_kg", [25, 250], [24.9, 250.1]),
        ("fluid_drunk_l", [0, 20], [-0.1, 20.1, float("nan")]),
        ("cramp_at_min", [0, 90, 150], [-1, 150.5]),
        ("muscle", ["calf"], ["ear", 3]),
        ("probability", [0.05, 0.2], [0.04, 0.21, None, 2]),
    ],
)
def test_both_sides_of_every_limit(what, inside, outside):
    for value, is_right in [*((v, True) for v in inside), *((v, False) for v in outside)]:
        record = replace(ADA, cramp=True, **{what: value})
        problems = check_session(replace(SESSION, athletes=(record,)))
        assert bool(problems) is not is_right, value
        assert all("Ada" in problem for problem in problems)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"athletes": ()}, "allowed is 1 to"),
        ({"athletes": (ADA, ADA)}, "the same name"),
        ({"athletes": (replace(ADA, athlete=""),)}, "0 characters"),
        ({"athletes": (replace(ADA, cramp=False, muscle="calf"),)}, "no muscle"),
        ({"athletes": (replace(ADA, muscle="calf"),)}, "no muscle"),
        ({"list_name": "x" * 81}, "81 characters; allowed is up to 80"),
        ({"wbgt_c": 45.1}, "Measured WBGT"),
        ({"wbgt_c": -10.1}, "Measured WBGT"),
        ({"sport": "chess"}, "chess"),
        ({"duration_min": 1441.0}, "1440"),
        ({"day": date(1899, 12, 31)}, "Day is"),
    ],
)
def test_what_makes_no_sense_is_named(change, words):
    assert check_session(SESSION) == ()
    assert words in " ".join(check_session(replace(SESSION, **change)))


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        *(("session", "duration_min", value) for value in (0, -5, "90", None, True)),
        *(("session", "between_weighings_min", value) for value in (0, "90")),
        *(
            ("session", name, 3)
            for name in ("sport", "program", "scorecard", "day", "list_name")
        ),
        ("session", "wbgt_c", float("inf")),
        *(("athlete", "probability", value) for value in ("0.1", True, float("nan"))),
        *(("athlete", "mass_before_kg", value) for value in ("70", 10**400, [70])),
        *(("athlete", "cramp", value) for value in ("yes", 1)),
        ("athlete", "absent", None),
        ("athlete", "muscle", 3),
        ("athlete", "athlete", 3),
    ],
)
def test_content_of_another_kind_cannot_be_read(place, name, value):
    content = as_content(SESSION)
    (content if place == "session" else content["athletes"][0])[name] = value
    with pytest.raises(DiaryError, match="cannot be read"):
        of_content(content)


def test_who_was_not_there_has_no_outcome_and_no_row():
    after = with_outcomes(SESSION, {"Ada": {"absent": True}, "=Ben": {"cramp": False}})
    assert (after.n_known, len(after.present)) == (1, 2)
    assert sessions_frame([after], names=True)["athlete"].tolist() == ["=Ben", "Cleo"]
    with pytest.raises(DiaryError, match="not there"):
        with_outcomes(SESSION, {"Ada": {"absent": True, "cramp": False}})


def test_names_by_the_row_are_of_one_session_only():
    scored = pd.DataFrame(
        {"athlete": ["Ada", "Max (row 2)", "Row 3"], "probability": 0.1,
         "probability_low": 0.05, "probability_high": 0.2, "must_not_start": False}
    )  # fmt: skip
    records = expected_of(scored, pd.Series([" Ada ", "Max", ""]))
    assert [record.has_own_name for record in records] == [True, False, False]
    session = replace(SESSION, athletes=records)
    for names in (True, False):
        people = sessions_frame([session, session], names=names)["athlete"]
        assert people.nunique() == 5
        assert people[0] == people[3]


@pytest.mark.parametrize("content", [3, [], {}, {"athletes": 1}, {"athletes": [{}]}, None])
def test_content_of_no_shape_is_one_sentence(content):
    with pytest.raises(DiaryError, match="cannot be read"):
        of_content(content)


def test_a_sweat_rate_needs_all_three_and_must_be_possible():
    weighed = replace(ADA, mass_before_kg=70.0, mass_after_kg=69.0, fluid_drunk_l=0.5)
    assert sweat_of(SESSION, weighed) is None  # the planned minutes are no others
    session = replace(SESSION, between_weighings_min=120.0)
    assert sweat_of(session, weighed).rate_l_h == pytest.approx(0.75)
    for name in ("mass_before_kg", "mass_after_kg", "fluid_drunk_l"):
        assert sweat_of(session, replace(weighed, **{name: None})) is None
    assert [can_be_answer(x) for x in (0.09, 0.1, 5.0, 5.1)] == [False, True, True, False]


# ------------------------------------------------------------------- export, validated


def many_sessions(n=12):
    """Sessions of one squad; in each, one or two cramps and one who is not known."""
    random = np.random.default_rng(1)
    for day in range(1, n + 1):
        chance = np.round(random.uniform(0.05, 0.6, 5), 4)
        records = tuple(
            AthleteRecord(name, float(p), float(p) / 2, min(1.0, float(p) * 1.5))
            for name, p in zip(("Ada", "=Ben", "Cleo", "Dee", "Eve"), chance, strict=True)
        )
        session = replace(SESSION, day=date(2026, 7, day), athletes=records)
        yield with_outcomes(
            session,
            {
                "Ada": {"cramp": True, "muscle": "calf", "cramp_at_min": 80},
                "=Ben": {"cramp": day % 3 == 0},
                "Cleo": {"cramp": False},
                "Dee": {"cramp": day % 2 == 0},
            },
        )


@pytest.mark.parametrize("names", [False, True])
def test_the_export_is_what_the_validation_reads(names):
    written = list(many_sessions())
    records = read_records(sessions_csv(written, names=names))
    known = [(s, r) for s in written for r in s.athletes if r.cramp is not None]
    assert records.cramp.tolist() == [record.cramp for _, record in known]
    assert records.probability.tolist() == [record.probability for _, record in known]
    assert records.duration_min.tolist() == [s.duration_min for s, _ in known]
    assert set(records.sport) == {"soccer"}
    assert records.n_athletes == 4
    assert records.written_before
    assert records.scorecards == ("abc",)
    assert records.left_out == {"no_outcome": 12}
    by_name = sessions_frame(written, names=True)
    codes = pd.factorize(np.array([record.athlete for _, record in known]))[0]
    assert records.athlete.tolist() == codes.tolist()
    assert len(by_name) == 60


def test_names_are_numbers_unless_asked_for_and_act_as_no_formula():
    csv = sessions_csv([SESSION]).decode("utf-8-sig")
    assert "Ada" not in csv
    assert "Ben" not in csv
    assert '"Athlete 1"' in csv
    asked = sessions_csv([SESSION], names=True).decode("utf-8-sig")
    assert '"\'=Ben"' in asked
    twice = sessions_frame([SESSION, replace(SESSION, athletes=SESSION.athletes[::-1])])
    assert twice["athlete"].tolist() == [f"Athlete {n}" for n in (1, 2, 3, 3, 2, 1)]


def test_a_list_is_told_and_exported_by_its_name_where_names_are():
    assert check_session(replace(SESSION, list_name="x" * 80)) == ()
    lists = ("=U17", "", "Women 1", "=U17")
    written = [replace(SESSION, list_name=name) for name in lists]
    for names, told in ((True, lists), (False, ("List 1", "", "List 2", "List 1"))):
        frame = sessions_frame(written, names=names)
        assert frame["list"].tolist() == [name for name in told for _ in range(3)]
    assert "U17" not in sessions_csv(written).decode("utf-8-sig")
    assert '"\'=U17"' in sessions_csv(written, names=True).decode("utf-8-sig")
    assert session_line(written[2]).startswith("2026-07-01 Soccer, 1 h 30 (Women 1): ")
    assert "(" not in session_line(SESSION)
    assert not same_expectation(SESSION, written[0])


def test_a_session_of_before_names_no_list():
    older = as_content(SESSION)
    del older["list_name"]
    assert of_content(older) == SESSION


def test_where_nobody_has_said_anything_there_is_nothing_to_validate():
    with pytest.raises(RecordsError, match="No row has both"):
        read_records(sessions_csv([SESSION]))


def test_every_field_of_an_athlete_is_expected_or_can_come():
    values = {"cramp": True, "muscle": "calf", "cramp_at_min": 5, "mass_before_kg": 70,
              "mass_after_kg": 69, "fluid_drunk_l": 1, "absent": False}  # fmt: skip
    assert {f.name for f in fields(AthleteRecord)} == {*EXPECTED, *values}
    after = with_outcomes(SESSION, {"Ada": values})
    assert {name: getattr(after.athletes[0], name) for name in values} == values


def test_an_export_has_no_digits_that_nobody_measured():
    weighed = {"mass_before_kg": 61.7, "mass_after_kg": 60.5, "fluid_drunk_l": 0.0}
    name = SESSION.athletes[0].athlete
    after = with_outcomes(SESSION, {name: weighed}, 1 / 3, between_weighings_min=66.0)
    chance = replace(after.athletes[0], probability=1 / 7, probability_low=1 / 9)
    after = replace(after, athletes=(chance, *after.athletes[1:]))
    table = pd.read_csv(BytesIO(sessions_csv([after])), encoding="utf-8-sig")
    row = table.iloc[0]
    assert (row["probability"], row["probability_low"]) == (0.1429, 0.1111)
    assert (row["sweat_rate_l_h"], row["session_wbgt_c"]) == (1.09, 0.33)


@pytest.mark.parametrize(
    ("mass_kg", "far"), [(85.0, False), (84.9, True), (115.0, False), (115.1, True)]
)
def test_a_weight_is_far_beyond_the_limit(mass_kg, far):
    assert is_far(mass_kg, 100.0) is far


@pytest.mark.parametrize("changed", [
    {"cramp": False}, {"absent": True}, {"fluid_drunk_l": 0.0}, {"mass_after_kg": 70.0}
])  # fmt: skip
def test_a_session_is_untouched_until_something_is_noted(changed):
    name = SESSION.athletes[0].athlete
    assert SESSION.is_untouched
    assert not with_outcomes(SESSION, {name: changed}).is_untouched
    assert not replace(SESSION, wbgt_c=20.0).is_untouched


def test_a_unit_that_is_none_is_refused():
    assert not check_session(replace(SESSION, mass_unit="lb"))
    assert "allowed is kg or lb" in check_session(replace(SESSION, mass_unit="st"))[0]
