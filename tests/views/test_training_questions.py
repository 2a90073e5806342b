"""What the page Training log asks about files: words, dates, what counts as training."""

import json
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from riskmodel.inputs.units import duration_text
from riskmodel.training.sentences import day_words
from riskmodel.views import charts, training_files
from riskmodel.views.state import DeviceState
from riskmodel.views.training_state import TrainingState
from tests.browser import axe, choose, fits, in_both_windows, ready
from tests.views.test_training import (
    SAME_NAME,
    asked_columns,
    given,
    name_columns,
    opened,
    rows_of_files,
    told,
    values,
)

LONGEST = "Longest similar session in the last 4 weeks"
KEPT = "JSON.parse(localStorage.getItem('cramp-risk'))"


def garmin(*activities, day=None, minutes=50):
    """A list that ends yesterday, a session a day, with these words in turn."""
    day = day or date.today() - timedelta(days=28)
    rows = ["Activity Type,Date,Title,Distance,Calories,Time,Avg HR"]
    for place in range(28):
        word = activities[place % len(activities)]
        when = day + timedelta(days=place)
        rows.append(f"{word},{when} 07:00:00,x,10.0,500,00:{minutes}:00,140")
    return "\n".join(rows).encode()


def words(page):
    """Labels of the words that are asked about."""
    return [box.label for box in page.selectbox if (box.key or "").startswith("log_word_")]


def answer(page, **meanings):
    for word, meaning in meanings.items():
        page.selectbox(key=f"log_word_{word}").select(meaning).run()
    next(b for b in page.button if b.label == "Use these words").click().run()
    assert not page.exception


def kept_words(page):
    return json.loads(page.session_state["DeviceState"].text or "{}").get("activities", {})


def test_a_word_is_asked_once_and_used_for_the_next_file():
    page = opened(sport="running")
    given(page, one=garmin("Knaldhat", "Padel Inde", "Knaldhat", "Knaldhat"))
    assert words(page) == ["Knaldhat, 21 sessions", "Padel Inde, 7 sessions"]
    assert values(page)[LONGEST] == "open"
    answer(page, knaldhat="running", padelinde="tennis")
    assert words(page) == []
    assert values(page)[LONGEST] == duration_text(50)
    assert kept_words(page) == {"Knaldhat": "running", "Padel Inde": "tennis"}
    given(page, other=garmin("KNALDHAT", minutes=55))
    assert words(page) == []
    assert values(page)[LONGEST] == duration_text(55)


def test_a_word_that_is_left_open_is_not_asked_again_and_stays_a_doubt():
    page = opened(sport="running")
    given(page, one=garmin("Knaldhat"))
    assert "sport of 28 sessions is not known" not in told(page)  # it is asked right there
    answer(page, knaldhat="open")
    assert words(page) == []
    assert "sport of 28 sessions is not known here: Knaldhat (28)." in told(page)
    assert values(page)[LONGEST] == "open"


def test_what_a_word_means_can_be_changed_and_forgotten():
    page = opened(sport="running")
    given(page, one=garmin("Knaldhat"))
    answer(page, knaldhat="cycling")
    assert values(page)[LONGEST] == duration_text(0)
    page.session_state["log_own_words"] = True
    page.run()
    page.selectbox(key="log_own_knaldhat").select("running").run()
    assert not page.exception
    assert values(page)[LONGEST] == duration_text(50)
    next(b for b in page.button if b.label == "Forget these words").click().run()
    assert not page.exception
    assert kept_words(page) == {}
    assert words(page) == ["Knaldhat, 28 sessions"]


def test_sessions_without_a_word_are_asked_for_this_log_alone():
    page = opened(sport="running")
    days = [date.today() - timedelta(days=back) for back in range(1, 29)]
    given(page, own="\n".join(["When,Minutes", *(f"{d},50" for d in days)]).encode())
    name_columns(page, "start", "duration_min")
    assert words(page) == ["No word, 28 sessions"]
    answer(page, **{"": "running"})
    assert values(page)[LONGEST] == duration_text(50)
    assert kept_words(page) == {}
    next(b for b in page.button if b.label == "Remove the log").click().run()
    assert page.session_state["TrainingState"].no_word == ""


def test_only_the_words_of_most_sessions_are_in_sight():
    page = opened()
    many = [f"Knaldhat {place}" for place in range(9)]
    given(page, one=garmin(*many))
    assert len(words(page)) == 6
    page.session_state["log_more_words"] = True
    page.run()
    assert len(words(page)) == 9
    answer(page, knaldhat8="running")
    assert kept_words(page) == {"Knaldhat 8": "running"}


@pytest.mark.parametrize(
    "kept",
    [{"activities": ["x"]}, {"activities": {"x": "quidditch"}}, {"activities": None}],
)
def test_kept_words_that_mean_nothing_here_are_passed_over(kept):
    page = opened(DeviceState=DeviceState(text=json.dumps(kept)))
    given(page, one=garmin("x"))
    assert words(page) == ["x, 28 sessions"]


def test_without_the_files_they_are_asked_for_again():
    page = opened()
    given(page, one=garmin("Knaldhat"))
    # After a look at another page the uploader is empty.
    before = page.session_state["TrainingState"]
    page = opened(TrainingState=TrainingState(log=before.log, files=before.files))
    answer(page, knaldhat="running")
    assert "Please give the files again" in told(page)
    given(page, one=garmin("Knaldhat"))
    assert words(page) == []
    assert "Please give the files again" not in told(page)


def test_what_is_no_training_counts_only_if_the_reader_says_so():
    page = opened(sport="running")
    given(page, one=garmin("Running", "Breathwork"))
    assert "1 file, 28 sessions: 14 used, 14 no training." in told(page)
    assert values(page)["Sessions in a usual week"] == "3.5"
    page.toggle(key="log_count_all").set_value(True).run()
    assert not page.exception
    assert "1 file, 28 sessions, nothing left out." in told(page)
    assert values(page)["Sessions in a usual week"] == "7"
    given(page, one=garmin("Running"))
    assert not [t for t in page.toggle if t.key == "log_count_all"]


def test_what_is_no_training_never_decides_the_sport_of_the_session():
    page = opened()
    given(page, one=garmin("Running", "Nap", "Meditation", "Nap"))
    assert page.session_state["log_sport"] == "running"
    # Where nothing tells a sport, that of My session stays open.
    page = opened()
    given(page, one=garmin("Nap", "Quidditch"))
    assert "The sport in My session becomes" not in told(page)
    page.button(key="log_use").click().run()
    assert not page.exception
    assert page.session_state["sessions_per_week"] == "3.5"
    assert "sport" not in page.session_state or not page.session_state["sport"]


def test_nobody_is_told_to_have_answered_what_is_open():
    page = opened(sport="running")
    given(page, one=garmin("Running") + b"\nRunning,some day,x,10.0,500,02:00:00,140")
    assert set(values(page).values()) == {"open"}
    assert "you answered these yourself" not in told(page)


def test_headers_that_say_it_plainly_are_chosen_and_still_asked():
    page = opened()
    yesterday = date.today() - timedelta(days=1)
    table = f"Dato,Shoes,Varighed (min),Dauer,KM,Aktivitet\n{yesterday},A,60,1,10,Run\n"
    given(page, own=table.encode())
    assert [box.value for box in asked_columns(page)] == [
        "start", "", "duration_min", "", "distance_km", "sport",
    ]  # fmt: skip
    assert page.session_state["TrainingState"].log is None
    next(b for b in page.button if b.label == "Use these columns").click().run()
    assert not page.exception
    assert rows_of_files(page) == [("your table", 1)]


def test_the_order_of_day_and_month_is_asked_where_no_date_tells():
    page = opened()
    dates = "".join(f"{day:02}/06/2026,60,Run\n" for day in range(1, 9))
    given(page, one=f"When,Mins,Kind\n{dates}".encode())
    name_columns(page, "start", "duration_min", "sport")
    assert "one.csv has dates such as 01/06/2026" in told(page)
    assert page.button(key="log_day_first_True").label == "1 Jun"
    assert page.button(key="log_day_first_False").label == "6 Jan"
    page.button(key="log_day_first_True").click().run()
    assert not page.exception
    assert page.session_state["TrainingState"].log.report.last_day == date(2026, 6, 8)


def test_what_the_columns_are_can_be_changed_where_a_scale_is_in_doubt():
    page = opened(sport="running", air_temperature_c="24")
    days = [date.today() - timedelta(days=back) for back in range(1, 29)]
    rows = [f"{day},50,Run,{68 + place % 9}" for place, day in enumerate(days)]
    given(page, own="\n".join(["When,Mins,Kind,Temp", *rows]).encode())
    name_columns(page, "start", "duration_min", "sport", "air_temperature_c")
    heat = "Days trained in similar heat, of the last 14"
    assert values(page)[heat] == "open"
    assert "is read if you say so: Air temperature in °F" in told(page)
    next(b for b in page.button if b.label == "Change what the columns are").click().run()
    assert [box.value for box in asked_columns(page)] == [
        "start", "duration_min", "sport", "air_temperature_c",
    ]  # fmt: skip
    name_columns(page, "start", "duration_min", "sport", "air_temperature_f")
    assert values(page)[heat] != "open"


def test_a_duration_in_another_unit_than_named_is_told_and_asked_again():
    page = opened()
    rows = "".join(f"2026-11-{day:02},3600,Run\n" for day in range(1, 9))
    given(page, own=f"When,Time,Kind\n{rows}".encode())
    name_columns(page, "start", "duration_min", "sport")
    assert "own.csv: The column Time holds '3600'" in told(page)
    assert [b.value for b in asked_columns(page)] == ["start", "duration_min", "sport"]
    name_columns(page, "start", "duration_s", "sport")
    assert rows_of_files(page) == [("your table", 8)]
    assert "own.csv: " not in told(page)


def test_another_year_after_the_planned_day_is_told_and_counts_for_nothing():
    page = opened(sport="running")
    later = garmin("Running") + b"\nRunning,2036-01-01 07:00:00,x,10.0,500,02:00:00,140"
    given(page, one=later)
    assert values(page)[LONGEST] == duration_text(50)
    assert "the latest on 1 Jan 2036, is not counted" in told(page)
    assert "29 sessions: 28 used, 1 not counted" in told(page)


def test_a_day_that_would_flatten_the_chart_reaches_beyond_it_and_is_told():
    page = opened(sport="running")
    long = date.today() - timedelta(days=29)
    row = f"\nRunning,{long} 07:00:00,x,100.0,500,23:59:00,140"
    given(page, one=garmin("Running") + row.encode())
    assert f"{day_words(long)} reaches beyond the picture" in told(page)
    given(page, one=garmin("Running"))
    assert "beyond the picture" not in told(page)


def test_files_of_one_name_have_names_of_their_own_in_the_report():
    names = training_files._told_apart(["a.csv", "b.csv", "a.csv", "a.csv"])
    assert names == ["a.csv", "b.csv", "a.csv (2)", "a.csv (3)"]


def test_a_chart_of_few_days_has_no_ticks_within_a_day():
    spec = json.dumps(charts._weeks_spec("#000000", few=True))
    assert '"tickCount": {"interval": "day", "step": 1}' in spec


# ------------------------------------------------------------------------ in a browser


def payload(name, content):
    return {"name": name, "mimeType": "text/csv", "buffer": content}


@in_both_windows
def test_files_of_one_name_are_asked_about_one_after_the_other(open_page, viewport, scheme):
    page = open_page(viewport, scheme, "/training")
    files = [payload(name, content) for name, content, _ in SAME_NAME]
    page.locator("input[type=file]").set_input_files(files)
    ready(page)
    for column, meaning in (("When: ", "Date, or date"), ("Mins: ", "Duration in minutes")):
        choose(page, column, meaning, exact=False)
    assert axe(page) == []
    page.get_by_role("button", name="Use these columns").click()
    ready(page)
    expect(page.get_by_text("2 files, 24 sessions, nothing left out")).to_be_visible()
    expect(page.get_by_role("combobox", name="Tag: ")).to_be_visible()
    page.get_by_text("Another log", exact=True).click()
    ready(page)
    zone = page.get_by_role("combobox", name="Time zone where")
    zone.fill("Asia/Tokyo")
    zone.press("Enter")
    ready(page)
    expect(page.get_by_text("2 files, 24 sessions, nothing left out")).to_be_visible()
    expect(page.get_by_role("combobox", name="Tag: ")).to_be_visible()
    fits(page)


@in_both_windows
def test_a_word_is_kept_for_the_next_visit_and_listed_on_saved(open_page, viewport, scheme):
    page = open_page(viewport, scheme, "/training")
    upload = page.locator("input[type=file]")
    upload.set_input_files(payload("activities.csv", garmin("Knaldhat", "Running")))
    ready(page)
    choose(page, "Knaldhat, 14 sessions", "Running")
    assert axe(page) == []
    page.get_by_role("button", name="Use these words").click()
    ready(page)
    expect(page.get_by_role("combobox", name="Knaldhat")).to_have_count(0)
    assert page.evaluate(KEPT)["activities"] == {"Knaldhat": "running"}
    page.reload()
    ready(page)
    upload.set_input_files(payload("other.csv", garmin("Knaldhat", minutes=55)))
    ready(page)
    expect(page.get_by_text("1 file, 28 sessions, nothing left out.")).to_be_visible()
    expect(page.get_by_role("combobox", name="Knaldhat")).to_have_count(0)
    page.goto(page.url.replace("/training", "/saved"))
    ready(page)
    expect(page.get_by_role("row", name="Knaldhat Running")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Forget these words").click()
    ready(page)
    expect(page.get_by_text("Knaldhat")).to_have_count(0)
    assert page.evaluate(KEPT) is None
