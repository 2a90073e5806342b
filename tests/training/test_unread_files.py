"""A file that could not be read may hold any session: nothing is said of its days."""

import gzip
import io
import json
from datetime import date

import openpyxl
import pytest
from typer.testing import CliRunner

from riskmodel.cli import app
from riskmodel.training.derive import derive
from riskmodel.training.failed import FailedFile
from riskmodel.training.log_file import read_log
from riskmodel.training.merge import merge_logs
from tests.training.test_doors import (
    GARMIN_RUN,
    apple,
    archive,
    garmin_list,
    gpx,
    health_connect,
    workout,
)

GARMIN = "Activity Type,Date,Favorite,Title,Distance,Calories,Time,Avg HR\n"
STRAVA = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Moving Time,"
    "Distance\n"
)


def garmin(sport="Cycling", time="01:00:00", days=range(1, 31), hour=7):
    rows = [f"{sport},2026-07-{d:02} {hour:02}:00:00,false,x,20.0,1,{time},1" for d in days]
    return GARMIN + "\n".join(rows) + "\n"


def strava(days=range(1, 31), sport="Run"):
    rows = [f'{d},"Jul {d}, 2026, 7:00:00 AM",x,{sport},3600,3600,10.0' for d in days]
    return STRAVA + "\n".join(rows) + "\n"


def workbook():
    book = openpyxl.Workbook()
    for line in garmin("Running", days=(29, 30), hour=18).splitlines():
        book.active.append(line.split(","))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def answers(log):
    found = derive(log, on=date(2026, 7, 31), sport="running")
    return {answer.name: answer.value for answer in found}


FOO = garmin("Running", "foo", range(1, 11))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("b.csv", FOO),
        ("b.csv.gz", gzip.compress(FOO.encode())),
        ("b.fit", b"damaged"),
        ("b.tcx", "<TrainingCenterDatabase>"),
        ("b.xlsx", b"no workbook"),
        ("diary.csv", "Tag,Dauer,Art\n1.7.2026,60,Lauf\n"),
        ("inner.zip", archive(**{"a.csv": garmin()})),
        ("old.xls", b"\xd0\xcf\x11\xe0"),
        ("x_summarizedActivities.json", '[{"summarizedActivitiesExport":[{'),
        ("export.xml", "<HealthData>" + "<Workout " * 9),
    ],
)
def test_a_file_in_an_archive_that_may_be_a_log_leaves_everything_open(name, content):
    log = read_log(archive(**{"a.csv": garmin(), name: content}))
    assert [(f.name, f.may_hold_sessions) for f in log.report.failed] == [(name, True)]
    assert set(answers(log).values()) == {None}
    assert log.doubtful[["why", "cell"]].values.tolist() == [["unread_file", name]]
    assert log.report.doubts[0].kind == "files_unread"
    # It is told as a file, not as a row.
    (why,) = derive(log, on=date(2026, 7, 31), sport="running")[1].findings
    assert (why.kind, dict(why.details)) == ("files_in_doubt", {"files": 1, "name": name})
    assert name in str(log.report.in_words()["failed"])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("route.gpx", gpx(None, None)),
        ("x_summarizedActivities.json", garmin_list()),
        ("export.xml", apple()),
        ("notes.db", health_connect(table="notes")),
        ("notes.txt", "see you on Sunday\n"),
        ("README.txt", "Thanks, and have fun\n"),
        ("photo.jpg", b"\xff\xd8\xff"),
    ],
)
def test_a_file_that_holds_no_session_opens_nothing(name, content):
    log = read_log(archive(**{"a.csv": garmin(), name: content}))
    assert answers(log)["sessions_per_week"] == 7
    assert not len(log.doubtful)


@pytest.mark.parametrize(
    ("members", "sessions"),
    [
        ({"a/activities.csv": strava((1, 2)), "b/activities.csv": strava((3,))}, 3),
        ({"activities.csv": strava((1,)), "garmin.csv": garmin(days=(2, 3))}, 3),
        ({"a.csv": garmin(days=(1,)), "b.xlsx": workbook()}, 3),
        (
            {
                f"{i}_summarizedActivities.json": garmin_list(
                    GARMIN_RUN
                    | {"startTimeLocal": GARMIN_RUN["startTimeLocal"] + i * 86_400_000}
                )
                for i in range(25)
            },
            25,
        ),
        ({"apple_health_export/export.xml": apple(workout()), "a.csv": garmin()}, 31),
        ({"1_summarizedActivities.json": garmin_list(GARMIN_RUN), "a.csv": garmin()}, 31),
    ],
)  # fmt: skip
def test_every_list_and_table_of_an_archive_is_read(members, sessions):
    log = read_log(archive(**members))
    assert len(log.sessions) == sessions
    assert not log.report.failed
    assert "left_in_archive" not in [note.kind for note in log.report.notes]


@pytest.mark.parametrize("cut", [3, 13, 60, 300])
def test_an_export_of_a_phone_that_breaks_off_may_lack_workouts(cut):
    days = [workout(start=f"2026-07-{day:02} 08:00:00 +0200") for day in range(1, 31)]
    whole = apple(*days)
    assert answers(read_log(whole))["sessions_per_week"] == 7
    log = read_log(whole[:-cut])
    assert "breaks_off" in [note.kind for note in log.report.notes]
    assert answers(log)["sessions_per_week"] is None


def test_tables_that_a_program_puts_beside_its_list_are_no_logs():
    members = {
        "me/activities.csv": strava(),
        "me/profile.csv": "Athlete ID,Email Address\n1,ada@example.org\n",
        "me/goals.csv": "Goal Type,Start Date\nx,2026-07-01\n",
        "apple_health_export/electrocardiograms/ecg.csv": "Name,Ada\nDate,1.7.2026\n",
    }
    assert answers(read_log(archive(**members)))["sessions_per_week"] == 7


def test_the_command_leaves_open_what_a_failed_file_may_hold(tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(garmin(days=(*range(1, 31),)) + garmin(days=(31,)).splitlines()[1])
    bad.write_text(FOO)
    command = ["log", str(good), str(bad), "--sport", "running", "--on", "2026-07-31"]
    done = CliRunner().invoke(app, [*command, "--json"])
    told = json.loads(done.stdout)
    assert {answer["value"] for answer in told["answers"]} == {None}
    assert [file["name"] for file in told["report"]["failed"]] == [str(bad)]
    assert "1 session from 31 Jul 2026 on" in told["report"]["not_before"]
    assert "bad.csv: The column Time" in CliRunner().invoke(app, command).stdout


def test_files_that_failed_are_kept_when_logs_are_put_together_again():
    first = merge_logs([read_log(garmin().encode())], [FailedFile("a.csv", "It broke.")])
    other = read_log(garmin("Running", hour=18).encode())
    twice = merge_logs([first, other], [FailedFile("b.csv", "It broke too.")])
    assert [file.name for file in twice.report.failed] == ["a.csv", "b.csv"]
    assert twice.doubtful["cell"].tolist() == ["a.csv", "b.csv"]
