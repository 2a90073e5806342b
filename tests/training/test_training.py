# ruff: noqa: E501 (rows of exports are as long as they are)
"""Training logs: files as programs write them, loads, and what they answer."""

import io
import json
import struct
import sys
import zipfile
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from garmin_fit_sdk.crc_calculator import CrcCalculator
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from riskmodel.cli import app
from riskmodel.datasets import data_file
from riskmodel.inputs.fields import FIELDS
from riskmodel.training.dates import dates
from riskmodel.training.derive import CONTEXT, Derived, derive, last_day_before, with_log
from riskmodel.training.loads import daily, hardness, session_loads, smoothed
from riskmodel.training.log import COLUMNS, TrainingLogError
from riskmodel.training.log_file import read_log
from riskmodel.training.log_table import MOST_BYTES, MOST_ROWS, log_columns
from riskmodel.training.merge import merge_logs
from riskmodel.training.words import sport_of, table
from scripts import example_logs as made

BERLIN = "Europe/Berlin"
EXAMPLES = {name: data_file(f"example_logs/{name}").read_bytes() for name in made.FILES}
TABLES = [name for name in EXAMPLES if name.endswith(".csv")]
MONDAY = date(2026, 7, 13)


def strava(*rows, header=made.STRAVA):
    """Build a Strava file: each row a dict, a repeated header as (first, second)."""
    lines = [",".join(header)]
    for row in rows:
        cells = []
        seen = {}
        for name in header:
            value = row.get(name, "")
            place = seen[name] = seen.get(name, -1) + 1
            cell = value[place] if isinstance(value, tuple) else value
            cells.append('"' + str(cell).replace('"', '""') + '"')
        lines.append(",".join(cells))
    return "\n".join(lines).encode()


def garmin(*rows, header="Activity Type,Date,Title,Distance,Calories,Time,Avg HR,Avg Pace"):
    return "\r\n".join([header, *rows]).encode()


def own(text, **options):
    columns = {"day": "start", "min": "duration_min", "what": "sport", "rpe": "session_rpe"}
    columns |= {"air": "air_temperature_c", "rh": "relative_humidity_pct"}
    columns |= {"avg": "average_heart_rate_bpm", "max": "highest_heart_rate_bpm"}
    columns |= {"if": "intensity_factor"}
    header = text.splitlines()[0].split(",")
    return read_log(
        text.encode(), columns={h: columns[h] for h in header if h in columns}, **options
    )


def left_open(log):
    """Count values that are left open, by why, what and an example."""
    notes = [(n.kind, dict(n.details)) for n in log.report.notes]
    notes = [(kind, told) for kind, told in notes if kind in ("unread", "outside")]
    return {(kind, told["noun"], told["cell"]): told["values"] for kind, told in notes}


def only(log):
    assert len(log.sessions) == 1
    return log.sessions.iloc[0]


def answer(log, name, on=MONDAY, sport="running", **weather):
    return {d.name: d for d in derive(log, on=on, sport=sport, **weather)}[name]


# ------------------------------------------------------------------------ the examples


@pytest.mark.parametrize("name", TABLES)
def test_the_examples_are_what_the_script_writes(name):
    assert EXAMPLES[name] == made.FILES[name]()


@pytest.mark.parametrize("name", TABLES)
def test_every_program_tells_the_same_ten_weeks(name):
    log = read_log(EXAMPLES[name], time_zone=BERLIN)
    expected = pd.DataFrame(made.sessions())
    rows = log.sessions[log.sessions["day"] < pd.Timestamp(MONDAY)]
    kinds = {"run": "running", "ride": "cycling", "swim": "swimming", "gym": "gym_strength"}
    assert rows["sport"].tolist() == expected["kind"].map(kinds).tolist()
    assert rows["day"].tolist() == pd.to_datetime(expected["start"]).dt.normalize().tolist()
    assert rows["duration_min"].to_numpy() == pytest.approx(expected["minutes"], abs=1e-6)
    far = expected["metres"].where(expected["metres"] > 0)
    assert rows["distance_m"].where(rows["distance_m"] > 0).to_numpy() == pytest.approx(
        far.to_numpy(), rel=0.01, nan_ok=True
    )
    if not name.startswith("training"):
        assert rows["start"].tolist() == expected["start"].tolist()


def test_all_files_together_count_each_session_once():
    logs = [read_log(content, time_zone=BERLIN) for content in EXAMPLES.values()]
    for order in (logs, logs[::-1]):
        merged = merge_logs(order)
        # Sixty sessions, and the laps on the track that only one of the files has.
        assert len(merged.sessions) == 61
        report = merged.report
        assert report.rows_read - report.rows_used == sum(report.skipped.values())
        # What one program knows completes what another one does not.
        assert merged.sessions["air_temperature_c"].notna().sum() == 40
        assert merged.sessions["session_rpe"].notna().sum() >= 40


def test_a_wrong_time_zone_does_not_double_the_load():
    strava_utc = read_log(EXAMPLES["strava_activities.csv"])
    local = read_log(EXAMPLES["garmin_activities.csv"])
    assert len(merge_logs([local, strava_utc]).sessions) == 61


def test_nothing_private_is_kept():
    for content in EXAMPLES.values():
        log = read_log(content, time_zone=BERLIN)
        assert list(log.sessions.columns) == list(COLUMNS)
        kept = log.sessions.to_csv() + "\n".join(log.report.lines())
        for private in ("river", "Evening", "Somewhere", "Title", "9000001", "i70", "Warm"):
            assert private not in kept


# --------------------------------------------------------------------------- the traps


def test_strava_takes_the_second_distance_and_the_moving_time():
    content = strava(
        {
            "Activity Date": "Oct 6, 2022, 11:19:20\u202fPM",
            "Activity Type": "Swim",
            "Elapsed Time": (2_012_530, 2_012_530.0),
            "Moving Time": "2422.0",
            "Distance": ("1.500", "1500.0"),
            "Max Heart Rate": ("", "171.0"),
            "Weather Temperature": "21.5",
            "Humidity": "0.83",
            "Activity Description": 'two\nlines, with "quotes"',
        }
    )
    row = only(read_log(content, time_zone=BERLIN))
    assert row["distance_m"] == 1500
    assert row["duration_min"] == pytest.approx(2422 / 60)
    assert (row["air_temperature_c"], row["relative_humidity_pct"]) == (21.5, 83)
    assert row["highest_heart_rate_bpm"] == 171
    # 23:19 UTC is past midnight in Berlin.
    assert str(row["day"].date()) == "2022-10-07"
    assert str(only(read_log(content))["day"].date()) == "2022-10-06"


def test_the_distance_for_people_is_never_used_and_a_percentage_is_no_fraction():
    content = strava(
        {
            "Activity Date": "2014-09-12 16:54:28", "Activity Type": "Ride",
            "Elapsed Time": ("600", ""), "Moving Time": "", "Distance": ("9,72", ""),
            "Humidity": "83",
        }
    )  # fmt: skip
    row = only(read_log(content))
    assert np.isnan(row["distance_m"])
    assert np.isnan(row["relative_humidity_pct"])
    assert row["duration_min"] == 10  # elapsed, where there is no moving time


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("Oct 6, 2022, 11:19:20 PM", "2022-10-06 23:19:20"),
        ("Oct 6, 2022, 12:05:00 AM", "2022-10-06 00:05:00"),
        ("6 Oct 2022, 23:19:20", "2022-10-06 23:19:20"),
        ("8 jul 2017, 15:25:34", "2017-07-08 15:25:34"),
        ("23 jun. 2017 15:52:12", "2017-06-23 15:52:12"),
        ("1 mrt. 2019 07:02:03", "2019-03-01 07:02:03"),
        ("3 mei 2019 07:02:03", "2019-05-03 07:02:03"),
        ("09.12.2022, 15:24:49", "2022-12-09 15:24:49"),
        ("14. März 2024, 06:00:00", "2024-03-14 06:00:00"),
        ("2014-09-12 16:54:28", "2014-09-12 16:54:28"),
        ("8 juil. 2017 à 15:25:34", "2017-07-08 15:25:34"),
        ("12 août 2023, 9:05:00", "2023-08-12 09:05:00"),
        ("5 ene 2024, 18:00:00", "2024-01-05 18:00:00"),
        ("5 de dic. de 2024, 6:00:00 p. m.", "2024-12-05 18:00:00"),
        ("2026-07-01T06:30:00", "2026-07-01 06:30:00"),
        ("2026-07-01", "2026-07-01 00:00:00"),
        ("30.02.2024, 10:00:00", "NaT"),
        ("1969-12-31 23:59:59", "NaT"),
        ("2024-05-01 25:00:00", "NaT"),
        ("2024-05-01 07:75:00", "NaT"),
        ("Oct 6, 2022, 13:19:20 PM", "NaT"),
        ("Smarch 6, 2022", "NaT"),
        ("Run", "NaT"),
    ],
)
def test_dates_are_read_in_the_languages_of_the_exports(cell, moment):
    assert str(dates(pd.Series([cell]), "When")[0]["moment"].iloc[0]) == moment


@settings(max_examples=60)
@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%b %d, %Y, %I:%M:%S %p", "%d.%m.%Y, %H:%M:%S"]),
)
def test_a_written_date_comes_back(moment, pattern):
    read = dates(pd.Series([moment.strftime(pattern)]), "When")[0]["moment"].iloc[0]
    assert read == pd.Timestamp(moment.replace(microsecond=0))


def test_digits_that_can_be_day_or_month_are_asked_about():
    text = "day,min\n03/04/2026,60\n05/06/2026,60\n"
    with pytest.raises(TrainingLogError, match="03/04/2026"):
        own(text)
    log = own(text + "13/06/2026,60\n")
    assert [d.month for d in log.sessions["day"]] == [4, 6, 6]
    log = own(text + "06/13/2026,60\n")
    assert [d.month for d in log.sessions["day"]] == [3, 5, 6]


@pytest.mark.parametrize("mark", ["/", "."])
def test_dates_that_contradict_each_other_are_named(mark):
    text = "day,min\n03/04/2026,60\n13/06/2026,60\n06/13/2026,60\n"
    with pytest.raises(TrainingLogError, match=r"13.06.2026 and 06.13.2026, begin now"):
        own(text.replace("/", mark))


def test_dotted_dates_begin_with_the_day_unless_they_cannot():
    text = "day,min\n03.04.2026,60\n05.06.2026,60\n"
    assert [d.month for d in own(text).sessions["day"]] == [4, 6]
    with pytest.raises(TrainingLogError, match=r"such as 07\.13\.2026, begin with the m"):
        own(text + "07.13.2026,60\n")
    # What is no day and no month says nothing about the others.
    log = own(text + "07.32.2026,60\n")
    assert log.report.skipped == {"no_date": 1}


@pytest.mark.parametrize("other", [0x660, 0x6F0, 0x966, 0xFF10])
def test_digits_of_other_scripts_give_a_row_left_out_or_a_value_left_open(other):
    script = str.maketrans({str(i): chr(other + i) for i in range(10)})
    fullwidth = other == 0xFF10  # which are the same digits, by Unicode
    plain = "2026-07-0{},60,5\n"
    cells = ["2026-07-09,60,5", "2026-07-09 07:30:00,60,5", "9 Jul 2026,60,5"]
    cells += ["2026-07-09,1:00:00,5", "2026-07-09,45:30.5,5"]
    for cell in cells:
        days, *rest = cell.split(",")
        for odd in (",".join([days.translate(script), *rest]), cell.translate(script)):
            text = "day,min,rpe\n" + "".join(map(plain.format, range(1, 6))) + odd + "\n"
            log = own(text)
            assert len(log.sessions) == (6 if fullwidth else 5)
    felt = own("day,min,rpe\n2026-07-01,60," + "7".translate(script) + "\n")
    assert only(felt)["session_rpe"] == 7 or not fullwidth
    assert (not fullwidth) == bool([n for n in felt.report.notes if n.kind == "unread"])


@pytest.mark.parametrize(
    "cell", ["", " ", "--", "- -", "--:--:--", "nan", "NaN", "NA", "n/a", "null", "NULL", "None"]
)  # fmt: skip
def test_a_cell_that_says_nothing_is_open_without_a_note(cell):
    log = own(f"day,min,rpe\n2026-07-01,60,{cell}\n2026-07-02,60,5\n")
    assert log.sessions["session_rpe"].isna().tolist() == [True, False]
    assert [note.kind for note in log.report.notes] == ["unknown_activity"]


def test_a_minus_sign_is_a_minus():
    log = own("day,min,air\n2026-01-03,60,\N{MINUS SIGN}4.5\n")
    assert only(log)["air_temperature_c"] == -4.5


STRAVA_LANGUAGES = {
    "nl 2020": (
        "Activiteits-ID,Datum van activiteit,Naam activiteit,Activiteitstype,Verstreken tijd,"
        "Afstand,Forenzenrit,Verstreken tijd,Beweegtijd,Afstand,Hoogteverschil",
        '1,"23 jun. 2017 15:52:12",Rondje,Hardloopsessie,3700,"9,72",false,3700.0,3600.0,9720.0,1',
    ),
    "nl 2026": (
        "Activiteits-ID,Datum van activiteit,Naam activiteit,Activiteitstype,Verstreken tijd,"
        "Afstand,Woon-werkverkeer,Verstreken tijd,Beweegtijd,Afstand,Totale stijging",
        '1,"23 jun 2017, 15:52:12",Rondje,Hardloopsessie,3700,"9,72",false,3700.0,3600.0,9720.0,1',
    ),
    "de": (
        "Aktivitäts-ID,Aktivitätsdatum,Name der Aktivität,Aktivitätsart,Verstrichene Zeit,"
        "Distanz,Verstrichene Zeit,Bewegungszeit,Distanz",
        '1,"23.06.2017, 15:52:12",Runde,Lauf,3700,"9,72",3700.0,3600.0,9720.0',
    ),
    "fr": (
        "ID de l'activité,Date de l'activité,Nom de l'activité,Type d'activité,Temps écoulé,"
        "Distance,Temps écoulé,Durée de déplacement,Distance",
        '1,"23 juin 2017, 15:52:12",Tour,Course à pied,3700,"9,72",3700.0,3600.0,9720.0',
    ),
    "es": (
        "ID de actividad,Fecha de la actividad,Nombre,Tipo de actividad,Tiempo transcurrido,"
        "Distancia,Tiempo transcurrido,Tiempo en movimiento,Distancia",
        '1,"23 jun 2017, 15:52:12",Vuelta,Carrera,3700,"9,72",3700.0,3600.0,9720.0',
    ),
}
GARMIN_LANGUAGES = {
    "nl": ("Activiteittype,Datum,Titel,Afstand,Calorieën,Tijd,Gem. HS", "Hardlopen"),
    "de": ("Aktivitätstyp,Datum,Titel,Distanz,Kalorien,Zeit,Ø HF", "Laufen"),
    "fr": (
        "Type d'activité,Date,Titre,Distance,Calories,Durée,Fréquence cardiaque moyenne",
        "Course à pied",
    ),
    "es": (
        "Tipo de actividad,Fecha,Título,Distancia,Calorías,Tiempo,Frecuencia cardiaca media",
        "Carrera",
    ),
}


@pytest.mark.parametrize("language", STRAVA_LANGUAGES)
def test_strava_in_other_languages(language):
    log = read_log("\n".join(STRAVA_LANGUAGES[language]).encode("utf-8-sig"))
    row = only(log)
    assert log.report.sources == ("Strava",)
    assert (row["sport"], row["duration_min"], row["distance_m"]) == ("running", 60, 9720)
    assert str(row["start"]) == "2017-06-23 15:52:12"


@pytest.mark.parametrize("language", GARMIN_LANGUAGES)
def test_garmin_in_other_languages(language):
    header, run = GARMIN_LANGUAGES[language]
    line = f'{run},2026-07-01 07:00:00,Ort,"10.00","1,011","01:00:00","150"'
    log = read_log(garmin(line, header=header), time_zone=BERLIN)
    row = only(log)
    assert log.report.sources == ("Garmin Connect",)
    assert (row["sport"], row["duration_min"], row["distance_m"]) == ("running", 60, 10_000)
    assert row["average_heart_rate_bpm"] == 150
    assert str(row["start"]) == "2026-07-01 07:00:00"  # local already


@pytest.mark.parametrize(
    ("line", "metres"),
    [
        ('Running,2026-07-01 07:00:00,x,"10.02","1,011",00:50:06,150,5:00', 10_020),
        ('Track Running,2026-07-01 07:00:00,x,"450","99",00:01:39.1,150,3:40', 450),
        ('Track Running,2026-07-01 07:00:00,x,"2,81","99",00:12:00,150,4:16', 2810),
        ('Pool Swim,2026-07-01 07:00:00,x,"1,276","99",00:30:00,--,--', 1276),
        ('Pool Swim,2026-07-01 07:00:00,x,"483","99",00:12:00,--,2:29', 483),
        ('Running,2026-07-01 07:00:00,x,"21,130","99",01:58:00,--,5:35', 21_130),
        ('Strength Training,2026-07-01 07:00:00,x,"0.00","99",00:45:00,--,--', None),
        ('Cycling,2026-07-01 07:00:00,x,"42.02","99",01:51:46,--,22.5', 42_020),
    ],
)
def test_garmin_distances_find_their_unit(line, metres):
    row = only(read_log(garmin(line)))
    assert np.isnan(row["distance_m"]) if metres is None else row["distance_m"] == metres


def test_garmin_blanks_and_a_stress_score_of_zero_say_nothing():
    header = "Activity Type,Date,Calories,Time,Avg HR,Max HR,Training Stress Score®"
    log = read_log(
        garmin(
            "Cycling,2026-07-01 07:00:00,1,01:00:00,--,,0.0",
            "Cycling,2026-07-02 07:00:00,1,01:00:00,0,0,64.0",
            "Cycling,2026-07-03 07:00:00,1,--:--:--,--,--,--",
            header=header,
        )
    )
    assert log.sessions["average_heart_rate_bpm"].isna().all()
    # One hour at IF 0.8 is 0.8 × 0.8 × 100 = 64.
    assert log.sessions["intensity_factor"].tolist() == [
        pytest.approx(np.nan, nan_ok=True),
        0.8,
    ]
    assert log.report.skipped == {"no_duration": 1}


def test_trainingpeaks_plans_are_not_done():
    log = read_log(EXAMPLES["trainingpeaks_workouts.csv"])
    assert log.report.skipped == {"planned": 3, "day_off": 1}
    plan = EXAMPLES["trainingpeaks_workouts.csv"].split(b"\r\n")
    with pytest.raises(TrainingLogError, match="3 planned, not done"):
        read_log(b"\r\n".join([plan[0], *plan[-4:-1]]))


def test_two_equal_swims_a_day_stay_and_the_same_row_does_not():
    header = "WorkoutType,WorkoutDay,TimeTotalInHours,Title"
    lines = ["Swim,2026-07-01,0.5,early", "Swim,2026-07-01,0.5,late"]
    log = read_log("\n".join([header, *lines, lines[0]]).encode())
    assert len(log.sessions) == 2
    assert log.report.skipped == {"twice": 1}


def test_what_cannot_be_or_cannot_be_read_is_left_open_and_counted():
    days = [f"2026-07-{day:02},60" for day in range(1, 9)]
    cells = ["7/10,140,20", "hard,400,x", "easy,12,60", "11,150,-41", "0,,"]
    cells += ["5,150,20"] * 3
    rows = [f"{day},{cell}" for day, cell in zip(days, cells, strict=True)]
    # A row that is no session counts in no other note.
    rows.append("2026-07-09,0,x,x,x")
    log = own("\n".join(["day,min,rpe,avg,air", *rows]) + "\n")
    for name, known in (
        ("session_rpe", 3), ("average_heart_rate_bpm", 5), ("air_temperature_c", 4),
    ):  # fmt: skip
        assert log.sessions[name].notna().sum() == known
    assert left_open(log) == {
        ("unread", "effort", "7/10"): 3,
        ("outside", "effort", "11"): 2,
        ("outside", "average heart rate", "400"): 2,
        ("unread", "air temperature", "x"): 1,
        ("outside", "air temperature", "60"): 2,
    }
    said = log.report.lines()
    assert (
        "3 efforts could not be read, such as 7/10, and are left open: needed is a number "
        "of 1 to 10."
    ) in said
    assert "2 efforts outside 1 to 10, such as 11, are left open." in said


def test_distances_humidity_and_stress_scores_that_cannot_be_read_are_counted():
    log = read_log(
        strava(*(
            {"Activity Date": f"Jul {day}, 2026, 7:00:00 AM", "Activity Type": "Run",
             "Moving Time": "3600", "Elapsed Time": ("", 3600.0), "Humidity": humidity,
             "Distance": ("", far)}
            for day, (humidity, far) in enumerate(
                [("0.8", 9000), ("83", "9 km"), ("wet", -5), ("", 3e6), ("0.0", "")], 1
            )
        ))
    )  # fmt: skip
    assert left_open(log) == {
        ("unread", "relative humidity value", "wet"): 1,
        ("outside", "relative humidity value", "83"): 1,
        ("unread", "distance", "9 km"): 1,
        ("outside", "distance", "-5"): 2,
    }
    header = "Activity Type,Date,Distance,Calories,Time,Avg HR,TSS"
    log = read_log(
        garmin(
            "Running,2026-07-01 07:00:00,900000,1,01:00:00,0,high",
            "Strength Training,2026-07-02 07:00:00,0.00,1,01:00:00,--,0.0",
            header=header,
        )
    )
    assert left_open(log) == {
        ("unread", "intensity factor", "high"): 1,
    }
    (fast,) = (dict(n.details) for n in log.report.notes if n.kind == "no_human_speed")
    assert fast == {"values": 1, "cell": "900000", "minutes": 60.0}


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_of_the_examples_is_left_open_with_a_note(name):
    lines = read_log(EXAMPLES[name], time_zone=BERLIN).report.lines()
    assert not any("left open" in line for line in lines)


def test_a_watch_left_running_is_cut_and_flagged_and_answers_nothing():
    log = own("day,min,what\n2026-07-12,1440,Run\n2026-07-11,1441,Run\n2026-07-10,50,Run\n")
    assert log.sessions["cut"].tolist() == [False, True, False]
    assert log.sessions["duration_min"].max() == 1440
    assert any("24 hours" in line and "11 Jul 2026" in line for line in log.report.lines())
    alone = own("day,min,what\n2026-07-11,5000,Run\n")
    assert answer(alone, "longest_recent_min").value is None


def test_a_session_of_a_minute_is_one_and_a_shorter_recording_is_not():
    log = own("day,min\n2026-07-12,1\n2026-07-11,0.99\n2026-07-10,4.2E-45\n2026-07-09,-5\n")
    assert len(log.sessions) == 1
    assert log.report.skipped == {"too_short": 2, "no_duration": 1}


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_encodings_line_ends_and_titles(mark, encoding, end):
    rows = [
        ["My list; made up, by me"],
        [],
        ["Activity Type", "Date", "Calorías", "Time", "Título"],
        ["Running", "2026-07-01 07:00:00", '"1,011"', "01:00:00", '"a\nb"'],
    ]
    text = end.join(mark.join(row) for row in rows)
    assert only(read_log(text.encode(encoding)))["duration_min"] == 60


def test_columns_are_found_by_name_wherever_they_stand():
    content = EXAMPLES["garmin_activities.csv"]
    frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    turned = frame[frame.columns[::-1]].to_csv(index=False).encode()
    pd.testing.assert_frame_equal(read_log(turned).sessions, read_log(content).sessions)


def test_activity_types_are_known_and_others_are_named():
    for word, sport in {
        "VirtualRide": "cycling", "Weight Training": "gym_strength", "Hardloopsessie": "running",
        "Radfahrt": "cycling", "Natation": "swimming", "Senderismo": "hiking", "MTB": "cycling",
        "trail_run": "running", "Voetbal": "soccer", "Musculation": "gym_strength",
    }.items():  # fmt: skip
        assert sport_of(word) == sport
    log = own("day,min,what\n2026-07-01,60,Quidditch\n")
    assert only(log)["sport"] == ""
    assert any("Quidditch" in line for line in log.report.lines())


def test_the_table_of_words_knows_every_sport():
    assert set(table()["sports"]) == set(FIELDS["sport"].levels)
    assert set(table()["usual_rpe"]) == set(FIELDS["sport"].levels)
    assert all(1 <= rpe <= 10 for rpe in table()["usual_rpe"].values())


# ------------------------------------------------------------------------ bad files


def zipped(name):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "x")
    return out.getvalue()


SHIFTED = {
    "Activity Date": "Jul 1, 2026, 7:00:00 AM", "Activity Type": "Run",
    "Elapsed Time": (3700, "9720.0"), "Moving Time": "3700.0",
}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\x00\x01\x02", "no text"),
        (b"\xff\xd8\xff\xe0" + bytes(20), "picture"),
        (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"),
        (b"\x1f\x8b\x08rubbish", "compressed"),
        (zipped("activities.csv"), "log that can be read"),
        (zipped("[Content_Types].xml"), "no Excel file"),
        (b"<?xml version='1.0'?><gpx/>", "GPX file holds no track with times"),
        (b'{"activities": []}', "JSON"),
        (b"just a sentence", "no table"),
        (b"Name,Age\nAda,31\n", "no program known here"),
        (b"9000001,2026-07-01 07:00:00,Run,3600\n" * 3, "row of headers"),
        (b"Activity Type,Date,Calories,Time\n", "no sessions"),
        (b"Activity Type,Date,Calories,Time\nRun,x,1,00:10:00\n", "not a date"),
        (b"Activity Type,Date,Calories,Time\nRun,2026-07-01 07:00:00,1,abc\n", "not a duration"),
        (strava(SHIFTED), "contradict"),
        (b"Activity Type,Date,Calories,Time,Steps\nRun,2026-07-01 07:00:00,1,00:10:00\n", "under 5 headers"),
        (
            b"Activity Type,Date,Calories,Time\n"
            + b"".join(b"Run,2026-07-01 07:%02d:00,1,00:10:00\n" % i for i in range(31)),
            "31 sessions on 1 Jul 2026",
        ),
        (b"Activity Type,Date,Calories,Time\n" + b"a,b,c,d\n" * (MOST_ROWS + 11), "100,000"),
        (b"x" * (MOST_BYTES + 1), "100 MB"),
    ],
)  # fmt: skip
def test_what_is_no_log_says_so_in_a_sentence(content, words):
    with pytest.raises(TrainingLogError, match=words) as caught:
        read_log(content)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_single_odd_row_is_left_out_and_counted():
    good = "Running,2026-07-0{},x,10,1,01:00:00,150,6:00"
    log = read_log(garmin(good.format(1), good.format(2), "Running,2026-07-03,1,2"))
    assert log.report.skipped == {"other_width": 1}
    header = "Activity Type,Date,Title,Distance,Calories,Time,Avg HR,Avg Pace"
    log = read_log(garmin(good.format(1), header, good.format(2)))
    assert log.report.skipped == {"second_headers": 1}


@pytest.mark.parametrize("zone", ["Nowhere/Land", "", "../etc/passwd", "/etc", "Europe"])
def test_a_time_zone_that_is_none_is_named(zone):
    with pytest.raises(TrainingLogError, match="time zone"):
        read_log(EXAMPLES["strava_activities.csv"], time_zone=zone)


def test_an_unknown_table_can_be_read_once_its_columns_are_said():
    content = b"Wann;Dauer;Dauer;Gef\xc3\xbchl\n3.5.2026;x;1,5;4\n4.5.2026;y;0:30;11\n"
    assert [(c.header, c.samples, c.meaning) for c in log_columns(content)] == [
        ("Wann", ("3.5.2026", "4.5.2026"), ""),
        ("Dauer", ("x", "y"), ""),
        ("Dauer#2", ("1,5", "0:30"), ""),
        ("Gefühl", ("4", "11"), ""),
    ]
    columns = {"Wann": "start", "Dauer#2": "duration_h", "Gefühl": "session_rpe"}
    log = read_log(content, columns=columns)
    assert log.sessions["duration_min"].tolist() == [90, 30]
    assert log.sessions["session_rpe"].isna().tolist() == [False, True]
    assert any("outside 1 to 10" in line for line in log.report.lines())
    meanings = {c.header: c.meaning for c in log_columns(EXAMPLES["garmin_activities.csv"])}
    assert (meanings["Time"], meanings["Title"]) == ("duration_s", "")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"day": "start"}, "one for the duration"),
        ({"min": "duration_min"}, "column for the start"),
        ({"day": "start", "min": "minutes"}, "'minutes'"),
        ({"day": "start", "min": "duration_min", "x": "duration_min"}, "same meaning"),
        ({"day": "start", "length": "duration_min"}, "length"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(columns, words):
    with pytest.raises(TrainingLogError, match=words):
        read_log(b"day,min\n2026-07-01,60\n", columns=columns)


SEEDS = st.sampled_from([*EXAMPLES.values()])


def gives_what_it_reads_or_a_sentence(reads, content):
    said = "Something."
    try:
        assert reads(content) is not None
    except TrainingLogError as error:
        said = str(error)
    assert said.endswith((".", "?"))
    assert "\n" not in said


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_bytes_give_a_log_or_a_sentence(content):
    for reads in (read_log, log_columns):
        gives_what_it_reads_or_a_sentence(reads, content)


@settings(max_examples=60)
@given(SEEDS, st.floats(0, 1), st.floats(0, 1), st.binary(max_size=8))
def test_cut_and_damaged_files_give_a_log_or_a_sentence(content, start, length, other):
    at = int(start * len(content))
    for broken in (
        content[:at],
        content[:at] + other + content[at + len(other) :],
        content[: len(content) // 8] + content[at : at + int(length * 400)],
    ):
        gives_what_it_reads_or_a_sentence(read_log, broken)


@settings(max_examples=40)
@given(st.sampled_from(TABLES), st.randoms(use_true_random=False))
def test_swapped_headers_give_a_log_or_a_sentence(name, random):
    headers, rest = EXAMPLES[name].split(b"\n", 1)
    names = headers.strip().split(b",")
    random.shuffle(names)
    gives_what_it_reads_or_a_sentence(read_log, b",".join(names) + b"\n" + rest)


# ------------------------------------------------------------------------------- FIT


def test_a_fit_file_is_read_with_the_local_time_it_tells():
    row = only(read_log(made.fit(workout_rpe=60, intensity_factor=0.71)))
    assert (row["sport"], row["duration_min"], row["distance_m"]) == (
        "running",
        111,
        18_500,
    )
    assert str(row["start"]) == "2026-07-12 09:09:00"  # two hours ahead, as the file says
    assert row["session_rpe"] == 6  # 60 of 100 in the file
    assert row["intensity_factor"] == pytest.approx(0.71)
    # The session names none; twelve records from 140 to 151.
    assert row["average_heart_rate_bpm"] == pytest.approx(145.5)
    assert row["highest_heart_rate_bpm"] == 151
    assert np.isnan(row["air_temperature_c"])  # what the wrist measures is not the air


@pytest.mark.parametrize(("hours", "local"), [(14, 21), (-12, 19), (15, 7), (-13, 7)])
def test_a_fit_file_has_the_offset_of_a_place_or_none(hours, local):
    log = read_log(made.fit(start=datetime(2026, 7, 12, 7, tzinfo=UTC), local_hours=hours))
    assert only(log)["start"].hour == local


def test_a_fit_file_without_local_time_takes_the_zone_of_the_athlete():
    content = made.fit(start=datetime(2026, 7, 12, 23, 30, tzinfo=UTC), local_hours=None)
    assert str(only(read_log(content, time_zone=BERLIN))["start"]) == "2026-07-13 01:30:00"
    assert str(only(read_log(content))["day"].date()) == "2026-07-12"


def test_a_wrong_checksum_is_a_warning_and_the_data_stay():
    content = bytearray(made.fit())
    content[-1] ^= 0xFF
    log = read_log(bytes(content))
    assert only(log)["duration_min"] == 111
    assert any("checksum" in line for line in log.report.lines())
    assert not any("checksum" in line for line in read_log(made.fit()).report.lines())


def test_records_with_compressed_timestamps_are_read():
    # As older bicycle computers write them: the time in five bits of the header.
    messages = [
        bytes([0x40, 0, 0, 0, 0, 1, 0, 1, 0x00]), bytes([0, 4]),  # file_id: activity
        bytes([0x41, 0, 0, 20, 0, 1, 3, 1, 0x02]),  # record: heart rate
        *(bytes([0xA0 | second, 140 + second]) for second in range(5)),
        bytes([0x40, 0, 0, 18, 0, 3, 2, 4, 0x86, 5, 1, 0x00, 8, 4, 0x86]),
        struct.pack("<BIBI", 0, 1_152_000_000, 1, 3_600_000),  # session: a run of an hour
    ]  # fmt: skip
    body = b"".join(messages)
    content = struct.pack("<BBHI4s", 12, 0x20, 2100, len(body), b".FIT") + body
    crc = CrcCalculator.calculate_crc(content, 0, len(content))
    log = read_log(content + struct.pack("<H", crc))
    row = only(log)
    assert (row["duration_min"], row["average_heart_rate_bpm"]) == (60, 142)
    assert [note.kind for note in log.report.notes] == ["fit_local_time"]


def test_a_fit_file_that_breaks_off_or_holds_no_session_says_so():
    content = made.fit(records=200)
    with pytest.raises(TrainingLogError, match="no finished session"):
        read_log(content[:300])
    with pytest.raises(TrainingLogError, match="FIT"):
        read_log(content[:20])
    encoder = made.Encoder()
    encoder.write_mesg({"mesg_num": 0, "type": "course", "manufacturer": "development"})
    with pytest.raises(TrainingLogError, match="course"):
        read_log(bytes(encoder.close()))
    with pytest.raises(TrainingLogError, match="25 MB"):
        read_log(content + bytes(25_000_001))


def test_without_the_decoder_a_fit_file_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "fitdecode", None)
    with pytest.raises(TrainingLogError, match=r"\[app\]"):
        read_log(made.fit())
    assert len(read_log(EXAMPLES["garmin_activities.csv"]).sessions) == 61


def test_the_parts_of_a_triathlon_are_one_session():
    encoder = made.Encoder()
    start = datetime(2026, 7, 12, 6, tzinfo=UTC)
    encoder.write_mesg({"mesg_num": 0, "type": "activity", "manufacturer": "development"})
    parts = [("swimming", 30), ("transition", 2), ("cycling", 70), ("running", 48)]
    for sport, minutes in parts:
        encoder.write_mesg(
            {"mesg_num": 18, "timestamp": start, "start_time": start, "sport": sport,
             "total_timer_time": minutes * 60.0}
        )  # fmt: skip
        start += timedelta(minutes=minutes)
    row = only(read_log(bytes(encoder.close())))
    assert (row["sport"], row["duration_min"]) == ("triathlon", 150)
    assert str(row["start"]) == "2026-07-12 06:00:00"


# ------------------------------------------------------------------------------ loads


def recursion(load, share):
    value, out = 0.0, []
    for today in load:
        value += (today - value) * share
        out.append(value)
    return np.array(out)


LOADS = st.lists(st.floats(0, 2000), min_size=1, max_size=120)


@given(LOADS, st.sampled_from([7, 42]))
def test_fitness_and_fatigue_follow_the_recursion(load, days):
    expected = recursion(load, 1 - np.exp(-1 / days))
    assert smoothed(load, days) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("days", [7, 42])
@pytest.mark.parametrize("variant", [lambda n: 1 / n, lambda n: 2 / (n + 1)])
def test_the_other_constants_in_use_give_other_numbers(days, variant):
    load = 100.0 * (np.arange(60) % 3 == 0)
    wrong = recursion(load, variant(days))
    assert np.abs(smoothed(load, days) - wrong).max() > 0.1


def test_after_n_days_of_rest_one_part_in_e_is_left():
    load = np.r_[np.full(2000, 80.0), np.zeros(42)]
    fitness = smoothed(load, 42)
    assert fitness[1999] == pytest.approx(80)
    assert fitness[-1] / fitness[1999] == pytest.approx(np.exp(-1))


def test_load_is_effort_times_minutes_and_never_zero():
    # Two hours at 6 are 720 (Foster 2001 and its summaries).
    log = own(
        "day,min,what,rpe\n2026-07-01,120,Run,6\n2026-07-02,60,Run,\n2026-07-03,60,X,0\n"
    )
    loads = session_loads(log.sessions)
    assert loads["load"].iloc[0] == 720
    assert (loads["load"] > 0).all()
    assert loads["estimated"].tolist() == [False, True, True]
    assert log.report.share_estimated == pytest.approx(2 / 3)


def test_the_chart_has_every_day_and_says_what_is_estimated():
    log = own(
        "day,min,what,rpe\n2026-05-01,60,Run,5\n2026-05-01,60,Run,\n2026-05-04,30,Run,4\n"
    )
    chart = daily(log, date(2026, 6, 20))
    assert chart["day"].dt.strftime("%m-%d").iloc[[0, -1]].tolist() == ["05-01", "06-20"]
    assert len(chart) == 51
    assert chart["load"].iloc[:4].tolist() == [600, 0, 0, 120]
    assert chart["estimated"].iloc[:2].tolist() == [0.5, 0]
    assert chart["settled"].sum() == 51 - 42
    assert chart["fatigue"].iloc[3] > chart["fitness"].iloc[3]
    assert len(daily(log)) == 4
    with pytest.raises(ValueError, match="2026-05-01"):
        daily(log, date(2026, 4, 30))


# --------------------------------------------------------------------------- answers


def test_the_example_answers_what_a_calendar_says():
    log = read_log(EXAMPLES["trainingpeaks_workouts.csv"])
    found = {d.name: d for d in derive(log, on=MONDAY, sport="running")}
    assert list(found)[:5] == [n for n in found if n in FIELDS]
    assert list(found)[5:] == list(CONTEXT)
    # The last Sunday run is 75 + 9 × 4 min; six sessions on six days every week.
    assert found["longest_recent_min"].value == 111
    assert "12 Jul, from TrainingPeaks" in found["longest_recent_min"].source
    assert found["sessions_per_week"].value == 6
    assert found["rest_days_7d"].value == 1
    assert found["hard_sessions_3d"].value == 0
    for d in found.values():
        assert bool(d.source) == (d.value is not None)
        assert bool(d.reason) == (d.value is None)
    wednesday = derive(log, on=date(2026, 7, 8), sport="running")
    assert {d.name: d.value for d in wednesday}["hard_sessions_3d"] == 1


def test_only_days_before_the_session_count():
    log = own("day,min,what\n2026-06-01,50,Run\n2026-07-12,40,Run\n2026-07-13,300,Run\n")
    assert answer(log, "longest_recent_min").value == 40
    # Twenty-eight days before 13 July is 15 June; one more is outside.
    text = "day,min,what\n2026-05-01,9,Run\n2026-06-{},90,Run\n2026-07-12,40,Run\n"
    assert answer(own(text.format(15)), "longest_recent_min").value == 90
    assert answer(own(text.format(14)), "longest_recent_min").value == 40


def test_no_similar_session_is_zero_only_if_the_log_goes_back_far_enough():
    log = own("day,min,what\n2026-06-01,50,Ride\n2026-07-12,40,Ride\n")
    assert answer(log, "longest_recent_min").value == 0
    short = own("day,min,what\n2026-07-01,50,Ride\n2026-07-12,40,Ride\n")
    assert answer(short, "longest_recent_min").value is None
    assert answer(log, "longest_recent_min", sport="triathlon").value == 40
    assert answer(log, "longest_recent_min", sport="other").value is None


def test_a_log_that_ended_long_ago_answers_nothing():
    log = own("day,min,what\n2026-05-01,50,Run\n2026-07-05,40,Run\n")
    assert all(d.value is None and "5 Jul 2026" in d.reason for d in derive(
        log, on=MONDAY, sport="running", air_temperature_c=20))  # fmt: skip
    early = derive(log, on=date(2026, 5, 1), sport="running")
    assert all("no session before" in d.reason for d in early)
    with pytest.raises(ValueError, match="quidditch"):
        derive(log, on=MONDAY, sport="quidditch")


ENDED = "day,min,what,rpe,air\n" + "".join(
    f"2026-{day},60,Run,8,30\n"
    for day in ("05-31", "06-01", "06-08", "06-15", "06-22", "06-29", "07-06")
)
OPEN_AT_THE_END = ("hard_sessions_3d", "rest_days_7d", "recent_vs_usual_load")


def test_days_that_a_log_does_not_cover_are_no_rest():
    log = own(ENDED)
    for name in OPEN_AT_THE_END:
        found = answer(log, name)
        assert found.value is None
        assert found.reason == (
            "The log ends on 6 Jul; whether you trained on the days after, it does not say."
        )
        # The day before the session is the last that has to be covered.
        assert answer(log, name, date(2026, 7, 7)).value is not None
        assert answer(log, name, date(2026, 7, 8)).value is None
    weekly = answer(log, "sessions_per_week")
    assert weekly.value == 1  # the 15th, 22nd and 29th of June and the 6th of July
    assert "4 sessions in the 4 weeks up to 6 Jul, where the log ends" in weekly.source
    longest = answer(log, "longest_recent_min")
    assert longest.value == 60
    assert "4 weeks up to 6 Jul, where the log ends" in longest.source
    # Of the 14 days before the 13th, not of the 14 before the log ends.
    heat = answer(log, "heat_days_14d", air_temperature_c=30)
    assert heat.value == 2
    assert "the last 14 up to 6 Jul, where the log ends" in heat.source


def test_days_of_rest_begin_after_the_last_row_whatever_it_is():
    rows = [f"2026-06-{day:02},60,Running\n" for day in range(1, 30)]
    log = read_log(
        ("day,min,sport\n" + "".join(rows) + "2026-07-02,20,Nap\n").encode(),
        columns={"day": "start", "min": "duration_min", "sport": "sport"},
    )
    day = date(2026, 7, 5)
    assert last_day_before(log, day) == date(2026, 7, 2)
    rested = answer(log, "rest_days_7d", day, complete_until=date(2026, 7, 4))
    assert "After 2 Jul, up to 4 Jul, you" in rested.source


def test_a_load_is_the_same_number_wherever_it_stands():
    rows = [f"2026-06-{day:02},{40 + day},Running\n" for day in range(1, 31)]
    log = read_log(
        ("day,min,sport\n" + "".join(rows)).encode(),
        columns={"day": "start", "min": "duration_min", "sport": "sport"},
    )
    load = answer(log, "recent_vs_usual_load", date(2026, 7, 1))
    assert f" is {load.value:.2f} times " in load.source


def test_whoever_says_that_nothing_is_missing_has_rested():
    log = own(ENDED)
    day = date(2026, 7, 12)

    def said(name, until=day, on=MONDAY, **weather):
        return answer(log, name, on, complete_until=until, **weather)

    assert [said(name).value for name in OPEN_AT_THE_END] == [0, 6, 1]
    for name in (*OPEN_AT_THE_END, "sessions_per_week", "longest_recent_min"):
        assert said(name).source.endswith(
            "After 6 Jul, up to 12 Jul, you did not train, as you say."
        )
    assert said("heat_days_14d", air_temperature_c=30).value == 2
    assert said("sessions_per_week").value == 1  # 15 June to 6 July, in four weeks
    for name in OPEN_AT_THE_END:
        assert "12 Jul" in said(name, date(2026, 7, 12), date(2026, 7, 14)).reason
        assert said(name, date(2027, 1, 1)).value == said(name).value
    # Ended long ago, and nothing since.
    late = date(2026, 8, 1)
    assert said("rest_days_7d", on=late).value is None
    assert said("rest_days_7d", date(2026, 7, 31), late).value == 7
    assert said("rest_days_7d", date(2026, 7, 6)).value is None  # as if not said
    with pytest.raises(ValueError, match=r"5 Jul 2026, and has .* 6 Jul 2026 or later"):
        said("rest_days_7d", date(2026, 7, 5))


def fits(*starts):
    return [read_log(made.fit(start=start, intensity_factor=0.9)) for start in starts]


def test_single_fit_files_are_no_calendar():
    days = pd.date_range("2026-06-01 07:00", "2026-07-12 07:00", tz="UTC")
    log = merge_logs(fits(*days.to_pydatetime()[::4], datetime(2026, 7, 12, 7, tzinfo=UTC)))
    for until in (None, date(2026, 7, 12)):
        found = {
            d.name: d
            for d in derive(
                log, on=MONDAY, sport="running", air_temperature_c=20, complete_until=until
            )
        }
        assert found.pop("longest_recent_min").value == 111
        assert all(d.value is None for d in found.values())
        assert all(
            "FIT, TCX and GPX files hold one session each" in d.reason
            for d in found.values()
        )
    assert "at least" in answer(log, "longest_recent_min").source
    assert (
        "no cycling in the files of one"
        in answer(log, "longest_recent_min", sport="cycling").reason
    )


def test_a_fit_file_beside_a_list_does_not_lengthen_the_list():
    before, after = (datetime(2026, month, 11, 7, tzinfo=UTC) for month in (1, 7))
    log = merge_logs([own(ENDED), *fits(before, after)])
    assert answer(log, "longest_recent_min").value == 111
    rest = answer(log, "rest_days_7d")
    assert rest.value is None
    assert rest.reason.startswith(
        "Besides files of one session each, the log ends on 6 Jul;"
    )
    assert answer(log, "rest_days_7d", complete_until=date(2026, 7, 12)).value == 5
    # Nor does one from January make the weeks before May weeks of rest.
    early = answer(log, "sessions_per_week", date(2026, 6, 3))
    assert early.value is None
    assert "goes back only 2 days" in early.reason
    # The list ended long ago, the FIT file is of yesterday.
    last = merge_logs([own(ENDED), *fits(datetime(2026, 7, 19, 7, tzinfo=UTC))])
    weekly = answer(last, "sessions_per_week", date(2026, 7, 20))
    assert "the log ends on 6 Jul" in weekly.reason


def test_short_logs_say_how_short_they_are():
    log = own("day,min,what\n2026-07-05,50,Run\n2026-07-12,40,Run\n")
    weekly = answer(log, "sessions_per_week")
    assert weekly.value == pytest.approx(2 / (8 / 7), abs=0.051)
    assert "8 days" in weekly.source
    assert answer(log, "recent_vs_usual_load").value is None
    week = own("day,min,what\n2026-07-07,50,Run\n2026-07-12,40,Run\n")
    assert answer(week, "rest_days_7d").value is None
    assert answer(week, "sessions_per_week").value is None


def hard(rows):
    return hardness(own("day,min,what,rpe,if,avg,max\n" + rows).sessions).tolist()


def test_hard_is_what_was_said_or_clear_and_else_open():
    rows = "2026-07-01,60,Run,7,,,\n2026-07-02,60,Run,6.9,0.95,,\n"
    rows += "2026-07-03,60,Run,,0.85,,\n2026-07-04,60,Run,,0.84,,\n"
    rows += "2026-07-05,60,Run,,0.70,,\n2026-07-06,60,Run,,0.69,,\n2026-07-07,60,Run,,,150,180\n"
    found = hard(rows)
    assert found[:3] == [1, 0, 1]
    assert np.isnan(found[3])
    assert np.isnan(found[4])
    assert found[5] == 0
    assert np.isnan(found[6])  # one heart rate is nothing to compare with


def test_heart_rates_are_judged_only_against_enough_others():
    base = "".join(f"2026-06-{d:02},60,Run,,,150,180\n" for d in range(1, 11))
    last = "2026-07-01,60,Run,,,170,182\n2026-07-02,60,Run,,,120,140\n"
    last += "2026-07-03,60,Ride,,,120,140\n"
    found = hard(base + last)
    assert np.isnan(found[:10]).all()
    assert found[10:12] == [1, 0]
    assert np.isnan(found[12])  # the only ride


def test_the_limits_stand_on_the_ninetieth_percentile_of_the_highest_heart_rates():
    # 100, 110, ... 200: by hand the percentile is 190, its shares 167.2 and 152.
    rows = "".join(f"2026-06-{d:02},60,Run,,,,{90 + 10 * d}\n" for d in range(1, 10))
    rows += "2026-06-10,60,Run,,,167,190\n2026-06-11,60,Run,,,168,200\n"
    found = hard(rows)
    assert found[:6] == [0] * 6
    assert np.isnan(found[6:10]).all()
    assert found[10] == 1


def test_a_single_false_heart_rate_moves_no_limit():
    base = [(f"2026-06-{d:02}", 180) for d in range(1, 21)]
    judged = "2026-07-01,60,Run,,,,144\n2026-07-02,60,Run,,,,145\n"
    for highest in (180, 249):
        spiked = [*base[:-1], (base[-1][0], highest)]
        found = hard("".join(f"{day},60,Run,,,,{bpm}\n" for day, bpm in spiked) + judged)
        assert found[20] == 0
        assert np.isnan(found[21])


def test_one_open_session_leaves_the_hard_ones_open():
    text = (
        "day,min,what,rpe\n2026-07-01,60,Run,8\n2026-07-10,60,Run,8\n2026-07-12,60,Run,{}\n"
    )
    assert answer(own(text.format(4)), "hard_sessions_3d").value == 1
    unknown = answer(own(text.format("")), "hard_sessions_3d")
    assert unknown.value is None
    assert "12 Jul" in unknown.reason


def test_heat_days_need_weather_and_count_days():
    text = "day,min,what,air,rh\n2026-06-20,60,Run,20,50\n2026-07-05,60,Run,28,50\n"
    text += "2026-07-05,60,Run,27,50\n2026-07-06,60,Run,27.9,95\n2026-07-07,60,Run,,\n"
    log = own(text + "2026-07-12,60,Run,33,\n")
    days = answer(log, "heat_days_14d", air_temperature_c=30)
    assert days.value == 2  # the 5th and the 12th; the 6th is 2.1 °C cooler
    assert "4 of 5 sessions" in days.source
    # By WBGT the humid day is as hot and the 5th is not; the one without humidity keeps
    # its rule.
    with_humidity = answer(
        log, "heat_days_14d", air_temperature_c=30, relative_humidity_pct=50
    )
    assert with_humidity.value == 2
    assert answer(log, "heat_days_14d").value is None
    dry = own("day,min,what\n2026-06-20,60,Run\n2026-07-12,60,Run\n")
    assert "weather" in answer(dry, "heat_days_14d", air_temperature_c=30).reason


@pytest.fixture(scope="module")
def berlin_log():
    return read_log(EXAMPLES["strava_activities.csv"], time_zone=BERLIN)


@settings(max_examples=25)
@given(st.floats(-10, 45), st.floats(0, 10))
def test_a_hotter_plan_never_has_more_days_in_similar_heat(berlin_log, air, more):
    log = berlin_log
    cool = answer(log, "heat_days_14d", air_temperature_c=air, relative_humidity_pct=50)
    hot = answer(
        log, "heat_days_14d", air_temperature_c=air + more, relative_humidity_pct=50
    )
    assert hot.value <= cool.value


def test_recent_load_is_compared_with_the_three_weeks_before():
    days = [date(2026, 6, 15) + timedelta(days=i) for i in range(28)]
    rows = [f"{d},{60 if i < 21 else 90},Run,5" for i, d in enumerate(days)]
    ratio = answer(own("day,min,what,rpe\n" + "\n".join(rows)), "recent_vs_usual_load")
    assert ratio.value == 1.5
    assert "0% of it estimated" in ratio.source


def test_a_question_takes_no_more_than_it_can_hold_and_says_so():
    rows = [f"2026-07-{d} {h:02}:00:00,30,Run,8" for d in (10, 11, 12) for h in (6, 12, 18)]
    log = own("day,min,what,rpe\n2026-06-01 06:00:00,30,Run,8\n" + "\n".join(rows))
    many = answer(log, "hard_sessions_3d")
    assert many.value == FIELDS["hard_sessions_3d"].high == 6
    assert "9 of 9" in many.source
    assert "6 at most" in many.source


def test_an_own_answer_goes_before_the_log():
    log = read_log(EXAMPLES["trainingpeaks_workouts.csv"])
    found = derive(log, on=MONDAY, sport="running")
    answers = with_log({"rest_days_7d": 0, "longest_recent_min": None}, found)
    assert answers["rest_days_7d"] == 0
    assert answers["longest_recent_min"] == 111
    assert "recent_vs_usual_load" not in answers
    for name, value in answers.items():
        assert FIELDS[name].low <= value <= FIELDS[name].high


@pytest.mark.parametrize("own_answer", ["never", "earlier", "0", "1-2"])
def test_a_log_says_nothing_over_what_an_athlete_knows_of_cramps(own_answer):
    log = read_log(EXAMPLES["trainingpeaks_workouts.csv"])
    found = derive(log, on=MONDAY, sport="running")
    assert "cramp_sessions_12mo" not in {answer.name for answer in found}
    without = (*found, Derived("cramp_sessions_12mo", "0"))
    own = {"cramp_sessions_12mo": own_answer}
    assert with_log(own, without)["cramp_sessions_12mo"] == own_answer


# ----------------------------------------------------------------------- the command


def run(*arguments):
    return CliRunner().invoke(app, ["log", *map(str, arguments)])


def test_the_command_prints_the_report_and_the_answers():
    files = [data_file(f"example_logs/{name}") for name in TABLES]
    options = ["--sport", "running", "--on", "2026-07-13", "--time-zone", BERLIN]
    done = run(*files, *options)
    assert done.exit_code == 0
    assert "Longest similar session in the last 4 weeks: 111" in done.stdout
    assert "rows read" in done.stdout
    as_json = json.loads(run(*files, *options, "--json").stdout)
    assert as_json["answers"][0]["value"] == 111
    assert as_json["report"]["last_day"] == "2026-07-13"


def test_the_command_takes_the_day_until_which_the_log_is_complete():
    file = data_file("example_logs/trainingpeaks_workouts.csv")
    options = ["--sport", "running", "--on", "2026-07-16", "--json"]
    values = [
        {a["name"]: a["value"] for a in json.loads(run(file, *options, *more).stdout)["answers"]}
        for more in ((), ("--complete-until", "2026-07-15"))
    ]  # fmt: skip
    assert [v["rest_days_7d"] for v in values] == [
        None,
        3,
    ]  # trained from Thursday to Sunday
    wrong = run(file, *options, "--complete-until", "2026-07-01")
    assert wrong.exit_code == 2
    assert "complete until 1 Jul 2026" in wrong.stderr


def test_the_command_names_a_file_that_is_no_log(tmp_path):
    (tmp_path / "x.csv").write_text("Name,Age\nAda,31\n")
    done = run(tmp_path / "x.csv", "--sport", "running", "--on", "2026-07-13")
    assert done.exit_code == 2
    assert "x.csv: These columns are of no program" in done.stderr
    missing = run(tmp_path / "none.csv", "--sport", "running", "--on", "2026-07-13")
    assert missing.exit_code == 2
