"""Numbers as people write them, and as they are written back."""

import io
import json
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from riskmodel import assess, assess_frame, score_squad
from riskmodel.cli import app
from riskmodel.datasets import read_toml
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.inputs.sport_words import sports_called
from riskmodel.inputs.units import UNITS, unit_of
from riskmodel.inputs.written import number_text, number_written

NUMBERS = [field for field in FIELDS.values() if field.kind == "number"]
CHOICES = [{}, *({own: label} for own, labels in UNITS.items() for label in labels)]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("3:45", 225),
        ("3h45", 225),
        ("3 h 45 min", 225),
        ("3 h 45", 225),
        ("1h30", 90),
        ("225", 225),
        ("225 min", 225),
        ("1,5 h", 90),
        ("1.5h", 90),
        ("1½ h", 90),
        ("0:45", 45),
        ("90 minutes", 90),
        ("2 Hours", 120),
        ("3:45:30", 225.5),
        (" 3\N{NO-BREAK SPACE}h\N{THIN SPACE}45 ", 225),
        ("3", 3),
        ("25:00", 1500),
        ("1h05m", 65),
        ("1:05 h", 65),
        ("45m", 45),
        ("45'", 45),
        ("5'30\"", 5.5),
        ("3600 s", 60),
        ("PT1H5M", 65),
        ("PT3600.000S", 60),
        ("P0DT1H5M0S", 65),
        ("1 hr 5 mins", 65),
        ("1 hour, 5 minutes", 65),
        ("1 Std. 5 Min.", 65),
        ("1 Stunde und 5 Minuten", 65),
        ("1 heure 5", 65),
        ("1u30", 90),
        ("50 perc", 50),
        ("1 godz. 5 min", 65),
        ("1 tunti 5 min", 65),
        ("1\u6642\u95935\u5206", 65),
        ("50:12 min", 50.2),
    ],
)
def test_a_time_is_read_as_people_write_it(text, minutes):
    assert number_written(text, FIELDS["duration_min"]) == minutes


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("air_temperature_c", "17,5", 17.5),
        ("air_temperature_c", "86 F", 30.0),
        ("air_temperature_c", "86°F", 30.0),
        ("air_temperature_c", "\N{MINUS SIGN}3", -3.0),
        ("body_mass_kg", "80 kg", 80.0),
        ("body_mass_kg", "180 lb", 81.6466266),
        ("height_cm", "5'8", 172.72),
        ("height_cm", "5\u20198\u201d", 172.72),
        ("height_cm", "5 ft 8 in", 172.72),
        ("height_cm", "6 ft", 182.88),
        ("height_cm", "1.78 m", 178.0),
        ("height_cm", "1,78m", 178.0),
        ("fluid_intake_l_h", "0,5", 0.5),
        ("relative_humidity_pct", "55 %", 55.0),
        ("age_years", "40 years", 40.0),
        ("wind_speed_m_s", "18 km/h", 5.0),
        ("sleep_h", "7:30", 7.5),
        ("sleep_h", "7 h 30", 7.5),
        ("sleep_h", "7,5 h", 7.5),
        ("sleep_h", "450 min", 7.5),
        ("sleep_h", "7.5 hours", 7.5),
        ("height_cm", "5 ft 8", 172.72),
    ],
)
def test_a_number_is_read_with_a_comma_and_with_a_unit(name, text, value):
    for chosen in CHOICES:
        if any(character.isalpha() or character in "'°%" for character in text):
            assert number_written(text, FIELDS[name], chosen) == pytest.approx(value)
    assert number_written(text, FIELDS[name]) == pytest.approx(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("duration_min", "3:75"),
        ("duration_min", "3h75"),
        ("duration_min", "1.5h30"),
        ("duration_min", "abc"),
        ("duration_min", "1,500"),
        ("air_temperature_c", "abc"),
        ("air_temperature_c", "86 K"),
        ("air_temperature_c", "20 kg"),
        ("body_mass_kg", "1,234"),
        ("sleep_h", "7:75"),
        ("duration_min", "1 30"),
        ("duration_min", "3 45"),
        ("duration_min", "1 h 3 0"),
        ("duration_min", "1h90m"),
        ("duration_min", "1h-5"),
        ("duration_min", "2d"),
        ("duration_min", "h"),
        ("duration_min", "1 hour and a half"),
        ("body_mass_kg", "7 0 kg"),
        ("body_mass_kg", "70. 5"),
        ("solar_radiation_w_m2", "1 000"),
        ("air_temperature_c", "2 7"),
        ("air_temperature_c", "2_7"),
        ("air_temperature_c", "2\N{NARROW NO-BREAK SPACE}7"),
        ("body_mass_kg", "1,2,3"),
        ("height_cm", "5'13"),
        ("age_years", "40-45"),
        ("age_years", ""),
    ],
)
def test_what_is_no_number_or_could_be_two_is_refused(name, text):
    with pytest.raises(ValueError, match=r"^"):
        number_written(text, FIELDS[name])


def test_a_bare_number_in_a_field_of_feet_could_be_feet_or_inches():
    with pytest.raises(ValueError, match=r"^"):
        number_written("70", FIELDS["height_cm"], {"cm": "ft in"})


@pytest.mark.parametrize("field", NUMBERS, ids=lambda field: field.name)
@given(data=st.data())
def test_a_number_that_is_written_back_is_read_as_what_is_shown(field, data):
    value = data.draw(st.floats(field.low, field.high, allow_subnormal=False))
    for chosen in CHOICES:
        text = number_text(value, field, chosen)
        read = number_written(text, field, chosen)
        # A time is shown in minutes, a height in feet to a tenth of an inch.
        unit = unit_of(field.unit, chosen)
        step = 1.0 if field.unit == "min" else 10.0**-unit.decimals
        assert abs(unit.shown(read) - unit.shown(value)) <= step / 2 + 1e-9 * abs(value)
        assert number_text(read, field, chosen) == text
        assert not text.startswith("-0") or float(text) < 0


# ------------------------------------------------------------------ through every door

RUN = {
    "sport": "running",
    "duration_min": 120,
    "session_rpe": 6,
    "age_years": 30,
    "air_temperature_c": 30,
    "relative_humidity_pct": 60,
    "height_cm": 172.72,
}
WRITTEN = [
    ("duration_min", 240, "4 h"),
    ("duration_min", 120, "2:00"),
    ("duration_min", 120, "0 days 02:00:00"),
    ("duration_min", 120, timedelta(hours=2)),
    ("duration_min", 120, pd.Timedelta("2h")),
    ("duration_min", 120, np.timedelta64(7200, "s")),
    ("sleep_h", 7.5, "7:30"),
    ("sleep_h", 7.5, timedelta(hours=7.5)),
    ("air_temperature_c", 30, "86 F"),
    ("air_temperature_c", 17.5, "17,5"),
    ("height_cm", 172.72, "5'8\""),
    ("body_mass_kg", 45.359237, "100 lb"),
    ("session_rpe", 7, "7/10"),
    ("sport", "running", "Trail running"),
    ("sport", "soccer", "Fußball"),
    ("sport", "american_football", "American football"),
    ("sky", "shade", "In the shade"),
]


@pytest.mark.parametrize(("name", "value", "written"), WRITTEN, ids=repr)
def test_what_is_written_is_the_same_through_every_door(name, value, written, tmp_path):
    answer = assess({**RUN, name: value})
    assert not answer.problems
    assert assess({**RUN, name: written}) == answer
    assert assess(RUN, **{name: written}) == answer
    assert tidy({name: written})[0][name] == value
    rows = pd.DataFrame([RUN, {**RUN, name: written}])
    of_rows = assess_frame(rows)["probability"]
    assert of_rows.iloc[1] == answer.probability
    assert assess_frame(rows.iloc[1:])["probability"].iloc[0] == answer.probability
    row = {**RUN, name: written}
    plan = {n: v for n, v in row.items() if FIELDS[n].of_the_plan}
    own = {n: v for n, v in row.items() if n not in plan}
    scored = score_squad(pd.DataFrame([own]), plan)
    assert scored["probability"].iloc[0] == answer.probability
    if isinstance(written, str):
        file = tmp_path / "session.json"
        file.write_text(json.dumps({**RUN, name: written}), encoding="utf-8")
        done = CliRunner().invoke(app, ["assess", "--json", str(file)])
        assert json.loads(done.stdout)["probability"] == answer.probability
        table = rows.iloc[1:].to_csv(index=False)
        done = CliRunner().invoke(app, ["batch", "--raw", "-", "-"], input=table)
        out = pd.read_csv(io.StringIO(done.stdout))
        assert out["probability"].iloc[0] == pytest.approx(answer.probability, rel=1e-12)


def test_a_column_of_spans_is_read():
    frame = pd.DataFrame([RUN, RUN]).assign(duration_min=pd.to_timedelta([2, 4], "h"))
    assert assess_frame(frame)["points_duration"].is_monotonic_increasing
    assert assess_frame(frame)["problems"].eq("").all()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("air_temperature_c", timedelta(hours=2)),
        ("duration_min", np.timedelta64(50)),
        ("duration_min", np.timedelta64(1, "M")),
        ("duration_min", "1 30"),
        ("duration_min", "4 kg"),
        ("air_temperature_c", "86 K"),
        ("air_temperature_c", "1,500"),
        ("age_years", "3_0"),
        ("air_temperature_c", "2" * 10_000 + " C"),
        ("sport", "workout"),
    ],
    ids=repr,
)
def test_what_says_no_answer_is_refused_and_not_guessed(name, written):
    (problem,) = assess({**RUN, name: written}).problems
    assert (problem.field, problem.kind) == (name, "not_allowed")


@pytest.mark.parametrize("word", ["football", " Football ", "rower", "Track"])
def test_a_word_for_two_sports_is_asked_about(word):
    (problem,) = assess(RUN, sport=word).problems
    assert problem.kind == "ambiguous"
    first, second = sports_called(word)
    assert str(problem).endswith(f": write {first} or {second}.")
    assert f"write {first}" not in problem.sentence(names=False)
    assert tidy({"sport": word})[1] == (problem,)
    assert assess_frame(pd.DataFrame([{**RUN, "sport": word}]))["problems"][0] == str(
        problem
    )


def test_words_for_several_sports_are_sports():
    for word, sports in read_toml("training_log.toml")["may_mean"].items():
        assert sports_called(word) == tuple(sports)
        assert {*sports} <= {*FIELDS["sport"].levels}
        assert len(sports) > 1
