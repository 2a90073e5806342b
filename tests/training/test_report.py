"""What is said about a training log: read, used, left out, doubts and assumed."""

import json
from dataclasses import replace
from datetime import date

from typer.testing import CliRunner

from riskmodel.cli import app
from riskmodel.datasets import data_file
from riskmodel.training.counts import Counts
from riskmodel.training.derive import not_before
from riskmodel.training.failed import FailedFile
from riskmodel.training.log import counted_for, named, noted
from riskmodel.training.log_file import read_log
from riskmodel.training.merge import merge_logs, with_failed
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


def test_every_session_is_used_or_no_training_or_not_counted_wherever_it_is_told():
    june = [f"2026-06-{day:02},60,Run\n2026-06-{day:02},20,Nap\n" for day in range(1, 29)]
    log = own("day,min,sport\n" + "".join(june) + "2036-01-01,60,Run\n2036-01-01,9,Nap\n")
    day = date(2026, 6, 29)
    report = counted_for(log, day).report
    assert (report.rows_used, report.skipped) == (58, {})
    assert report.counts == Counts(used=28, not_training=29, later=1, estimated=28)
    words = "58 sessions: 28 used, 29 no training, 1 not counted"
    assert report.summary() == f"1 file, {words}"
    assert report.groups()["Used"][0].endswith(words.partition(" sessions")[2] + ".")
    (no_training,) = (note for note in report.notes if note.kind == "not_training")
    assert dict(no_training.details)["sessions"] == report.counts.not_training
    (later,) = not_before(log, day)
    assert dict(later.details)["sessions"] == report.counts.later

    all_count = counted_for(log, day, not_training_counts=True).report
    assert all_count.counts == Counts(used=56, not_training=0, later=2, estimated=56)
    (later,) = not_before(log, day, not_training_counts=True)
    assert dict(later.details)["sessions"] == all_count.counts.later


def test_a_nap_of_two_programs_is_one_of_which_the_report_tells():
    one = own("day,min,sport\n2026-06-01 14:00,40,Nap\n2026-06-01 07:00,40,Quidditch\n")
    two = replace_source(one, "another")
    report = merge_logs([one, two]).report
    assert report.counts.not_training == 1
    told = {note.kind: dict(note.details).get("sessions") for note in report.notes}
    assert (told["not_training"], told["unknown_activity"]) == (1, 1)


def replace_source(log, name):
    sessions = log.sessions.assign(sources=[(name,)] * len(log.sessions))
    return replace(log, sessions=sessions, report=replace(log.report, sources=(name,)))


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


def test_the_command_takes_what_columns_mean_and_says_so_where_they_are_not_known(tmp_path):
    file, known = tmp_path / "own.csv", data_file("example_logs/strava_activities.csv")
    rows = "".join(f"{day:02}.06.2026;60;Run\n" for day in range(1, 29))
    file.write_text("Dato;Forløbet tid;Forløbet tid#x\n" + rows)
    options = ["--sport", "running", "--on", "2026-06-29"]
    asked = run(file, *options)
    assert asked.exit_code == 2
    assert '--column "Dato=start"' in asked.stderr
    named = ["--column", "dato=start", "--column", "Forløbet tid = duration_min"]
    for files in ([file], [file, known]):
        done = run(*files, *options, *named, "--json")
        assert done.exit_code == 0, done.stderr
        assert json.loads(done.stdout)["report"]["files"][0]["rows_used"] == 28
    for wrong in ("Dato", "Dato=when"):
        done = run(file, *options, "--column", wrong)
        assert done.exit_code == 2
        assert "Dato" in done.stderr or "when" in done.stderr


def test_options_that_cannot_be_read_or_change_nothing_are_told():
    file = data_file("example_logs/strava_activities.csv")
    wrong = run(file, "--sport", "running", "--on", "13.07.2026")
    assert wrong.exit_code == 2
    assert "2026-11-29" in wrong.stderr
    options = [file, "--sport", "running", "--on", "2026-07-13"]
    done = run(*options, "--activity", "Quidditch=rugby", "--complete-until", "2026-07-20")
    assert done.exit_code == 0
    assert "'Quidditch'" in done.stderr
    assert "12 Jul 2026" in done.stderr
    plain = run(*options, "--activity", "Run=running", "--complete-until", "2026-07-12")
    assert "--activity" not in plain.stderr
    assert "--complete-until" not in plain.stderr
