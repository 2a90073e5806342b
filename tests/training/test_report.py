"""What is said about a training log: read, used, left out, doubts and assumed."""

import json

from typer.testing import CliRunner

from riskmodel.cli import app
from riskmodel.datasets import data_file
from riskmodel.training.failed import FailedFile
from riskmodel.training.log import named, noted
from riskmodel.training.log_file import read_log
from riskmodel.training.merge import with_failed
from riskmodel.training.sentences import finding

COLUMNS = {"day": "start", "min": "duration_min", "sport": "sport"}


def own(text):
    return read_log(text.encode(), columns=COLUMNS)


def run(*arguments):
    return CliRunner().invoke(app, ["log", *map(str, arguments)])


def test_the_command_says_read_used_left_out_doubts_and_assumed_in_this_order(tmp_path):
    file = data_file("example_logs/strava_activities.csv")
    (tmp_path / "copy.csv").write_bytes(file.read_bytes())
    (tmp_path / "x.csv").write_text("Name,Age\nAda,31\n")
    files = [file, tmp_path / "copy.csv", tmp_path / "x.csv"]
    done = run(*files, "--sport", "running", "--on", "2026-07-13")
    assert done.exit_code == 0
    assert "x.csv: These columns are of no program" in done.stderr
    log = noted(
        named(read_log(file.read_bytes()), str(file)),
        finding("same_file", name=str(tmp_path / "copy.csv"), first=str(file)),
    )
    why = done.stderr.partition("x.csv: ")[2].splitlines()[0]
    log = with_failed(log, [FailedFile(str(tmp_path / "x.csv"), why)])
    lines = [line.strip() for line in done.stdout.splitlines()]
    said = [f"{log.report.summary()}.", "Read:", *log.report.groups()["Read"], "Used:"]
    said += [*log.report.groups()["Used"], "Left out:", *log.report.groups()["Left out"]]
    said += [
        "Doubts:",
        *log.report.groups()["Doubts"],
        "Assumed:",
        *log.report.groups()["Assumed"],
    ]
    assert lines[: len(said)] == said
    assert log.report.summary() == "1 file, 60 sessions, 1 row left out, 1 doubt"
    assert "Time zone: UTC." in done.stdout
    assert "Without --time-zone, days are those of UTC" in done.stderr
    as_json = run(*files, "--sport", "running", "--on", "2026-07-13", "--json")
    report = json.loads(as_json.stdout)["report"]
    assert report["sentences"] == {n: list(g) for n, g in log.report.groups().items()}
    assert (report["files"][0]["name"], report["time_zone"]) == (str(file), "UTC")


def test_every_note_is_in_one_group_of_the_report():
    notes = [finding("cut", sessions=1, days=()), finding("breaks_off")]
    notes.append(finding("same_file", name="a", first="b"))
    log = own("day,min,sport\n2026-07-10,60,Run\n")
    report = noted(log, *notes).report
    assert [note.kind for note in report.assumed] == ["cut"]
    assert [note.kind for note in report.doubts] == ["breaks_off"]
    assert len(report.groups()["Left out"]) == 1
    assert report.summary() == "1 file, 1 session, nothing left out, 1 doubt"


def test_the_command_takes_what_a_word_means_and_whether_naps_count(tmp_path):
    rows = [f"Knaldhat,2026-06-{day:02} 07:00:00,x,1,00:50:00,140" for day in range(1, 29)]
    rows += [f"Nap,2026-06-{day:02} 15:00:00,x,1,00:30:00,60" for day in range(1, 29)]
    file = tmp_path / "activities.csv"
    header = "Activity Type,Date,Title,Calories,Time,Avg HR"
    file.write_text("\n".join([header, *rows]))
    options = [file, "--sport", "running", "--on", "2026-06-29", "--json"]

    def values(*more):
        found = json.loads(run(*options, *more).stdout)
        return found["report"]["unknown_activities"], {
            answer["name"]: answer["value"] for answer in found["answers"]
        }

    unknown, found = values()
    assert unknown == {"Knaldhat": 28}
    assert (found["longest_recent_min"], found["sessions_per_week"]) == (None, 7.0)
    assert '--activity "Knaldhat=MEANING"' in run(*options[:-1]).stdout
    unknown, found = values("--activity", "knaldhat=running", "--count-not-training")
    assert unknown == {}
    assert (found["longest_recent_min"], found["sessions_per_week"]) == (50.0, 14.0)
    for wrong in ("Knaldhat", "Knaldhat=quidditch"):
        done = run(*options, "--activity", wrong)
        assert done.exit_code == 2
        assert wrong.split("=")[0] in done.stderr
