"""Files to make mutants of: the examples that come with the package, and small ones."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from riskmodel import load_scorecard
from riskmodel.datasets import data_file, load_examples
from riskmodel.whatif.plans import Scenario, to_text

_MIDNIGHT = 1_751_407_200_000  # milliseconds, 2 July 2025 in Berlin


def example(name: str, lines: int | None = None) -> bytes:
    """A file that comes with the package, or its first lines: less to read each time."""
    content = data_file(name).read_bytes()
    return b"".join(content.splitlines(keepends=True)[:lines])


@cache
def squads() -> tuple[bytes, ...]:
    """Lists of athletes as coaches keep them."""
    plain = example("example_squad.csv", 7)
    german = (
        "Kader U19;;;;\n\nName;Geburtsdatum;Größe;Gewicht (kg);Trainingsjahre;Krämpfe;"
        "Medikamente\nZoë;13.03.2001;1,72;64,5;5;nein;keine\n"
        "Max;1.12.99;181;80,0;10;ja;Statin, Salbutamol\nSchnitt;;176;72;;;\n"
    )
    imperial = (
        "Athlete,DOB,Height,Weight,Sleep,Injuries,Sweat rate\n"
        "Ada,03/13/1995,5'10\",154 lb,7:30,calf strain,1.2 L/h\n"
        "Ben,31,6 ft 1,12 st 5,8 hrs,none,\n"
    )
    return plain, german.encode(), imperial.encode("utf-16")


@cache
def workbook(rows: Sequence[Sequence[Any]], *, lively: bool = True) -> bytes:
    """An Excel file of some rows, with what such files hide and show."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    if lively:
        sheet.column_dimensions["C"].hidden = True
        sheet.row_dimensions[3].hidden = True
        sheet["B3"].number_format = "0%"
        sheet["D2"] = "=1+1"
        sheet.merge_cells("A3:A4")
        more = book.create_sheet("Archive")
        more.append(["Name", "Age"])
        more.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table_rows(content: bytes, mark: str = ",") -> tuple[tuple[Any, ...], ...]:
    """Cells of a plain CSV text, numbers as numbers."""

    def cell(text: str) -> Any:
        try:
            return float(text)
        except ValueError:
            return text

    lines = content.decode("utf-8-sig").splitlines()
    return tuple(tuple(map(cell, line.split(mark))) for line in lines)


# ---------------------------------------------------------------------------- training


def log_tables() -> tuple[bytes, ...]:
    """Logs of each program that is known, and one of nobody's."""
    names = ("strava_activities", "garmin_activities", "intervals_activities")
    known = [example(f"example_logs/{n}.csv", 6) for n in names]
    # Its cells hold ends of lines, those of rows are others.
    peaks = example("example_logs/trainingpeaks_workouts.csv").split(b"\r\n")
    known.append(b"\r\n".join(peaks[:6]))
    return (*known, WHOOP, OWN_LOG)


WHOOP = (
    b"Cycle start time,Cycle end time,Cycle timezone,Workout start time,Workout end time,"
    b"Duration (min),Activity name,Activity Strain,Energy burned (cal),Max HR (bpm),"
    b"Average HR (bpm),HR Zone 1 %,HR Zone 2 %,GPS enabled\n"
    b"2026-07-01 00:10:39,2026-07-02 00:02:10,UTC+02:00,2026-07-01 18:10:39,"
    b"2026-07-01 19:10:39,60,Running,12.1,650,171,144,5,15,true\n"
)
OWN_LOG = (
    "Dato;Aktivitet;Minutter;Følte;km\n3.5.2026;Løb;60;4;10,5\n13.5.2026;Cykling;90;6;"
    "40\n14.5.2026;Nap;1:30;;\n"
).encode()
OWN_COLUMNS = {"Dato": "start", "Aktivitet": "sport", "Minutter": "duration_min"}
OWN_COLUMNS |= {"Følte": "session_rpe"}
FIT = example("example_logs/long_run.fit")
_LAP = (
    '<Lap StartTime="{0}"><TotalTimeSeconds>1800.5</TotalTimeSeconds><DistanceMeters>5000'
    "</DistanceMeters><AverageHeartRateBpm><Value>150</Value></AverageHeartRateBpm>"
    "<MaximumHeartRateBpm><Value>171</Value></MaximumHeartRateBpm><Track><Trackpoint>"
    "<Time>{0}</Time><DistanceMeters>1</DistanceMeters></Trackpoint></Track></Lap>"
)
TCX = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase xmlns="http://www.'
    'garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
    '<Activity Sport="Running"><Id>2026-07-01T22:30:00.000Z</Id>'
    + _LAP.format("2026-07-01T22:30:00.000Z")
    + _LAP.format("2026-07-01T23:00:00Z")
    + "</Activity></Activities></TrainingCenterDatabase>"
).encode()
GPX = (
    '<?xml version="1.0"?>\n<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
    "<trk><name>Home</name><type>cycling</type><trkseg>"
    + "".join(
        f'<trkpt lat="52.{i}" lon="5"><time>2026-07-01T2{i}:30:00Z</time></trkpt>'
        for i in range(3)
    )
    + "</trkseg></trk></gpx>"
).encode()
APPLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!ELEMENT HealthData (ExportDate,Me,(Record|Workout)*)>
<!ATTLIST HealthData
<!ELEMENT Workout ((MetadataEntry|WorkoutEvent)*)>
]>
<HealthData locale="de_DE">
 <Record type="HKQuantityTypeIdentifierHeartRate" unit="count/min" value="61"/>
 <Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="42.5" \
durationUnit="min" sourceName="Ada > Watch" startDate="2026-07-01 23:30:00 -0600" \
endDate="2026-07-02 00:15:00 -0600"><MetadataEntry key="HKTimeZone" value="Asia/Tokyo"/>
<MetadataEntry key="HKWeatherTemperature" value="86 degF"/>
<MetadataEntry key="HKWeatherHumidity" value="6100 %"/>
<WorkoutStatistics type="HKQuantityTypeIdentifierHeartRate" startDate="a" endDate="b" \
average="151.2" minimum="80" maximum="172" unit="count/min"/>
<WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" sum="5" unit="mi"/>
</Workout>
 <Workout workoutActivityType="HKWorkoutActivityTypeCycling" duration="1.5" \
durationUnit="hr" startDate="2026-07-04 08:00:00 +0200" \
endDate="2026-07-04 09:30:00 +0200"/>
</HealthData>"""
GARMIN_JSON = json.dumps(
    [
        {
            "summarizedActivitiesExport": [
                {
                    "activityId": 1, "activityType": "trail_running",
                    "sportType": "RUNNING",
                    "beginTimestamp": _MIDNIGHT, "startTimeLocal": _MIDNIGHT + 7_200_000,
                    "duration": 3600000.0, "elapsedDuration": 3900000.0,
                    "distance": 1000000.0, "avgHr": 141.0, "maxHr": 176.0,
                    "minTemperature": 30.0, "parent": False,
                    "splits": [{"duration": 5.0, "measurements": [{"value": 7}]}],
                },
                {
                    "activityType": "lap_swimming", "beginTimestamp": 1751580000000,
                    "duration": 0, "elapsedDuration": 1800000,
                },
            ]
        }
    ]
).encode()  # fmt: skip


@cache
def health_connect() -> bytes:
    """The database that Android exports, with one session and one of another offset."""
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute("PRAGMA page_size = 1024")
        base.execute(
            "CREATE TABLE exercise_session_record_table (row_id INTEGER PRIMARY KEY, "
            "start_time, start_zone_offset, end_time, exercise_type, title)"
        )
        for day, offset, kind in ((0, 7200, 33), (2, None, 4), (3, -18000, 53)):
            start = _MIDNIGHT + day * 86_400_000
            base.execute(
                "INSERT INTO exercise_session_record_table (start_time, start_zone_offset, "
                "end_time, exercise_type, title) VALUES (?, ?, ?, ?, 'x')",
                (start, offset, start + 3_600_000, kind),
            )
        base.commit()
        return base.serialize()


def archive(members: Mapping[str, bytes]) -> bytes:
    """A zip archive of some files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


@cache
def archives() -> tuple[bytes, ...]:
    """Whole accounts as people download them."""
    strava = log_tables()[0]
    folder = "DI_CONNECT/DI-Connect-Fitness/ada_0_summarizedActivities.json"
    return (
        archive({"profile.csv": b"Athlete ID\n1\n", "activities.csv": strava}),
        archive({"activities/1.fit.gz": gzip.compress(FIT), "2.gpx": GPX, "3.tcx": TCX}),
        archive({folder: GARMIN_JSON, "DI_CONNECT/DI-Connect-User/profile.json": b"{}"}),
        archive({"apple_health_export/export.xml": APPLE, "x/workout-routes/r.gpx": GPX}),
        archive({"workouts.csv": WHOOP, "sleeps.csv": b"Cycle start time,Nap\n"}),
        archive({"health_connect_export.db": health_connect()}),
    )


def compressed() -> tuple[bytes, ...]:
    """One file each, compressed."""
    return tuple(gzip.compress(one) for one in (FIT, TCX, GPX, log_tables()[0]))


# ----------------------------------------------------------------------------- weather


@cache
def typical_year(rows: int = 8760) -> bytes:
    """An EPW file of a year of made-up weather, or of its first hours."""
    lines = ["LOCATION,Town,REGION,COUNTRY,TMY,1,12.50,77.50,5.5,900.0"]
    lines += ["DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0"]
    lines += ["HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0", "COMMENTS 1,x", "COMMENTS 2,x"]
    lines += ["DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31"]
    first = date(2001, 1, 1).toordinal()
    for hour in range(rows):
        day, of_day = date.fromordinal(first + hour // 24), hour % 24
        light = max(0.0, 12 - abs(of_day - 11.5) * 2) * 60
        cells = [
            2001,
            day.month,
            day.day,
            of_day + 1,
            0,
            "?",
            f"{20 + of_day / 3:.1f}",
            10.0,
        ]
        cells += [60, 90000, 0, 0, 300, light, 500, light * 0.3, 0, 0, 0, 0, 180, 3.0, 4, 4]
        lines.append(",".join(map(str, [*cells, 20, 777, 9, 9])))
    return "\n".join(lines).encode()


# ------------------------------------------------------------------ plans and backups


@cache
def plans() -> bytes:
    """Plans to compare, as a file or a link holds them."""
    chosen = list(load_examples().items())[:3]
    return to_text([Scenario(*pair) for pair in chosen], private=True).encode()


@cache
def backup_lines() -> tuple[bytes, ...]:
    """The JSON Lines of a backup of earlier builds, without their seal."""
    moment = "2026-07-01T06:30:00+00:00"
    kept = {"owner": "local", "version": 1, "created": moment, "changed": moment}
    item = kept | {"id": "0" * 32, "kind": "plan", "name": "Sunday"}
    item |= {"content": {"sport": "running"}, "program": "", "scorecard_version": ""}
    outcome = kept | {"id": "1" * 32, "day": "2026-07-01", "probability": 0.1}
    outcome |= {"probability_low": 0.05, "probability_high": 0.2, "program": "0.1.0"}
    outcome |= {"scorecard": "abc", "cramp": True, "sport": "running", "duration_min": 60.0}
    outcome |= {"muscle": "calf", "cramp_at_min": 50.0, "after_session": False}
    outcome |= {"answers": {"sport": "running"}, "scorecard_version": ""}
    rows = ({"table": "items", "row": item}, {"table": "outcomes", "row": outcome})
    return tuple(json.dumps(line).encode() for line in ({"cramp-risk-backup": 2}, *rows))


def sealed(lines: Sequence[bytes]) -> bytes:
    """Lines of a backup with the seal that fits them."""
    whole = b"".join(line + b"\n" for line in lines)
    tables = [b'"items"' in line for line in lines[1:]]
    count = {"items": sum(tables), "outcomes": len(tables) - sum(tables)}
    end = {"end": count, "sha256": sha256(whole).hexdigest()}
    return whole + json.dumps(end).encode() + b"\n"


@cache
def backup_file() -> bytes:
    """A backup as the program writes it: a SQLite file with a seal."""
    from riskmodel import Outcome
    from riskmodel.store import LOCAL, backup, open_store

    card = load_scorecard()
    done = Outcome(
        date(2026, 7, 1), 0.1, 0.05, 0.2, "0.1.0", card.fingerprint, True, "running", 60.0,
        muscle="calf", cramp_at_min=50.0, answers={"sport": "running"},
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/mine.db")
        store.save(LOCAL, "plan", "Sunday", {"sport": "running"})
        store.save_outcome(LOCAL, done)
        backup(store, f"{folder}/backup")
        store.close()
        return Path(folder, "backup").read_bytes()
