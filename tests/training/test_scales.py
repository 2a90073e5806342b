"""Columns that hold what they are said to hold, or the same on another scale."""

from datetime import date

import pytest

from riskmodel.training.derive import derive
from riskmodel.training.log import WrongScale
from riskmodel.training.log_file import read_log
from riskmodel.training.sentences import sentence
from riskmodel.training.words import MEANINGS


def own(meaning, cells, minutes=60, duration="duration_min"):
    rows = [f"2026-06-{day:02},{minutes},{cell}" for day, cell in enumerate(cells, 1)]
    columns = {"When": "start", "Time": duration, "Cell": meaning}
    return read_log("\n".join(["When,Time,Cell", *rows]).encode(), columns=columns)


def durations(meaning, cells):
    rows = [f"2026-06-{day:02},{cell}" for day, cell in enumerate(cells, 1)]
    columns = {"When": "start", "Time": meaning}
    return read_log("\n".join(["When,Time", *rows]).encode(), columns=columns)


def off(log):
    kinds = ("off_scale", "off_scale_likely", "slow_distances")
    return [dict(note.details) for note in log.report.notes if note.kind in kinds]


@pytest.mark.parametrize(
    ("meaning", "cells", "quantity", "likely"),
    [
        (
            "air_temperature_c",
            [50, 77, 86, 48, 52],
            "air_temperature_c",
            "air_temperature_f",
        ),
        ("session_rpe", [6, 9, 13, 15, 17], "session_rpe", "session_rpe_borg"),
        (
            *("relative_humidity_pct", [0.4, 0.55, 0.9, 1]),
            *("relative_humidity_pct", "relative_humidity_fraction"),
        ),
        (
            *("relative_humidity_fraction", [40, 55, 90, 1]),
            *("relative_humidity_pct", "relative_humidity_pct"),
        ),
        ("intensity_factor", [70, 85, 92], "intensity_factor", "intensity_pct"),
        ("intensity_pct", [0.7, 0.85, 0.92], "intensity_factor", "intensity_factor"),
        ("distance_m", [10, 12.5, 8], "distance_m", "distance_km"),
    ],
)
def test_a_column_on_another_scale_is_open_and_read_once_it_is_named(
    meaning, cells, quantity, likely
):
    log = own(meaning, cells)
    assert log.sessions[quantity].isna().all()
    (told,) = off(log)
    assert likely in told["likely"]
    assert (told["header"], told["meaning"]) == ("Cell", meaning)
    assert told["cell"] in map(str, cells)
    assert any(MEANINGS[likely] in sentence(note) for note in log.report.notes)
    assert likely in MEANINGS
    accepted = own(likely, cells)
    assert not off(accepted)
    assert accepted.sessions[quantity].notna().all() == (likely != "session_rpe_borg")


def test_borg_has_no_place_on_the_scale_of_ten_and_says_so():
    log = own("session_rpe_borg", [6, 13, "", 20])
    assert [dict(n.details) for n in log.report.notes if n.kind == "borg_open"] == [
        {"values": 3}
    ]


def test_fahrenheit_fractions_and_miles_are_turned_into_our_units():
    assert own("air_temperature_f", [50, 86]).sessions["air_temperature_c"].tolist() == (
        pytest.approx([10, 30])
    )
    for meaning, metres in (("distance_km", 10_000), ("distance_mi", 16_093.44)):
        assert own(meaning, [10]).sessions["distance_m"].tolist() == pytest.approx([metres])
    log = own("relative_humidity_fraction", [0.5])
    assert log.sessions["relative_humidity_pct"].tolist() == [50]


def test_half_fitting_fahrenheit_is_no_heat():
    cells = [50, 52, 48, 77, 54, 86, 45, 49, 51, 53] * 3
    log = own("air_temperature_c", cells[:29])
    answers = derive(
        log,
        on=date(2026, 7, 1),
        sport="running",
        air_temperature_c=30,
        relative_humidity_pct=50,
    )
    assert {a.name: a.value for a in answers}["heat_days_14d"] is None


@pytest.mark.parametrize(
    ("cells", "is_open"),
    [
        ([20] * 19 + [56], False),  # one, in twenty
        ([20, 56], False),  # one, in two
        ([20] * 18 + [56, 60], True),  # two in twenty
        ([20] * 19 + [56, 60], False),  # two in twenty-one
        ([20] * 10 + [56, -41], False),  # slips go either way
        ([20] * 10 + [45, 45], False),  # still allowed
        ([20] * 18 + [55], False),
        ([20] * 10 + [55, 55], True),
        ([20] * 10 + ["", "", "hot"], False),
    ],
)
def test_single_impossible_cells_do_not_open_their_column(cells, is_open):
    log = own("air_temperature_c", cells)
    assert bool(off(log)) == is_open
    assert log.sessions["air_temperature_c"].isna().all() == is_open


def test_a_scale_that_is_not_known_is_open_without_an_offer():
    (told,) = off(own("air_temperature_c", [293, 295, 301]))  # kelvin
    assert "likely" not in told


def test_zeros_say_nothing_about_a_scale():
    assert not off(own("session_rpe", [0, 0, 0, 5, 7]))
    assert not off(own("average_heart_rate_bpm", [0, 0, 140]))


def test_distances_of_a_gym_are_no_other_scale():
    assert not off(own("distance_m", [0, 0, 100, 5000, 80]))


@pytest.mark.parametrize(
    ("meaning", "cells", "likely", "cell"),
    [
        ("duration_h", [45, 60, 90], "duration_min", "45"),
        ("duration_min", [2700, 3600, 5400], "duration_s", "2700"),
        ("duration_h", ["50:12", "45:00", "0:50"], "duration_s", "50:12"),
        ("duration_min", [0.75, 1, 1.5, 2], "duration_h", "0.75"),
        ("duration_s", [45, 60, 90, 75], "duration_min", "45"),
        ("duration_h", [0.02, 0.03, 0.04, 0.04, 0.5], "duration_d", "0.02"),
        ("duration_s", ["0:50", "1:05", "1:30", "0:45"], "duration_h", "0:50"),
    ],
)
def test_durations_in_another_unit_are_refused_with_the_likely_one(
    meaning, cells, likely, cell
):
    with pytest.raises(WrongScale) as caught:
        durations(meaning, cells)
    error = caught.value
    assert (error.header, error.meaning, error.likely) == ("Time", meaning, likely)
    assert error.cell == cell
    assert repr(cell) in str(error)
    assert durations(likely, cells).sessions["duration_min"].between(40, 120).any()


@pytest.mark.parametrize(
    ("meaning", "cells"),
    [
        ("duration_h", [1, 24, 24]),
        ("duration_h", [1, 1.5, 30]),  # one watch left running
        ("duration_min", [60, 1440, 1440]),
        ("duration_min", [2, 2, 3, 3]),
        ("duration_min", [1, 1, 1]),  # too few to tell
        ("duration_min", [1, 1, 45, 60]),
        ("duration_h", [1, 1.5, 2, 30, 26]),  # in no unit all sessions
    ],
)
def test_each_side_of_the_limits_of_a_duration(meaning, cells):
    assert len(durations(meaning, cells).sessions) == len(cells)


@pytest.mark.parametrize("minutes", ["soon", "9" * 400, "1e307"])
def test_beside_durations_that_cannot_be_read_no_distance_is_slow(minutes):
    rows = [
        f"2026-06-{day:02},{minutes if day > 11 else 30},{5000 + day}"
        for day in range(1, 15)
    ]
    columns = {"When": "start", "Time": "duration_min", "Way": "distance_m"}
    log = read_log("\n".join(["When,Time,Way", *rows]).encode(), columns=columns)
    assert not off(log)


@pytest.mark.parametrize("cell", ["9" * 400, "1e307", "1e100", "-1e307", f"1{',000' * 40}"])
@pytest.mark.parametrize("meaning", [name for name in MEANINGS if name != "start"])
def test_what_no_quantity_can_be_is_told_in_every_column(meaning, cell):
    rows = [f"2026-06-{day:02};60;{cell if day == 9 else ''}" for day in range(1, 15)]
    columns = {"When": "start", "Time": "duration_min", "Cell": meaning}
    try:
        log = read_log("\n".join(["When;Time;Cell", *rows]).encode(), columns=columns)
        lines = log.report.lines()
    except ValueError as refused:
        lines = [str(refused)]
    assert 0 < max(map(len, lines)) < 600


@pytest.mark.parametrize(
    "cell", ["\u0663:30", "\u0661:\u0660\u0665", "\u0665", "\u0664\u0666\u0661\u0662\u0663"]
)
@pytest.mark.parametrize("meaning", MEANINGS)
def test_digits_of_other_scripts_are_read_or_told_in_every_column(meaning, cell):
    columns = {"When": "start", "Time": "duration_min", "Cell": meaning}
    columns = {name: to for name, to in columns.items() if name == "Cell" or to != meaning}
    rows = [f"2026-06-{day:02};60;{cell}" for day in range(1, 5)]
    try:
        lines = read_log(
            "\n".join(["When;Time;Cell", *rows]).encode(), columns=columns
        ).report.lines()
    except ValueError as refused:
        lines = [str(refused)]
    assert 0 < max(map(len, lines)) < 600
    assert not any("parse" in line or "convert" in line for line in lines)
