# ruff: noqa: E501 (rows and tags of exports are as long as they are)
"""Files as people have them: exports of phones and watches, archives, compressed files."""

import gzip
import io
import json
import sqlite3
import zipfile
from datetime import datetime, time, timedelta

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from riskmodel.cli import app
from riskmodel.datasets import data_file
from riskmodel.training.any_file import ENDINGS
from riskmodel.training.log import TrainingLogError
from riskmodel.training.log_file import read_log
from riskmodel.training.log_table import log_columns
from riskmodel.training.one_file import kind_of
from scripts import example_logs as made

BERLIN = "Europe/Berlin"
STRAVA = data_file("example_logs/strava_activities.csv").read_bytes()


def archive(**members):
    """Make a zip archive; a name may hold a folder and a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def only(log):
    assert len(log.sessions) == 1
    return log.sessions.iloc[0]


def kinds(log):
    return [note.kind for note in log.report.notes]


def told(log, kind):
    """Details of the one finding of a kind."""
    (found,) = [note for note in log.report.notes if note.kind == kind]
    return dict(found.details)


# --------------------------------------------------------------------- one session each

LAP = """<Lap StartTime="{start}"><TotalTimeSeconds>{seconds}</TotalTimeSeconds>
<DistanceMeters>{metres}</DistanceMeters>{more}<Track><Trackpoint><Time>{start}</Time>
<DistanceMeters>99999</DistanceMeters></Trackpoint></Track></Lap>"""
RATES = """<AverageHeartRateBpm><Value>150</Value></AverageHeartRateBpm>
<MaximumHeartRateBpm><Value>171</Value></MaximumHeartRateBpm>"""


def tcx(*activities, root="TrainingCenterDatabase"):
    inside = "".join(
        f'<Activity Sport="{sport}"><Id>{start}</Id>{laps}</Activity>'
        for sport, start, laps in activities
    )
    space = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{space}"><Activities>'
        f"{inside}</Activities></{root}>"
    ).encode()


def run_in_laps(start="2026-07-01T22:30:00.000Z"):
    laps = LAP.format(start=start, seconds=1800.5, metres=5000, more=RATES)
    laps += LAP.format(start="2026-07-01T23:00:00Z", seconds=600, metres=1000, more="")
    return tcx(("Running", start, laps))


def gpx(*moments, kind="cycling", head=""):
    points = "".join(
        f'<trkpt lat="{52 + place / 100}" lon="5">{f"<time>{moment}</time>" if moment else ""}</trkpt>'
        for place, moment in enumerate(moments)
    )
    return (
        f'{head}<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk>'
        f"<name>Home</name><type>{kind}</type><trkseg>{points}</trkseg></trk></gpx>"
    ).encode()


RIDE = ("2026-07-01T22:30:00Z", "2026-07-01T23:00:00Z", "2026-07-02T00:15:00Z")


def test_a_tcx_file_sums_its_laps_and_lies_on_the_local_day():
    row = only(read_log(run_in_laps(), time_zone=BERLIN))
    assert str(row["start"]) == "2026-07-02 00:30:00"
    assert (row["sport"], row["activity"]) == ("running", "Running")
    assert row["duration_min"] == pytest.approx(2400.5 / 60)
    assert row["distance_m"] == 6000
    assert (row["average_heart_rate_bpm"], row["highest_heart_rate_bpm"]) == (150, 171)


def test_a_tcx_file_of_several_activities_is_several_sessions():
    lap = LAP.format(start="2026-07-03T05:00:00+02:00", seconds=3600, metres=0, more="")
    ride = ("Biking", "2026-07-03T05:00:00+02:00", lap)
    later = ("Other", "x", lap.replace("T05", "T17"))
    log = read_log(tcx(ride, later), time_zone=BERLIN)
    starts = [str(start) for start in log.sessions["start"]]
    assert starts == ["2026-07-03 05:00:00", "2026-07-03 17:00:00"]


@pytest.mark.parametrize(
    "content",
    [
        b"\n        " + run_in_laps(),  # as some programs write them
        b"\xef\xbb\xbf" + run_in_laps(),
        run_in_laps().replace(b'xmlns="', b'xmlns:n="'),
        gpx(*RIDE, head='\ufeff<?xml version="1.0"?><!-- by a phone -->\n'),
        gpx(*RIDE, head="<?xml version='1.0' encoding='ISO-8859-1'?>", kind="Löpning")
        .decode()
        .encode("latin-1"),
    ],
)
def test_what_stands_before_a_file_does_not_matter(content):
    assert 40 < only(read_log(content))["duration_min"] < 106


def test_a_gpx_file_lasts_from_its_first_point_to_its_last():
    log = read_log(gpx(*RIDE), time_zone=BERLIN)
    row = only(log)
    assert str(row["start"]) == "2026-07-02 00:30:00"
    assert (row["sport"], row["duration_min"]) == ("cycling", 105)
    assert kinds(log) == ["track_local_time", "gpx_duration"]


@pytest.mark.parametrize("end", [".fit", ".tcx", ".gpx", ".csv"])
def test_each_may_be_compressed(end):
    content = {
        ".fit": made.fit(),
        ".tcx": run_in_laps(),
        ".gpx": gpx(*RIDE),
        ".csv": STRAVA,
    }[end]
    plain, packed = read_log(content), read_log(gzip.compress(content))
    assert packed.sessions.equals(plain.sessions)
    assert packed.report == plain.report


def test_a_path_and_an_open_file_are_read_as_bytes_are(tmp_path):
    path = tmp_path / "no ending"
    path.write_bytes(STRAVA)
    with path.open("rb") as file:
        file.read(10)  # wherever it stands
        logs = [read_log(path), read_log(file), read_log(io.BytesIO(STRAVA))]
        assert not file.closed
    assert all(log.sessions.equals(read_log(STRAVA).sessions) for log in logs)
    with pytest.raises(TrainingLogError, match=r"^gone\.csv cannot be opened"):
        read_log(tmp_path / "gone.csv")
    with pytest.raises(TrainingLogError, match="cannot be opened"):
        read_log(tmp_path)


@pytest.mark.parametrize("year", ["0001", "1970", "1989", "9999"])
def test_a_clock_that_was_never_set_is_no_date(year):
    never = f"{year}-01-01T00:00:00Z"
    with pytest.raises(TrainingLogError, match="no date that can be read"):
        read_log(run_in_laps(never).replace(b"2026-07-01T23:00:00Z", never.encode()))
    row = only(read_log(gpx(never, *RIDE), time_zone="America/New_York"))
    assert row["duration_min"] == 105
    start = f"{year}-01-01 00:00:00 +0000"
    with pytest.raises(TrainingLogError, match="no date that can be read"):
        read_log(apple(workout(start=start, HKTimeZone="America/New_York")))


# --------------------------------------------------------------------- Apple Health

# The declarations of iOS 16 are no XML, and an attribute stands twice.
APPLE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 12 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Workout)*)>
<!ATTLIST HealthData
<!ELEMENT Workout ((MetadataEntry|WorkoutEvent)*)>
]>
<HealthData locale="de_DE">
 <Record type="HKQuantityTypeIdentifierHeartRate" unit="count/min" value="61"/>
 {workouts}
 <ActivitySummary dateComponents="2026-07-01"/>
</HealthData>"""
STATISTICS = """<WorkoutStatistics type="HKQuantityTypeIdentifierHeartRate" startDate="a" startDate="b" average="151.2" minimum="80" maximum="172" unit="count/min"/>
<WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" startDate="a" startDate="b" sum="5" unit="mi"/>"""


def workout(
    kind="Running",
    start="2026-07-01 23:30:00 -0600",
    duration='duration="42.5" durationUnit="min"',
    inside=None,
    **entries,
):
    entries = "".join(f'<MetadataEntry key="{k}" value="{v}"/>' for k, v in entries.items())
    tag = (
        f'<Workout workoutActivityType="HKWorkoutActivityType{kind}" {duration} '
        f'sourceName="Ada > Watch" startDate="{start}" endDate="2026-07-02 00:15:00 -0600"'
    )
    inside = f"{entries}{inside or ''}"
    return f"{tag}>{inside}</Workout>" if inside else f"{tag}/>"


def apple(*workouts):
    return APPLE.replace("{workouts}", "\n ".join(workouts)).encode()


def test_a_workout_lies_on_the_day_of_its_own_zone():
    weather = {"HKWeatherTemperature": "86 degF", "HKWeatherHumidity": "6100 %"}
    row = only(read_log(apple(workout(**weather, inside=STATISTICS))))
    assert str(row["start"]) == "2026-07-01 23:30:00"  # as it is written
    assert (row["sport"], row["duration_min"]) == ("running", 42.5)
    assert (row["air_temperature_c"], row["relative_humidity_pct"]) == (30, 61)
    assert row["distance_m"] == pytest.approx(8046.72)
    assert (row["average_heart_rate_bpm"], row["highest_heart_rate_bpm"]) == (151.2, 172)
    # The offset is that of the phone that made the export; the zone, of the workout.
    away = only(read_log(apple(workout(HKTimeZone="America/New_York")), time_zone=BERLIN))
    assert str(away["start"]) == "2026-07-02 01:30:00"
    unknown = only(read_log(apple(workout(HKTimeZone="Mars/Olympus"))))
    assert str(unknown["start"]) == "2026-07-01 23:30:00"


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [
        ('duration="1800" durationUnit="s"', 30),
        ('duration="1.5" durationUnit="hr"', 90),
        ('duration="30"', 30),
        ("", 45),  # from its start to its end
        ('duration="0" durationUnit="min"', 45),
    ],
)
def test_a_workout_has_its_duration_in_its_unit(duration, minutes):
    assert only(read_log(apple(workout(duration=duration))))["duration_min"] == minutes


@pytest.mark.parametrize(
    ("entries", "air_c", "humidity_pct"),
    [
        ({"HKWeatherTemperature": "20 degC", "HKWeatherHumidity": "56 %"}, 20, 56),
        ({"HKWeatherTemperature": "20", "HKWeatherHumidity": "10000 %"}, None, 100),
        (
            {
                "HKIndoorWorkout": "1",
                "HKWeatherTemperature": "86 degF",
                "HKWeatherHumidity": "6100 %",
            },
            None,
            None,
        ),
    ],
)
def test_the_weather_of_a_workout_has_a_unit_and_is_that_of_outdoors(
    entries, air_c, humidity_pct
):
    row = only(read_log(apple(workout(**entries))))
    found = row[["air_temperature_c", "relative_humidity_pct"]].tolist()
    assert [None if value != value else value for value in found] == [air_c, humidity_pct]


def test_a_workout_that_cannot_be_read_is_no_day_of_rest():
    broken = workout(inside="<MetadataEntry key=broken/>")
    log = read_log(apple(workout(), broken))
    assert log.report.skipped == {"no_date": 1}
    assert log.doubtful["why"].tolist() == ["no_date"]


@pytest.mark.parametrize(
    "name", ["export.xml", "Exportieren.xml", "exportar.xml", "导出.xml"]
)
def test_the_export_of_a_phone_in_any_language(name):
    members = {
        f"apple_health_export/{name}": apple(
            workout(), workout("Cycling", "2026-07-04 08:00:00 +0200")
        ),
        "apple_health_export/export_cda.xml": "<?xml version='1.0'?><ClinicalDocument/>",
        "apple_health_export/workout-routes/route_1.gpx": gpx(*RIDE),
    }
    log = read_log(archive(**members))
    assert log.sessions["sport"].tolist() == ["running", "cycling"]
    assert log.report.sources == ("Apple Health",)
    assert told(log, "left_in_archive") == {"files": 2}


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 200))
def test_workouts_are_found_wherever_a_block_ends(size):
    class Slow(io.BytesIO):
        def read(self, wanted=-1):
            return super().read(min(wanted, size) if wanted > 0 else wanted)

    from riskmodel.training.apple_health import read_apple_health

    whole = apple(
        workout(), "<WorkoutX/>", workout("Cycling", inside=STATISTICS), workout()
    )
    rows, _ = read_apple_health(Slow(whole))
    assert rows["activity"].tolist() == ["Running", "Cycling", "Running"]


# --------------------------------------------------------------------- whole accounts


def test_of_the_archive_of_strava_the_list_alone_is_read():
    members = {
        "profile.csv": "Athlete ID,Email Address\n1,ada@example.org\n",
        "activities/1.fit.gz": b"never looked at",
        "activities.csv": STRAVA,
        "media/1.jpg": b"\xff\xd8\xff",
    }
    log = read_log(archive(**members), time_zone=BERLIN)
    assert log.sessions.equals(read_log(STRAVA, time_zone=BERLIN).sessions)
    assert told(log, "left_in_archive") == {"files": 3}


def test_a_list_of_strava_that_cannot_be_read_is_named_before_its_files():
    members = {f"me/activities/{place}.fit.gz": b"x" for place in range(300)}
    members["me/activities.csv"] = b"Dato,Slags\nx,y\n"
    with pytest.raises(
        TrainingLogError, match=r"^activities\.csv in this archive: These columns"
    ):
        read_log(archive(**members))


# Milliseconds since 1970 by a local clock, milliseconds, centimetres.
GARMIN_RUN = {
    "activityId": 1, "activityType": "trail_running", "sportType": "RUNNING",
    "beginTimestamp": 1751407200000, "startTimeLocal": 1751414400000,
    "duration": 3600000.0, "elapsedDuration": 3900000.0, "distance": 1000000.0,
    "avgHr": 141.0, "maxHr": 176.0, "minTemperature": 30.0, "parent": False,
    "splits": [{"duration": 5.0, "measurements": [{"fieldEnum": "SUM_DURATION", "value": 7}]}],
}  # fmt: skip
GARMIN_SWIM = {
    "activityType": "lap_swimming", "beginTimestamp": 1751580000000, "duration": 0,
    "elapsedDuration": 1800000,
}  # fmt: skip


def garmin_list(*activities):
    return json.dumps([{"summarizedActivitiesExport": list(activities)}])


def test_the_archive_of_garmin_is_read_by_its_list():
    folder = "DI_CONNECT/DI-Connect-Fitness"
    members = {
        f"{folder}/ada_0_summarizedActivities.json": garmin_list(GARMIN_RUN),
        f"{folder}/ada_1001_summarizedActivities.json": garmin_list(GARMIN_SWIM),
        "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip": b"PK\x03\x04",
        "DI_CONNECT/DI-Connect-User/user_profile.json": "{}",
    }
    log = read_log(archive(**members), time_zone=BERLIN)
    run, swim = (row for _, row in log.sessions.iterrows())
    assert (str(run["start"]), run["sport"], run["activity"]) == (
        "2025-07-02 00:00:00", "running", "trail running",
    )  # fmt: skip
    assert (run["duration_min"], run["distance_m"]) == (60, 10_000)
    assert (run["average_heart_rate_bpm"], run["highest_heart_rate_bpm"]) == (141, 176)
    # Where there is no local time, that of the athlete; no moving time, the elapsed one.
    assert (str(swim["start"]), swim["duration_min"]) == ("2025-07-04 00:00:00", 30)
    assert told(log, "left_in_archive") == {"files": 2}
    alone = read_log(garmin_list(GARMIN_RUN, GARMIN_SWIM).encode(), time_zone=BERLIN)
    assert alone.sessions.equals(log.sessions)


@pytest.mark.parametrize(
    ("key", "sport", "training"),
    [
        ("rowing_v2", "rowing", True), ("kayaking_v2", "rowing", True),
        ("tennis_v2", "tennis", True), ("obstacle_run", "running", True),
        ("stand_up_paddleboarding_v2", "other", True), ("snow_shoe_ws", "hiking", True),
        ("resort_skiing_snowboarding_ws", "other", True), ("enduro_mtb", "cycling", True),
        ("cross_country_skiing_ws", "other", True), ("wind_kite_surfing", "other", True),
        ("hunting_fishing", "other", True), ("whitewater_rafting_kayaking", "", True),
        ("team_sports", "", True), ("motorsports", "other", True),
        ("transition_v2", "other", False), ("swimToBikeTransition_v2", "other", False),
        ("motorcycling_v2", "other", False), ("driving_general", "other", False),
        ("swim_v2_drill", "", True),
    ],
)  # fmt: skip
def test_keys_of_garmin_are_known_with_their_endings(key, sport, training):
    row = only(read_log(garmin_list({**GARMIN_RUN, "activityType": key}).encode()))
    assert (row["sport"], row["is_training"]) == (sport, training)


def health_connect(*rows, table="exercise_session_record_table", kind="TABLE"):
    base = sqlite3.connect(":memory:")
    columns = "start_time, start_zone_offset, end_time, exercise_type, title"
    if kind == "TABLE":
        base.execute(f"CREATE TABLE {table} (row_id INTEGER PRIMARY KEY, {columns})")
        base.executemany(f"INSERT INTO {table} ({columns}) VALUES (?, ?, ?, ?, 'x')", rows)
    else:
        endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"
        base.execute(
            f"CREATE VIEW {table} AS {endless} i start_time, i end_time, i exercise_type FROM n"
        )
    base.commit()
    return base.serialize()


MIDNIGHT = 1751407200000  # 2 July 2025 in Berlin


def test_health_connect_has_numbers_for_sports_and_an_offset_for_each_session():
    hour = 3_600_000
    whole = health_connect(
        (MIDNIGHT, 7200, MIDNIGHT + hour, 33),
        (MIDNIGHT + 48 * hour, None, MIDNIGHT + 49 * hour, 4),
        (MIDNIGHT + 72 * hour, -18000, MIDNIGHT + 73 * hour, 53),
        (MIDNIGHT + 96 * hour, 0, MIDNIGHT + 97 * hour, 49),
    )
    members = {"health_connect_export.db": whole}
    for content in (whole, archive(**members), archive(**{"x/other name.db": whole})):
        log = read_log(content, time_zone=BERLIN)
        assert log.sessions["sport"].tolist() == [
            "running",
            "cycling",
            "walking",
            "swimming",
        ]
        assert [str(start) for start in log.sessions["start"]] == [
            "2025-07-02 00:00:00", "2025-07-04 00:00:00", "2025-07-04 17:00:00", "2025-07-05 22:00:00",
        ]  # fmt: skip
        assert log.sessions["duration_min"].tolist() == [60] * 4


WHOOP = """Cycle start time,Cycle end time,Cycle timezone,Workout start time,Workout end time,Duration (min),Activity name,Activity Strain,Energy burned (cal),Max HR (bpm),Average HR (bpm),HR Zone 1 %,HR Zone 2 %,HR Zone 3 %,HR Zone 4 %,HR Zone 5 %,GPS enabled
2026-07-01 00:10:39,2026-07-02 00:02:10,UTC+02:00,2026-07-01 18:10:39,2026-07-01 19:10:39,60,Running,12.1,650,171,144,5,15,40,30,10,true
"""


def test_whoop_writes_workouts_beside_nights():
    members = {
        "workouts.csv": WHOOP,
        "sleeps.csv": "Cycle start time,Nap\n2026-07-01 00:10:39,false\n",
    }
    log = read_log(archive(**members), time_zone="America/New_York")
    row = only(log)
    assert (str(row["start"]), row["sport"], row["duration_min"]) == (
        "2026-07-01 18:10:39", "running", 60,
    )  # fmt: skip
    assert (row["average_heart_rate_bpm"], row["highest_heart_rate_bpm"]) == (144, 171)
    assert not log.report.failed
    assert told(log, "left_in_archive") == {"files": 1}


WHOOP_IN_SPANISH = """Hora de inicio del ciclo,Hora de finalización del ciclo,Zona horaria del ciclo,Hora de inicio del entrenamiento,Hora de finalización del entrenamiento,Duración (min),Nombre de la actividad,Esfuerzo de actividad,Energía quemada (cal),FC máx. (lpm),FC promedio (lpm),Zona FC 1%,Zona FC 2%,Zona FC 3%,Zona FC 4%,Zona FC 5%,GPS habilitado
2026-07-01 00:10:39,2026-07-02 00:02:10,UTC+02:00,2026-07-01 18:10:39,2026-07-01 19:35:39,85,Tenis,11.2,720,178,141,10,18,32,28,12,false
"""


def test_whoop_in_spanish():
    row = only(read_log(WHOOP_IN_SPANISH.encode()))
    assert (str(row["start"]), row["sport"]) == ("2026-07-01 18:10:39", "tennis")
    assert (row["duration_min"], row["average_heart_rate_bpm"]) == (85, 141)
    assert row["highest_heart_rate_bpm"] == 178


def test_the_football_of_whoop_is_american():
    """WHOOP has Soccer beside it; elsewhere football is soccer, and a reader may differ."""
    football = WHOOP.replace("Running", "Football").encode()
    assert only(read_log(football))["sport"] == "american_football"
    soccer = read_log(football, activities={"football": "soccer"})
    assert only(soccer)["sport"] == "soccer"
    assert only(read_log(WHOOP.replace("Running", "Soccer").encode()))["sport"] == "soccer"
    own = b"When;Minutes;What\n2026-07-01 18:00;60;Football\n"
    columns = {"When": "start", "Minutes": "duration_min", "What": "sport"}
    assert only(read_log(own, columns=columns))["sport"] == "soccer"


# --------------------------------------------------------------------- other archives


def test_an_archive_of_single_sessions_is_read_file_by_file():
    members = {
        "a/1.FIT": made.fit(),
        "a/2.fit.gz": gzip.compress(
            made.fit(start=datetime.fromisoformat("2026-07-05T07:00Z"))
        ),
        "a/again.fit": made.fit(),
        "b.tcx": run_in_laps(),
        "route.gpx": gpx(None, None),
        "notes.md": "x",
        "__MACOSX/a/._1.FIT": b"\0",
    }
    log = read_log(archive(**members))
    assert len(log.sessions) == 3
    assert log.report.sources == ("a FIT file", "a TCX file")
    assert log.report.skipped == {"twice": 1}
    assert [(f.name, f.may_hold_sessions) for f in log.report.failed] == [
        ("route.gpx", False)
    ]
    assert told(log, "left_in_archive") == {"files": 1}


def test_an_own_table_may_be_in_an_archive_or_a_workbook():
    columns = {"When": "start", "Minutes": "duration_min", "What": "sport"}
    own = b"When;Minutes;What\n2026-07-01 18:00;60.5;Run\n2026-07-03;65;Run\n"
    book = openpyxl.Workbook()
    book.active.append(list(columns))
    book.active.append([datetime(2026, 7, 1, 18), 60.5, "Run"])
    book.active.append([datetime(2026, 7, 3), timedelta(hours=1, minutes=5), "Run"])
    book.active.row_dimensions[3].hidden = True
    hidden = book.create_sheet("Old")
    hidden.append(["When", "Minutes"])
    hidden.sheet_state = "hidden"
    sheet = io.BytesIO()
    book.save(sheet)
    expected = read_log(own, columns=columns).sessions
    for content in (archive(**{"my.csv": own}), gzip.compress(own), sheet.getvalue()):
        assert read_log(content, columns=columns).sessions.equals(expected)
    for content in (own, gzip.compress(own), sheet.getvalue()):
        assert [c.header for c in log_columns(content)] == list(columns)
    hidden.sheet_state = "visible"
    sheet = io.BytesIO()
    book.save(sheet)
    with pytest.raises(
        TrainingLogError, match=r"more than one sheet in this workbook \(Sheet, Old\)"
    ):
        read_log(sheet.getvalue(), columns=columns)


def test_times_of_a_workbook_are_durations():
    book = openpyxl.Workbook()
    book.active.append(["When", "Time"])
    for length in (time(1, 30), timedelta(hours=26, seconds=6), "1:15:00", 2700):
        book.active.append([datetime(2026, 7, 1 + len(list(book.active.rows))), length])
    sheet = io.BytesIO()
    book.save(sheet)
    log = read_log(sheet.getvalue(), columns={"When": "start", "Time": "duration_s"})
    assert log.sessions["duration_min"].round(1).tolist() == [90, 1440, 75, 45]


def test_the_command_reads_an_archive_by_its_path(tmp_path):
    path = tmp_path / "export.zip"
    path.write_bytes(archive(**{"activities.csv": STRAVA}))
    command = ["log", str(path), "--sport", "running", "--on", "2026-07-13"]
    told_by = CliRunner().invoke(app, command)
    assert told_by.exit_code == 0
    assert "export.zip, Strava: " in told_by.output


# --------------------------------------------------------------------- what is not read


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html>\n<html><body>Log in", "web page"),
        (b"\n <HTML lang='en'>", "web page"),
        (b"<?xml version='1.0'?><kml xmlns='http://www.opengis.net/kml/2.2'/>", "KML"),
        (b"<?xml version='1.0'?><!DOCTYPE ClinicalDocument><ClinicalDocument/>", "clinical"),
        (b"<?xml version='1.0'?><ns2:Workbook/>", r"not known here \(Workbook\)"),
        (b'{"type": "FeatureCollection"}', "JSON"),
        (b'[{"start": 1}]', "JSON"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(20), "7-Zip"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"BZh91AY", r"\.bz2"),
        (bytes(257) + b"ustar\x0000", "tar archive"),
        (b"\x89PNG\r\n", "picture"),
        (gzip.compress(gzip.compress(STRAVA)), "packed twice"),
        (gzip.compress(archive(**{"activities.csv": STRAVA})), "packed twice"),
        (gzip.compress(STRAVA)[:200], "damaged or was cut off"),
        (archive(**{"activities.csv": STRAVA})[:-30], "damaged or was cut off"),
        (archive(), "it is empty"),
        (archive(**{"inner.zip": archive(**{"activities.csv": STRAVA})}), r"another one, inner\.zip"),
        (archive(**{"a.jpg": b"x", "b.jpg": b"y", "c": b"z"}), r"no log in this archive \(2 \.jpg, 1 no ending\)"),
        (archive(**{"a.csv": b"Name,Age\nAda,31\n"}), r"is a log that can be read; a\.csv"),
        (archive(**{"a.fit": gzip.compress(gzip.compress(made.fit()))}), "packed twice"),
        (run_in_laps()[:-100], "damaged or was cut off"),
        (tcx(), "no activity"),
        (tcx(("Running", "x", "")), "no date"),
        (gpx(None, None), "no track with times"),
        (gpx("yesterday", "today"), "GPX file"),
        (b"<gpx><trk>", "damaged or was cut off"),
        (apple(), "no workouts"),
        (apple(workout())[:-200], "no workouts"),
        (garmin_list().encode(), "no activities"),
        (garmin_list(GARMIN_RUN).encode()[:-9], "damaged or was cut off"),
        (health_connect(), "no sessions"),
        (health_connect((1, 2, 3, 4), table="notes"), "no export of Health Connect"),
        (health_connect((MIDNIGHT, 0, MIDNIGHT + 9**7, 33))[:3000], "database is damaged"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_what_it_is_and_what_is_needed(content, words):
    with pytest.raises(TrainingLogError, match=words) as caught:
        read_log(content)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    # Nobody is asked to name columns of what is no table.
    if "is a log" not in words:
        with pytest.raises(TrainingLogError):
            log_columns(content)


def test_what_is_read_is_told_by_what_it_holds():
    for content in (b"a,b\n1,2\n", b"\xff\xfe" + "a;b".encode("utf-16-le"), b""):
        assert kind_of(content) == "table"
    assert kind_of("<gpx/>".encode("utf-16")) == "gpx"
    assert {"zip", "gz", "tcx", "gpx", "fit", "csv"} <= set(ENDINGS)


def gives_a_log_or_a_sentence(content):
    try:
        said = read_log(content).report.lines()
    except TrainingLogError as error:
        said = [str(error)]
    assert all(line.endswith(".") and "\n" not in line for line in said)


WHOLE = {
    "apple": apple(workout(inside=STATISTICS, HKTimeZone="Asia/Tokyo"), workout()),
    "garmin": garmin_list(GARMIN_RUN, GARMIN_SWIM).encode(),
    "tcx": run_in_laps(),
    "gpx": gpx(*RIDE),
    "health_connect": health_connect((MIDNIGHT, 7200, MIDNIGHT + 3_600_000, 33)),
    "archive": archive(**{"activities.csv": STRAVA, "b.tcx": run_in_laps()}),
    "gz": gzip.compress(run_in_laps()),
}


@settings(max_examples=150, deadline=None)
@example("health_connect", 0.484375, 0, b"\x80")
@given(
    st.sampled_from(sorted(WHOLE)),
    st.floats(0, 1),
    st.integers(0, 30),
    st.binary(max_size=12),
)
def test_damaged_files_give_a_log_or_a_sentence(name, place, length, other):
    content = WHOLE[name]
    start = int(place * len(content))
    gives_a_log_or_a_sentence(content[:start] + other + content[start + length :])


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
    st.integers(10**300, 10**301), st.lists(st.integers(), max_size=2),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(GARMIN_RUN)), ODD, min_size=1))
def test_a_list_of_garmin_with_odd_values_gives_a_log_or_a_sentence(odd):
    gives_a_log_or_a_sentence(garmin_list(GARMIN_RUN, GARMIN_RUN | odd).encode())


CELL = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=4),
    st.binary(max_size=4),
)


@settings(max_examples=100, deadline=None)
@given(st.tuples(CELL, CELL, CELL, CELL))
def test_a_database_with_odd_values_gives_a_log_or_a_sentence(row):
    good = (MIDNIGHT, 7200, MIDNIGHT + 3_600_000, 33)
    gives_a_log_or_a_sentence(health_connect(good, row))
