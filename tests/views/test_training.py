"""The page Training log, by Streamlit's own test driver and in a real browser."""

import re
from datetime import date, timedelta

import pytest
import streamlit
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from riskmodel.datasets import data_folder
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.units import duration_text
from riskmodel.training.derive import derive, load_words
from riskmodel.training.log import moved
from riskmodel.training.log_file import read_log
from riskmodel.training.merge import merge_logs
from riskmodel.views import training_files
from riskmodel.views.training_state import TrainingState
from tests.browser import axe, choose, fits, in_both_windows, ready
from tests.conftest import CHECKOUT
from tests.views.pages import all_html as told

PAGE = str(CHECKOUT / "riskmodel" / "views" / "training.py")
EXAMPLES = sorted(data_folder("example_logs").iterdir())
STRAVA = data_folder("example_logs") / "strava_activities.csv"
UNITS = {
    "longest_recent_min": " min",
    "sessions_per_week": "",
    "hard_sessions_3d": "",
    "rest_days_7d": "",
    "heat_days_14d": "",
    "recent_vs_usual_load": "",
}


def opened(example=None, **answers):
    page = AppTest.from_file(PAGE, default_timeout=30)
    for name, value in answers.items():
        page.session_state[name] = value
    page.run()
    if example:
        (pills,) = (w for w in page.get("button_group") if w.key == "log_example")
        pills.set_value(example).run()
    assert not page.exception
    return page


def values(page):
    """Answers of the log, by their labels."""
    rows = re.findall(r"<div>((?:<dt>.*?</dt>)+)<dd><b>(.*?)</b>", told(page))
    return {n: value for row, value in rows for n in re.findall(r"<dt>(.*?)</dt>", row)}


def moved_to_yesterday(log):
    return moved(log, (date.today() - log.report.last_day).days - 1)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_answers_at_once_and_ends_yesterday(path):
    page = opened(path.name, sport="running", air_temperature_c="24", log_read=True)
    log = moved_to_yesterday(read_log(path.read_bytes()))
    assert log.report.last_day == date.today() - timedelta(days=1)
    assert f"{log.report.summary()}." in told(page)
    for line in log.report.lines()[1:]:
        assert line in told(page)
    assert "moved so that it ends yesterday" in told(page)
    found = derive(log, on=date.today(), sport="running", air_temperature_c=24.0)
    assert any(answer.value is not None for answer in found)
    shown = values(page)
    for answer in found:
        unit = UNITS[answer.name]
        words = "open" if answer.value is None else f"{answer.value:.6g}{unit}"
        if answer.value is not None and unit == " min":
            words = duration_text(answer.value)
        if answer.value is not None and answer.name not in FIELDS:
            words = f"{load_words(answer.value)} ({answer.value:.2f} times)"
        assert shown[answer.label] == words


def test_a_moved_log_keeps_its_days_apart_and_its_hours():
    log = read_log(STRAVA.read_bytes())
    later = moved(log, 100)
    assert (later.sessions["day"] - log.sessions["day"]).dt.days.eq(100).all()
    assert (later.sessions["start"].dt.hour == log.sessions["start"].dt.hour).all()
    assert later.report.first_day - log.report.first_day == timedelta(days=100)
    assert moved(later, -100).sessions.equals(log.sessions)


def test_a_persons_own_answer_stays_and_the_others_are_used():
    page = opened(STRAVA.name, sport="running", sessions_per_week=2.0)
    assert "take 6 instead of your 2" in page.button(key="take_sessions_per_week").label
    use = next(b for b in page.button if (b.key or "") == "log_use")
    use.click().run()
    state = page.session_state
    assert state["sessions_per_week"] == 2.0
    log = moved_to_yesterday(read_log(STRAVA.read_bytes()))
    found = {d.name: d.value for d in derive(log, on=date.today(), sport="running")}
    assert state["longest_recent_min"] == duration_text(found["longest_recent_min"])
    of_log = state["FormState"].log_answers
    assert of_log["longest_recent_min"].value == found["longest_recent_min"]
    assert "sessions_per_week" not in of_log


def test_a_log_that_ended_long_ago_answers_nothing_and_says_so_once():
    page = planned(opened(STRAVA.name, sport="running"), timedelta(days=30))
    assert told(page).count("before the session: what came after, it does not say") == 1


def planned(page, later):
    """Say in the page that the session is so much later than today."""
    page.session_state["log_on"] = date.today() + later
    page.run()
    assert not page.exception
    return page


def test_without_a_sport_in_my_session_the_log_s_own_is_taken():
    page = opened(STRAVA.name)
    assert page.session_state["log_sport"] == "running"
    assert any(answer != "open" for answer in values(page).values())


def test_the_numbers_of_an_example_are_those_of_a_calendar():
    shown = values(opened("trainingpeaks_workouts.csv", sport="running"))
    assert shown["Longest similar session in the last 4 weeks"] == "1 h 51"
    assert shown["Sessions in a usual week"] == "6"
    assert shown["Rest days in the last 7"] == "1"


def test_the_sport_goes_along_where_it_is_another():
    page = opened(STRAVA.name, sport="cycling")
    assert "My session becomes" not in told(page)
    page.session_state["log_plan"] = True
    page.run()
    page.selectbox(key="log_sport").select("running").run()
    use = use_button(page)
    assert "The sport in My session becomes running" in told(page)
    use.click().run()
    assert page.session_state["sport"] == "running"
    assert page.session_state["longest_recent_min"] == "1 h 51"


def test_the_day_is_today_where_the_reader_is(monkeypatch):
    there = "Pacific/Kiritimati", "Pacific/Pago_Pago"  # 25 hours apart
    days = []
    for zone in there:
        context = type(streamlit.context)
        monkeypatch.setattr(context, "timezone", property(lambda _, zone=zone: zone))
        page = opened()
        given(page, STRAVA)
        days.append(page.session_state["log_on"])
    assert days[0] > days[1]
    monkeypatch.setattr(context, "timezone", property(lambda _: "Etc/Nowhere"))
    page = opened()
    given(page, STRAVA)
    assert page.selectbox(key="log_zone").value == "UTC"


def given(page, *paths, **contents):
    """Upload files."""
    files = [(path.name, path.read_bytes(), "text/csv") for path in paths]
    files += [(f"{name}.csv", content, "text/csv") for name, content in contents.items()]
    page.file_uploader[0].set_value(files).run()
    assert not page.exception


def asked_columns(page):
    return [box for box in page.selectbox if box.key.startswith("log_meaning")]


def name_columns(page, *meanings):
    """Say what the first columns of the table that is asked about mean."""
    for place, meaning in enumerate(meanings):
        asked_columns(page)[place].select(meaning).run()
    use_button(page).click().run()
    assert not page.exception


def use_button(page):
    return next(b for b in page.button if b.label.startswith("Use "))


def kept_bytes(page):
    """Files that lie in what the page keeps, besides those that stand in the uploader."""
    kept = page.session_state.items()
    return repr({k: v for k, v in kept if not k.startswith("log_upload_")})


def test_a_file_that_was_read_is_not_kept():
    page = opened()
    own = b"When,Minutes\n2026-07-11,60\n2026-07-12,90\n"
    given(page, STRAVA, own=own)
    assert "Activity ID" not in kept_bytes(page)
    assert "2026-07-11,60" in kept_bytes(page)  # its columns have no meaning yet
    assert "own.csv. Needed are" in told(page)
    name_columns(page, "start", "duration_min")
    assert not page.exception
    assert "2026-07-11,60" not in kept_bytes(page)
    assert "own.csv" not in told(page)
    page.session_state["log_read"] = True
    page.run()
    for line in ("own.csv, your table: 2 rows read", "strava_activities.csv, Strava: 61"):
        assert line in told(page)


def table(first_day, days, header="When,Mins,Kind", row="60,Run"):
    rows = [f"2026-{first_day.month:02}-{first_day.day + d:02},{row}" for d in days]
    return "\n".join([header, *rows, ""]).encode()


STRAVA_OF_ONES_OWN = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Moving Time,"
    "Distance\n" + "".join(
        f'{day},"Nov {day}, 2026, 7:00:00 AM",x,Ride,3600,3600,5\n'
        for day in range(1, 29, 3)
    )
).encode()  # fmt: skip
SAME_NAME = [
    ("activities.csv", STRAVA_OF_ONES_OWN, "text/csv"),
    ("activities.csv", table(date(2026, 11, 1), range(0, 27, 2)), "text/csv"),
    (
        "activities.csv",
        table(date(2026, 11, 2), range(0, 27, 2), "Tag,Minuten,Sportart", "45,Laufen"),
        "text/csv",
    ),
]


def rows_of_files(page):
    """Rows used of each file, by the program that wrote it."""
    log = page.session_state["TrainingState"].log
    return [(*file.sources, file.rows_used) for file in log.report.files]


def test_files_of_the_same_name_are_told_apart():
    page = opened()
    page.file_uploader[0].set_value(SAME_NAME).run()
    assert not page.exception
    assert rows_of_files(page) == [("Strava", 10)]
    assert asked_columns(page)[0].label.startswith("When: 2026-11-01")
    name_columns(page, "start", "duration_min", "sport")
    assert rows_of_files(page) == [("Strava", 10), ("your table", 14)]
    # The second one is asked about next.
    assert asked_columns(page)[0].label.startswith("Tag: 2026-11-02")
    page.selectbox(key="log_zone").select("Asia/Tokyo").run()
    assert not page.exception
    assert rows_of_files(page) == [("Strava", 10), ("your table", 14)]
    assert asked_columns(page)[0].label.startswith("Tag: 2026-11-02")
    name_columns(page, "start", "duration_min", "sport")
    assert rows_of_files(page) == [("Strava", 10), ("your table", 14), ("your table", 14)]
    assert "3 files, 38 sessions, nothing left out." in told(page)


def test_tables_with_the_same_columns_are_named_once():
    page = opened()
    given(
        page,
        may=table(date(2026, 5, 1), range(20)),
        june=table(date(2026, 6, 1), range(20)),
        july=table(date(2026, 7, 1), range(5)),
    )
    assert "may.csv and 2 more with the same columns." in told(page)
    name_columns(page, "start", "duration_min", "sport")
    assert "3 files, 45 sessions, nothing left out." in told(page)
    assert not asked_columns(page)


def test_the_same_file_twice_counts_once_and_is_told():
    page = opened()
    page.session_state["log_read"] = True
    content = STRAVA.read_bytes()
    files = [(name, content, "text/csv") for name in ("a.csv", "a (1).csv", "b.csv")]
    page.file_uploader[0].set_value(files).run()
    assert not page.exception
    assert "1 file, 60 sessions, 1 row left out." in told(page)
    for name in ("a (1).csv", "b.csv"):
        assert f"{name} is the same file as a.csv: counted once." in told(page)


def test_a_file_that_fails_does_not_cost_the_others_and_can_be_taken_away():
    page = opened()
    given(page, STRAVA, broken=b"%PDF-1.7 nothing")
    assert "broken.csv: " in told(page)
    assert rows_of_files(page) == [("Strava", 60)]
    log = page.session_state["TrainingState"].log
    assert [file.name for file in log.report.failed] == ["broken.csv"]
    assert log.doubtful["cell"].tolist() == ["broken.csv"]
    given(page, STRAVA)
    assert "broken.csv" not in told(page)
    assert not len(page.session_state["TrainingState"].log.doubtful)
    page.file_uploader[0].set_value([]).run()
    assert not page.exception
    assert page.session_state["TrainingState"].log is None


def test_files_that_were_not_read_yet_leave_open_what_they_may_hold(monkeypatch):
    monkeypatch.setattr(training_files, "_MOST_FILES", 2)
    page = opened()
    files = [("a.csv", STRAVA.read_bytes()), ("own.csv", b"Tag;Dauer\n1.7.2026;60\n")]
    files.append(("third.fit", b"never looked at"))
    page.file_uploader[0].set_value([(*file, "text/csv") for file in files]).run()
    assert not page.exception
    log = page.session_state["TrainingState"].log
    assert log.doubtful["cell"].tolist() == ["own.csv", "third.fit"]


def test_another_time_zone_reads_again_what_is_there_or_asks_for_it():
    def late(page):
        return page.session_state["TrainingState"].log.sessions["start"].dt.hour.max()

    page = opened()
    page.selectbox(key="log_zone").select("UTC").run()
    given(page, STRAVA)
    before = late(page)
    page.selectbox(key="log_zone").select("Asia/Tokyo").run()
    assert late(page) != before
    page = opened(STRAVA.name)
    page.selectbox(key="log_zone").select("Asia/Tokyo").run()
    assert page.session_state["TrainingState"].log is not None
    # After a look at another page the uploader is empty, and the file is gone.
    page = opened(TrainingState=TrainingState(page.session_state["TrainingState"].log))
    page.selectbox(key="log_zone").select("Europe/Berlin").run()
    assert not page.exception
    assert page.session_state["TrainingState"].log is None
    assert "please give the files again" in told(page)


def test_removing_the_log_empties_the_uploader():
    page = opened()
    given(page, STRAVA)
    assert page.session_state["TrainingState"].log is not None
    next(b for b in page.button if b.label == "Remove the log").click().run()
    assert not page.exception
    assert page.session_state["TrainingState"].log is None
    assert not page.file_uploader[0].value
    given(page, STRAVA)  # the same file once more
    assert page.session_state["TrainingState"].log is not None


@in_both_windows
def test_an_athlete_brings_a_log_and_uses_its_answers(open_page, viewport, scheme):
    page = open_page(viewport, scheme, "/training")
    upload = page.locator("input[type=file]")
    garbage = {"name": "x.csv", "mimeType": "text/csv", "buffer": b"%PDF-1.7 nothing"}
    upload.set_input_files(garbage)
    ready(page)
    expect(page.get_by_text("x.csv: ")).to_be_visible()
    assert axe(page) == []
    page.reload()
    ready(page)
    page.locator("input[type=file]").set_input_files(STRAVA)
    # It ended long before today.
    expect(page.get_by_text("what came after, it does not say")).to_be_visible()
    expect(page.get_by_text("1 file, 60 sessions, 1 row left out.")).to_be_visible()
    page.get_by_text("What was read").click()
    expect(page.get_by_text("61 rows read, 60 sessions")).to_be_visible()
    ready(page)
    assert axe(page) == []
    page.get_by_role("button", name="Remove the log").click()
    ready(page)
    page.get_by_role("radio", name="Strava").click()
    expect(page.get_by_text("Longest similar session (running)")).to_be_visible()
    ready(page)
    page.get_by_role("button", name="For running today").click()
    expect(page.get_by_test_id("stDateInput")).to_be_visible()
    ready(page)
    page.keyboard.press("Escape")
    ready(page)
    assert axe(page) == []
    fits(page)
    page.get_by_role("button", name="answers in My session").click()
    expect(page.get_by_text("All questions")).to_be_visible()
    ready(page)
    page.get_by_text("All questions").click()
    ready(page)
    page.get_by_text("Training", exact=True).last.click()
    source = page.get_by_text("From the training log. Longest similar session")
    expect(source).to_be_visible()
    longest = page.locator(".st-key-longest_recent_min input")
    expect(longest).to_have_value("1 h 51")
    expect(page.get_by_role("button", name="A training log answers three")).to_be_visible()
    longest.fill("90")
    page.keyboard.press("Tab")
    ready(page)
    expect(source).to_have_count(0)


@pytest.mark.parametrize("viewport", ["phone", "laptop"])
def test_a_table_of_ones_own_is_mapped(open_page, viewport):
    page = open_page(viewport, "light", "/training")
    own = b"When;Minutes;Felt;Where\n3.5.2026;60;4;Home\n5.5.2026;90;6;<b>Away</b>\n"
    page.locator("input[type=file]").set_input_files(
        {"name": "own.csv", "mimeType": "text/csv", "buffer": own}
    )
    expect(page.get_by_role("heading", name="What the columns are")).to_be_visible()
    ready(page)
    use = page.get_by_role("button", name="Use these columns")
    expect(use).to_be_disabled()
    for column, meaning in (("When: ", "Date, or date"), ("Minutes: ", "Duration in min")):
        choose(page, column, meaning, exact=False)
    assert axe(page) == []
    use.click()
    ready(page)
    page.get_by_text("What was read").click()
    expect(page.get_by_text("2 rows read, 2 sessions")).to_be_visible()
    ready(page)
    expect(page.get_by_text("Away")).to_have_count(0)


def test_days_without_a_record_are_rest_only_if_the_reader_says_so():
    page = planned(opened(STRAVA.name, sport="running"), timedelta(days=3))
    assert values(page)["Rest days in the last 7"] == "open"
    (said,) = (t for t in page.toggle if t.label.startswith("I have not trained after"))
    said.set_value(True).run()
    assert not page.exception
    # Every day of the last four with a record had a session; three have gone by since.
    assert values(page)["Rest days in the last 7"] == "3"


def test_days_between_two_lists_are_rest_only_if_the_reader_says_so():
    rows = [[f"{date.today() - timedelta(days=n)},60,Run\n" for n in days] for days in (
        range(40, 25, -1), range(10, 0, -1),
    )]  # fmt: skip
    columns = {"day": "start", "min": "duration_min", "what": "sport"}
    lists = [("day,min,what\n" + "".join(each)).encode() for each in rows]
    page = opened(sport="running")
    state = TrainingState()
    state.log = merge_logs([read_log(each, columns=columns) for each in lists])
    page.session_state["TrainingState"] = state
    page.run()
    assert values(page)[FIELDS["sessions_per_week"].label] == "7"
    assert values(page)["Load of the last 7 days against the 3 weeks before"] == "open"
    (said,) = (t for t in page.toggle if t.label.startswith("I have not trained from"))
    said.set_value(True).run()
    assert not page.exception
    assert values(page)["Load of the last 7 days against the 3 weeks before"] != "open"


def test_one_answer_of_the_log_can_go_before_ones_own():
    page = opened(STRAVA.name, sport="running", sessions_per_week=2.0)
    page.button(key="take_sessions_per_week").click().run()
    assert not page.exception
    assert page.session_state["sessions_per_week"] == "6"
    assert page.session_state["FormState"].log_answers["sessions_per_week"].value == 6.0
