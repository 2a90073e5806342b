"""The page Training log, by Streamlit's own test driver and in a real browser."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from riskmodel.datasets import data_folder
from riskmodel.training.derive import derive
from riskmodel.training.log_file import read_log
from tests.browser import axe, ready
from tests.conftest import CHECKOUT

PAGE = str(CHECKOUT / "riskmodel" / "views" / "training.py")
EXAMPLES = sorted(data_folder("example_logs").iterdir())
STRAVA = data_folder("example_logs") / "strava_activities.csv"


def opened(example=None, **answers):
    page = AppTest.from_file(PAGE, default_timeout=30)
    for name, value in answers.items():
        page.session_state[name] = value
    page.run()
    if example:
        page.selectbox(key="log_example").select(example).run()
    assert not page.exception
    return page


def told(page):
    return " ".join(e.proto.body for e in page.main if e.type == "html")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_is_read_and_answers_what_python_answers(path):
    page = opened(path.name, sport="running", air_temperature_c=24.0)
    log = read_log(path.read_bytes())
    for line in log.report.lines()[:2]:
        assert line.replace("'", "&#x27;") in told(page)
    on = log.report.last_day + timedelta(days=1)
    found = derive(log, on=on, sport="running", air_temperature_c=24.0)
    words = " ".join(m.value for m in page.markdown)
    for answer in found:
        assert f"**{answer.label}**" in words
        if answer.value is None:
            assert f"**{answer.label}**: open" in words


def test_a_persons_own_answer_stays_and_the_others_are_used():
    page = opened(STRAVA.name, sport="running", sessions_per_week=2.0)
    assert "Your own answer is 2; it stays." in " ".join(c.value for c in page.caption)
    use = next(b for b in page.button if b.label.startswith("Use "))
    use.click().run()
    state = page.session_state
    assert state["sessions_per_week"] == 2.0
    log = read_log(STRAVA.read_bytes())
    on = log.report.last_day + timedelta(days=1)
    found = {d.name: d.value for d in derive(log, on=on, sport="running")}
    assert state["longest_recent_min"] == found["longest_recent_min"]
    assert state["log_sources"]["longest_recent_min"][0] == found["longest_recent_min"]
    assert "sessions_per_week" not in state["log_sources"]


def test_a_log_that_ended_long_ago_answers_nothing_and_says_so_once():
    page = opened(STRAVA.name, sport="running")
    page.date_input(key="log_on").set_value(date(2026, 12, 24)).run()
    assert not page.exception
    assert told(page).count("before the session: what came after, it does not say") == 1


def test_without_a_sport_the_page_asks_for_it():
    page = opened(STRAVA.name)
    assert "the sport" in page.info[0].value


@pytest.mark.parametrize("viewport", ["phone", "laptop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_athlete_brings_a_log_and_uses_its_answers(open_page, viewport, scheme):
    page = open_page(viewport, scheme, "/training")
    upload = page.locator("input[type=file]")
    garbage = {"name": "x.csv", "mimeType": "text/csv", "buffer": b"%PDF-1.7 nothing"}
    upload.set_input_files(garbage)
    ready(page)
    expect(page.get_by_text("x.csv: ")).to_be_visible()
    page.reload()
    ready(page)
    page.locator("input[type=file]").set_input_files(STRAVA)
    expect(page.get_by_text("61 rows read, 60 used")).to_be_visible()
    ready(page)
    day = page.get_by_test_id("stDateInput")
    expect(day).to_be_visible()
    sport = page.get_by_role("combobox", name="Sport")
    sport.scroll_into_view_if_needed()
    page.wait_for_timeout(300)  # a list that opens while the page moves closes again
    sport.click()
    page.get_by_role("option", name="Running").click()
    ready(page)
    # It ended long before today.
    expect(page.get_by_text("what came after, it does not say")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Remove the log").click()
    ready(page)
    page.get_by_role("combobox", name="Or look at an example").click()
    page.get_by_role("option", name=STRAVA.name).click()
    ready(page)
    expect(page.get_by_text("Longest similar session (running)")).to_be_visible()
    assert axe(page) == []
    width = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
    assert width <= 0
    page.get_by_role("button", name="answers in My session").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My session")
    ready(page)
    page.get_by_text("Training", exact=True).last.click()
    source = page.get_by_text("From the training log. Longest similar session")
    expect(source).to_be_visible()
    longest = page.locator(".st-key-longest_recent_min input")
    expect(longest).to_have_value("111")
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
    for place, meaning in ((1, "Date, or date"), (2, "Duration in minutes")):
        column = page.get_by_role("combobox", name=f"Meaning of column {place}")
        column.scroll_into_view_if_needed()
        page.wait_for_timeout(300)
        column.click()
        page.get_by_role("option", name=meaning).click()
        ready(page)
    assert axe(page) == []
    use.click()
    expect(page.get_by_text("2 rows read, 2 used")).to_be_visible()
    expect(page.get_by_text("Away")).to_have_count(0)
