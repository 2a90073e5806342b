"""The pages Saved and Diary: what is kept, for whom, and what nobody else sees."""

import csv
import json
import re
import secrets
import sys
import tomllib
from contextlib import contextmanager
from datetime import date, timedelta
from io import StringIO
from types import MappingProxyType
from urllib.parse import urlencode

import pandas as pd
import pytest
import streamlit
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from riskmodel import assess, explain_outcome, load_scorecard, read_log
from riskmodel.datasets import load_examples
from riskmodel.diary.outcomes import Outcome
from riskmodel.inputs.units import duration_text
from riskmodel.reporting.differences import difference_sentences
from riskmodel.reporting.outcome import headline, sentences, surprise_text
from riskmodel.store import LOCAL, Saved
from riskmodel.store.models import items
from riskmodel.views.state import ScenariosState, SquadState
from riskmodel.views.training_state import TrainingState
from riskmodel.whatif.plans import Scenario, to_text
from tests.browser import LOST_CLICKS, axe, download, fits, note_traffic, ready
from tests.conftest import CHECKOUT
from tests.server import app_is_healthy, fetch, free_port, serving
from tests.views.pages import SIX, typed
from tests.views.pages import all_html as told

VIEWS = CHECKOUT / "riskmodel" / "views"
MARATHON = load_examples()["Marathon"]


def opened(name, answers=()):
    page = AppTest.from_file(str(VIEWS / f"{name}.py"), default_timeout=30)
    for field, value in dict(answers).items():
        page.session_state[field] = value
    page.run()
    assert not page.exception
    return page


def button_labels(page):
    return [b.label for b in page.button]


def open_change(page, id):
    page.session_state[f"change_{id}"] = True
    page.run()
    assert not page.exception


def click(page, key):
    page.button(key=key).click().run()
    assert not page.exception


# ------------------------------------------------------------------------------- saving


def test_a_plan_is_saved_without_private_answers_unless_asked(database):
    page = opened("saved", {**SIX, "medications": ["statin"], "red_flags": ["none"]})
    page.text_input(key="save_name_plan").set_value("Sunday").run()
    click(page, "save_plan")
    (entry,) = database.items(LOCAL, "plan")
    assert database.load(LOCAL, "plan", entry.id).content == SIX
    page.toggle(key="save_private").set_value(True).run()
    click(page, "save_plan")
    click(page, "replace")
    (entry,) = database.items(LOCAL, "plan")
    assert (entry.name, entry.version) == ("Sunday", 2)
    content = database.load(LOCAL, "plan", entry.id).content
    assert content == {**SIX, "medications": ["statin"]}


def test_two_pages_that_save_the_same_plan_lose_nothing(database):
    saved = database.save(LOCAL, "plan", "Sunday", SIX)
    pages = [opened("saved", {**SIX, "duration_min": m}) for m in (70.0, 80.0)]
    for page in pages:
        page.session_state["StoreState"].opened["plan"] = saved
        page.session_state["save_name_plan"] = "Sunday"
        page.run()
    for page in pages:
        click(page, "save_plan")
        click(page, "replace")
    kept = {
        e.name: database.load(LOCAL, "plan", e.id) for e in database.items(LOCAL, "plan")
    }
    assert {name: item.content["duration_min"] for name, item in kept.items()} == {
        "Sunday": 70.0,
        "Sunday (2)": 80.0,
    }
    assert "saved as new: Sunday (2)" in told(pages[1])


def test_nothing_of_the_same_name_is_replaced_unasked(database):
    database.save(LOCAL, "plan", "Sunday", SIX)
    page = opened("saved", {**SIX, "duration_min": "99"})
    page.text_input(key="save_name_plan").set_value("Sunday").run()
    click(page, "save_plan")
    (entry,) = database.items(LOCAL, "plan")
    assert database.load(LOCAL, "plan", entry.id).content == SIX
    click(page, "both")
    kept = {
        e.name: database.load(LOCAL, "plan", e.id) for e in database.items(LOCAL, "plan")
    }
    assert {name: item.content["duration_min"] for name, item in kept.items()} == {
        "Sunday": SIX["duration_min"],
        "Sunday (2)": 99.0,
    }
    assert "Replace it" not in button_labels(page)
    # Another name asks nothing, and takes back what was asked.
    page.text_input(key="save_name_plan").set_value("Sunday").run()
    click(page, "save_plan")
    assert "Replace it" in button_labels(page)
    page.text_input(key="save_name_plan").set_value("Monday").run()
    assert "Replace it" not in button_labels(page)


def test_the_page_says_what_the_three_ways_of_keeping_are(database):
    words = told(opened("saved"))
    for way in ("This browser: Keep", "Under a name: Save", "A file or a link"):
        assert words.count(way) == 1
    assert "Anyone who can open this page" in words


def test_what_another_scorecard_scored_says_so_in_the_list_and_when_it_is_opened(database):
    ids = {
        kind: database.save(LOCAL, kind, kind, content).id
        for kind, content in (("plan", SIX), ("athlete", SIX), ("squad", [SIX]))
    }
    now = load_scorecard().version
    (sentence,) = difference_sentences("1999.1", now)
    assert "can differ" not in told(opened("saved"))
    with database.database.writing() as connection:
        connection.execute(items.update().values(scorecard_version="1999.1"))
    page = opened("saved")
    # Answers about a person were scored with nothing.
    assert told(page).count(sentence) == 2
    click(page, f"open_{ids['plan']}")
    assert page.session_state["MySessionState"].saved_with == "1999.1"
    # What is saved again was scored with the present one.
    page.text_input(key="save_name_plan").set_value("Again").run()
    click(page, "save_plan")
    assert {e.name: e.scorecard_version for e in database.items(LOCAL, "plan")} == {
        "plan": "1999.1",
        "Again": now,
    }


@pytest.mark.parametrize("name", ["", " "])
def test_a_name_that_cannot_be_is_told_and_nothing_is_saved(database, name):
    page = opened("saved", SIX)
    page.session_state["save_name_plan"] = name
    page.run()
    click(page, "save_plan")
    assert not database.items(LOCAL, "plan")
    assert "ame" in told(page)


def test_everything_is_deleted_only_after_a_second_look(database):
    database.save(LOCAL, "plan", "Sunday", SIX)
    database.save("somebody else", "plan", "Theirs", SIX)
    page = opened("saved")
    delete = next(b for b in page.button if b.label == "Delete everything that is saved")
    assert delete.disabled
    page.toggle(key="really_delete").set_value(True).run()
    next(b for b in page.button if b.label == delete.label).click().run()
    assert not page.exception
    assert not database.items(LOCAL, "plan")
    assert database.items("somebody else", "plan")


def test_a_database_that_cannot_be_opened_is_told(tmp_path, monkeypatch):
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database " * 100)
    monkeypatch.setenv("CRAMPRISK_DATABASE_URL", f"sqlite:///{broken}")
    for name in ("saved", "diary"):
        assert "no database of cramp-risk" in told(opened(name))


def test_nothing_is_saved_where_other_machines_come_and_nobody_signs_in(
    database, monkeypatch
):
    database.save(LOCAL, "plan", "Sunday", SIX)
    real = streamlit.get_option
    monkeypatch.setattr(
        "streamlit.get_option",
        lambda name: "0.0.0.0" if name == "server.address" else real(name),
    )
    for name in ("saved", "diary"):
        page = opened(name, SIX)
        assert "nothing can be saved" in told(page)
        assert "Sunday" not in told(page)
        assert not [b for b in page.button if b.label.startswith(("Save", "Write"))]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:8501"},
        {"Host": "127.0.0.1:8501", "X-Forwarded-For": "203.0.113.9"},
        {"Host": "127.0.0.1:8501", "Forwarded": "for=203.0.113.9"},
        {"Host": "localhost:8501", "x-forwarded-host": "your.address"},
    ],
)
def test_whoever_comes_by_another_name_sees_and_saves_nothing(
    database, monkeypatch, headers
):
    database.save(LOCAL, "plan", "Sunday", SIX)
    monkeypatch.setattr(
        type(streamlit.context), "headers", property(lambda context: headers)
    )
    page = opened("saved", SIX)
    assert "nothing can be saved" in told(page)
    assert "Sunday" not in told(page)


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost", "[::1]:8501"])
def test_this_machine_may_be_called_by_any_of_its_own_names(database, monkeypatch, host):
    database.save(LOCAL, "plan", "Sunday", SIX)
    monkeypatch.setattr(
        type(streamlit.context), "headers", property(lambda context: {"Host": host})
    )
    assert "Sunday" in told(opened("saved"))


@pytest.mark.parametrize(
    "text", ['[auth]\nclient_id = "x', 'database = "sqlite://"', 'auth = "on"', "[auth"]
)
def test_settings_that_cannot_be_read_switch_nothing_off(
    database, tmp_path, monkeypatch, text
):
    database.save(LOCAL, "plan", "Sunday", SIX)
    file = tmp_path / "secrets.toml"
    file.write_text(text)
    real = streamlit.get_option
    monkeypatch.setattr(
        "streamlit.get_option",
        lambda name: [str(file)] if name == "secrets.files" else real(name),
    )
    for name in ("saved", "diary"):
        page = AppTest.from_file(str(VIEWS / f"{name}.py"), default_timeout=30)
        if not text.startswith("[auth"):
            page.secrets.update(tomllib.loads(text))
        page.run()
        assert not page.exception
        assert "secrets.toml cannot be read" in told(page)
        assert "Sunday" not in told(page)


def test_one_athlete_leaves_nothing_behind_for_the_next(database):
    ada = {"athlete": "Ada", "age_years": 61.0, "medications": ["statin"]}
    database.save(LOCAL, "athlete", "Ada", {**ada, "cramp_sessions_12mo": "3-5"})
    database.save(LOCAL, "athlete", "Ben", {"athlete": "Ben", "age_years": 25.0})
    page = opened("saved")
    for entry in sorted(database.items(LOCAL, "athlete"), key=lambda e: e.name):
        page.button(key=f"open_{entry.id}").click().run()
        page.run()
    state = page.session_state
    assert (state["athlete"], state["age_years"]) == ("Ben", "25")
    assert not state["medications"]
    assert state["cramp_sessions_12mo"] is None


def test_an_old_answer_of_an_athlete_is_opened_and_saved_as_it_was(database):
    ada = {"athlete": "Ada", "age_years": 61.0, "cramp_sessions_12mo": "0"}
    database.save(LOCAL, "athlete", "Ada", ada)
    page = opened("saved")
    (entry,) = database.items(LOCAL, "athlete")
    page.button(key=f"open_{entry.id}").click().run()
    assert page.session_state["cramp_sessions_12mo"] == "0"
    page.session_state["save_what"] = "athlete"
    page.run()
    click(page, "save_athlete")
    click(page, "replace")
    assert database.load(LOCAL, "athlete", entry.id).content == ada


def test_what_was_opened_is_what_is_saved(database):
    names = ("Race", "Sunday")
    for name in names:
        database.save(LOCAL, "plan", name, SIX)
    ids = {entry.name: entry.id for entry in database.items(LOCAL, "plan")}
    page = opened("saved", SIX)
    page.session_state["save_name_plan"] = "Sunday"
    page.run()
    page.button(key=f"open_{ids['Race']}").click().run()
    again = opened("saved", SIX)
    for key in ("StoreState", "save_name_plan"):
        again.session_state[key] = page.session_state[key]
    again.session_state["duration_min"] = "99"
    again.run()
    click(again, "save_plan")
    click(again, "replace")
    assert {e.name for e in database.items(LOCAL, "plan")} == {*names}
    assert database.load(LOCAL, "plan", ids["Race"]).content["duration_min"] == 99.0


def test_a_plan_that_was_deleted_is_saved_as_new(database):
    database.save(LOCAL, "plan", "Race", SIX)
    (entry,) = database.items(LOCAL, "plan")
    page = opened("saved", SIX)
    page.session_state["StoreState"].opened["plan"] = Saved(entry.id, 1, "Race")
    page.session_state["save_name_plan"] = "Race"
    page.run()
    database.delete(LOCAL, "plan", entry.id)
    click(page, "save_plan")
    assert [e.name for e in database.items(LOCAL, "plan")] == ["Race"]
    assert "Saved: Race" in told(page)


def test_what_another_tab_just_saved_is_not_deleted_from_an_old_list(database):
    database.save(LOCAL, "plan", "Race", SIX)
    (entry,) = database.items(LOCAL, "plan")
    page = opened("saved")
    database.save(LOCAL, "plan", "Race", SIX, id=entry.id, version=1)
    open_change(page, entry.id)
    # The list is of before; what the click brings along is the version that it showed.
    database.save(LOCAL, "plan", "Race", SIX, id=entry.id, version=2)
    click(page, f"delete_{entry.id}")
    assert database.items(LOCAL, "plan")
    assert "changed" in told(page)


def test_a_plan_with_health_answers_keeps_them_when_it_is_saved_again(database):
    database.save(LOCAL, "plan", "Race", {**SIX, "medications": ["statin"]})
    (entry,) = database.items(LOCAL, "plan")
    page = opened("saved")
    page.button(key=f"open_{entry.id}").click().run()
    assert page.session_state["save_private"]
    assert page.session_state["medications"] == ["statin"]


# -------------------------------------------------------------------------------- diary


def answer_pills(page, **answers):
    for key, value in answers.items():
        (pills,) = (w for w in page.get("button_group") if w.key == f"diary_{key}")
        pills.set_value(value).run()


def test_an_outcome_keeps_what_was_expected_before_it(database):
    page = opened("diary", SIX)
    click(page, "diary_write")
    (saved,) = database.outcomes(LOCAL)
    assert saved.outcome.pending
    # Whatever My session holds afterwards, what was expected stays.
    page = opened("diary", {**SIX, "duration_min": 240.0, "air_temperature_c": 35.0})
    answer_pills(page, cramp="Yes", muscle="calf", when="During it")
    page.text_input(key="diary_at").set_value("45+5").run()
    click(page, "diary_after")
    (saved,) = database.outcomes(LOCAL)
    outcome, answer = saved.outcome, assess(SIX)
    assert outcome.probability == pytest.approx(answer.probability, abs=1e-12)
    assert (outcome.cramp, outcome.muscle, outcome.cramp_at_min) == (True, "calf", 50.0)
    assert (outcome.day, outcome.duration_min) == (date.today(), 60.0)
    assert not outcome.answers
    assert "diary_cramp" not in page.session_state
    assert "diary_after" not in [b.key for b in page.button]
    page.session_state["diary_rows"] = True
    page.run()
    assert f"delete_outcome_{saved.id}" not in [b.key for b in page.button]  # it asks
    page.session_state[f"really_delete_outcome_{saved.id}"] = True
    page.run()
    click(page, f"delete_outcome_{saved.id}")
    assert not database.outcomes(LOCAL)


def test_an_expectation_says_its_scorecard_in_the_list_only_if_that_is_another(database):
    page = opened("diary", SIX)
    click(page, "diary_write")
    (saved,) = database.outcomes(LOCAL)
    now = load_scorecard()
    written = saved.outcome.scorecard, saved.outcome.scorecard_version
    assert written == (now.fingerprint, now.version)
    assert "with scorecard" not in told(opened("diary"))


def test_a_session_to_come_has_no_outcome_yet(database):
    page = opened("diary", SIX)
    page.date_input(key="diary_day").set_value(date.today() + timedelta(days=3)).run()
    click(page, "diary_write")
    assert not [b for b in page.button if b.key == "diary_after"]
    page.session_state["diary_rows"] = True
    page.run()
    assert "Outcome still open" in told(page)


@pytest.mark.parametrize(
    ("written", "words"), [("900", "later than the session"), ("half way", "half way")]
)
def test_an_impossible_minute_is_told_at_its_field_and_nothing_is_lost(
    database, written, words
):
    page = opened("diary", SIX)
    click(page, "diary_write")
    answer_pills(page, cramp="Yes", when="During it")
    page.text_input(key="diary_at").set_value(written).run()
    click(page, "diary_after")
    (saved,) = database.outcomes(LOCAL)
    assert saved.outcome.pending
    assert 'cr-fault" role="alert">' in told(page)
    assert words in told(page)
    assert page.text_input(key="diary_at").value == written


def test_the_same_session_is_offered_a_second_time_only_by_saying_so(database):
    page = opened("diary", SIX)
    click(page, "diary_write")
    assert page.button(key="diary_write").label == "Write it down a second time"
    assert "It is in the diary already" in told(page)
    page.date_input(key="diary_day").set_value(date.today() + timedelta(days=1)).run()
    assert page.button(key="diary_write").label == "Write it down"


@pytest.mark.parametrize("n", [9, 10])
def test_expected_and_observed_are_compared_once_there_are_enough(database, n):
    for day in range(1, n + 1):
        outcome = Outcome(
            date(2026, 7, day), 0.2, 0.1, 0.4, "0", "card", day % 3 == 0, "running", 60.0
        )
        database.save_outcome(LOCAL, outcome)
    words = told(opened("diary", {"diary_rows": True}))
    assert f"{n} sessions in the diary, 3 with a cramp" in words
    assert ("2.0 would be expected" in words) == (n == 10)
    assert words.count("with scorecard card") == n
    assert "Personal, not a validation" in words


# ------------------------------------------------------------------------- looking back


def written(database, *, cramp, day=1, answers=None):
    """Write a session into the diary, and give back its button."""
    sport, minutes = "running", (answers or SIX)["duration_min"]
    outcome = Outcome(
        date(2026, 7, day), 0.1, 0.05, 0.4, "0", "card", cramp, sport, minutes,
        answers=answers,
    )  # fmt: skip
    return f"why_{database.save_outcome(LOCAL, outcome).id}"


HOT = {**SIX, "air_temperature_c": 36.0}


def test_a_cramp_is_looked_back_at_beside_sessions_without_one(database):
    written(database, cramp=False, answers=SIX)
    button = written(database, cramp=True, day=2, answers=HOT)
    page = opened("diary")
    assert "cr-diverge" not in told(page)
    click(page, button)
    words = told(page)
    explanation = explain_outcome(HOT, [SIX])
    assert page.subheader[0].value == headline(explanation, private=True)
    for sentence in sentences(explanation, {}, "sessions", private=True):
        assert sentence in words
    assert "cr-diverge" in words
    assert [b.label for b in page.get("download_button")] == ["Page to print"]
    click(page, button)
    assert "cr-diverge" not in told(page)


def test_a_cramp_is_laid_beside_the_next_plan_or_the_average_if_wanted(database):
    written(database, cramp=False, answers=SIX)
    button = written(database, cramp=True, day=2, answers=HOT)
    page = opened("diary", {**SIX, "duration_min": 90.0})
    click(page, button)
    (pills,) = (w for w in page.get("button_group") if w.key == "why_beside")
    assert len(pills.options) == 3
    for beside, reference in (("plan", {**SIX, "duration_min": 90.0}), ("everybody", None)):
        pills.set_value(beside).run()
        said = surprise_text(explain_outcome(HOT, reference), beside)
        assert said in told(page)
        (pills,) = (w for w in page.get("button_group") if w.key == "why_beside")


def test_without_any_other_session_it_is_laid_beside_the_average(database):
    button = written(database, cramp=True, answers=HOT)
    page = opened("diary")
    click(page, button)
    assert surprise_text(explain_outcome(HOT), "everybody") in told(page)


def test_answers_that_were_not_kept_are_those_of_my_session_and_said_to_be(database):
    button = written(database, cramp=True)
    page = opened("diary")
    click(page, button)
    assert "Still needed: " in told(page)
    assert "why_to_session" in [b.key for b in page.button]
    page = opened("diary", HOT | {"duration_min": 240.0})
    click(page, button)
    assert "Its answers were not kept" in told(page)
    assert surprise_text(explain_outcome(HOT), "everybody") in told(page)


def test_my_session_and_a_day_of_the_log_can_be_looked_back_at(database):
    columns = {"Date": "start", "Type": "sport", "Minutes": "duration_min"}
    log = read_log(b"Date,Type,Minutes\n2026-06-03,Run,95\n", columns=columns)
    page = opened("diary", {**HOT, "TrainingState": TrainingState(log=log)})
    click(page, "why_session")
    assert surprise_text(explain_outcome(HOT), "everybody") in told(page)
    click(page, "why_log")
    assert page.date_input(key="why_day").value == date(2026, 6, 3)
    past = {**HOT, "duration_min": 95.0}
    assert "what else the log knows" in told(page)
    assert surprise_text(explain_outcome(past), "everybody") in told(page)


def test_looking_back_stores_nothing(database):
    button = written(database, cramp=True)
    (before,) = database.outcomes(LOCAL)
    page = opened("diary", HOT | {"medications": ["statin"]})
    click(page, button)
    assert database.outcomes(LOCAL) == [before]


# ----------------------------------------------------------------------- in the browser


SESSION = "/?" + urlencode(MARATHON | {"age_years": 41})


def to_page(page, name):
    """Open one of the pages behind More, again where a rerun has swallowed the click."""
    link = page.get_by_role("link", name=name)
    for _ in range(3):
        page.get_by_role("button", name="More").click()
        ready(page)
        if link.count():
            break
        LOST_CLICKS.append("More")
    link.click()
    ready(page)


def save_as(page, name):
    page.get_by_label("Name: ").fill(name)
    page.keyboard.press("Tab")
    ready(page)
    page.get_by_role("button", name="Save", exact=True).click()
    ready(page)


def test_a_plan_of_a_phone_comes_back_on_a_laptop(open_page):
    name = f"Race {secrets.token_hex(3)}"
    page = open_page("phone", "light", SESSION)
    to_page(page, "Saved")
    save_as(page, name)
    expect(page.get_by_text(name, exact=True)).to_be_visible()
    save_as(page, name)
    expect(page.get_by_role("button", name="Replace it")).to_be_visible()
    assert axe(page) == []
    fits(page)
    other = open_page("laptop", "dark", "/saved")
    entry = other.locator("[class*=st-key-entry_]").filter(has_text=name)
    entry.get_by_role("button", name="Open").click()
    minutes = other.locator(".st-key-duration_min input")
    expect(minutes).to_have_value(duration_text(MARATHON["duration_min"]))
    ready(other)
    to_page(other, "Saved")
    assert axe(other) == []
    everything = json.loads(download(other, "Export everything").read_text())
    assert name in {item["name"] for item in everything["items"]}


@pytest.mark.parametrize("viewport", ["phone", "laptop"])
def test_a_session_is_written_into_the_diary_and_exported(open_page, viewport):
    page = open_page(viewport, "light", SESSION)
    to_page(page, "Diary")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("Written into the diary.")).to_be_visible()
    ready(page)
    page.locator(".st-key-diary_cramp button").filter(has_text="Yes").click()
    ready(page)
    page.get_by_text("Calf", exact=True).click()
    ready(page)
    page.get_by_text("After it", exact=True).click()
    ready(page)
    assert axe(page) == []
    fits(page)
    page.get_by_role("button", name="Save how it went").click()
    ready(page)
    expect(page.get_by_text("in the diary, ").first).to_be_visible()
    page.get_by_role("button", name="Why then?").first.click()
    ready(page)
    expect(page.locator(".st-key-looking_back .cr-line").first).to_be_visible()
    assert axe(page) == []
    fits(page)
    assert download(page, "Page to print").read_bytes().startswith(b"%PDF")
    page.locator(".st-key-diary_rows summary").click()
    ready(page)
    text = download(page, "Export the diary, CSV").read_text("utf-8-sig")
    row = list(csv.DictReader(StringIO(text)))[-1]
    assert (row["cramp"], row["muscle"], row["after_session"]) == ("yes", "calf", "yes")


# ----------------------------------------------------------------- who may see what


@contextmanager
def signing_in(tmp_path, club="", folder="", environment=MappingProxyType({})):
    """Serve the app with sign-in switched on, and a provider that knows everybody.

    ``club`` is the text of its section, ``folder`` where the app lies, as ``/cramp``.
    Called again with the same folder of files, it is the same server after a restart.
    """
    home = tmp_path / "home"
    settings = home / ".streamlit" / "secrets.toml"
    if settings.exists():
        port, provider_port = re.findall(r"127\.0\.0\.1:(\d+)", settings.read_text())
    else:
        port, provider_port = free_port(), free_port()
        settings.parent.mkdir(parents=True)
        settings.write_text(
            f"{club}\n[auth]\n"
            f'redirect_uri = "http://127.0.0.1:{port}{folder}/oauth2callback"\n'
            f'cookie_secret = "{secrets.token_hex(32)}"\n'
            'client_id = "cramp-risk"\n'
            'client_secret = "not a secret here"\n'
            "server_metadata_url = "
            f'"http://127.0.0.1:{provider_port}/.well-known/openid-configuration"\n'
        )
    provider = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock"]
    app = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    app += [f"--server.baseUrlPath={folder}"] if folder else []
    health = "/.well-known/openid-configuration"
    with (
        serving(
            [*provider, "-p", str(provider_port)],
            provider_port,
            CHECKOUT,
            tmp_path,
            healthy=lambda url: b"issuer" in fetch(url + health, timeout=2).read(),
        ),
        serving(
            app,
            port,
            CHECKOUT,
            home,
            healthy=lambda url: app_is_healthy(url + folder),
            environment=environment,
        ) as url,
    ):
        yield url + folder


def stranger(browser, url):
    """Open a page that nobody has signed in to."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    note_traffic(context)
    page = context.new_page()
    # The provider's own page would load its looks from elsewhere.  Not by a route: where
    # there is one, the browser keeps nothing, and reads the app's code with every page.
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setBlockedURLs", {"urls": ["https://*"]})
    page.goto(f"{url}/saved")
    ready(page)
    return page


def sign_in(page, url, subject):
    page.get_by_role("button", name="Sign in").click()
    page.locator("input[name=sub]").fill(subject)
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_test_id("stApp")).to_be_visible()
    ready(page)
    page.goto(f"{url}/saved")
    ready(page)


def test_one_user_sees_nothing_of_another(browser, tmp_path):
    with signing_in(tmp_path) as url:
        ada = stranger(browser, url)
        expect(ada.get_by_role("button", name="Sign in")).to_be_visible()
        expect(ada.get_by_text("Save what is open")).to_have_count(0)
        sign_in(ada, url, "ada")
        ada.goto(f"{url}/?sport=running&duration_min=61&session_rpe=5&age_years=40")
        ready(ada)
        to_page(ada, "Saved")
        save_as(ada, "Ada's run")
        expect(ada.get_by_text("Ada's run", exact=True)).to_be_visible()
        ben = stranger(browser, url)
        sign_in(ben, url, "ben")
        expect(ben.get_by_text("Everything that is saved")).to_be_visible()
        expect(ben.get_by_text("Ada's run")).to_have_count(0)
        exported = download(ben, "Export everything").read_text()
        assert "Ada" not in exported
        assert json.loads(exported)["items"] == []
        ben.get_by_role("button", name="Delete everything").click()
        ben.get_by_text("Yes, all of it").click()
        ready(ben)
        ben.get_by_role("button", name="Delete everything that is saved").click()
        ready(ben)
        again = stranger(browser, url)
        sign_in(again, url, "ada")
        expect(again.get_by_text("Ada's run", exact=True)).to_be_visible()
        again.get_by_role("button", name="Sign out").click()
        # The provider asks once more, and leads back.
        again.wait_for_url("**/oauth2/end_session**")
        again.locator("button[type=submit]").first.click()
        again.wait_for_url(f"{url}/**")
        ready(again)
        again.goto(f"{url}/saved")
        ready(again)
        expect(again.get_by_role("button", name="Sign in")).to_be_visible()
        expect(again.get_by_text("Ada's run")).to_have_count(0)
        # What the server wrote down names nobody's run.
        log = (tmp_path / "home" / "server.log").read_text()
        assert "Ada's run" not in log


def test_a_name_being_typed_while_something_else_comes_stays(open_page):
    page = open_page("laptop", "light", SESSION)
    to_page(page, "Saved")
    save_as(page, secrets.token_hex(3))
    expect(page.get_by_text("Saved: ", exact=False).first).to_be_visible()
    name = page.get_by_label("Name: ")
    name.fill("Ada")
    # The name has not been sent yet, as when the answer to a click is slow.
    page.get_by_role("button", name="Save", exact=True).dispatch_event("click")
    ready(page)
    expect(name).to_have_value("Ada")


def test_a_squad_and_compared_plans_come_back(database):
    scenarios = [Scenario(name, SIX) for name in ("One", "Two")]
    ids = {
        "squad": database.save(LOCAL, "squad", "Team", [{"athlete": "Ada", **SIX}]).id,
        "scenarios": database.save(
            LOCAL, "scenarios", "Both", to_text(scenarios, private=True)
        ).id,
    }
    page = opened("saved")
    page.button(key=f"open_{ids['squad']}").click().run()
    assert page.session_state["NavigationState"].go_to == "squad"
    opened_squad = page.session_state["SquadState"].to_open
    assert [row["athlete"] for row in opened_squad.to_dict("records")] == ["Ada"]
    page.button(key=f"open_{ids['scenarios']}").click().run()
    assert page.session_state["NavigationState"].go_to == "compare"
    held = page.session_state["ScenariosState"].scenarios.values()
    assert {"One", "Two"} <= {scenario.name for scenario in held}


def test_warning_signs_and_illness_are_never_saved(database):
    signs = {"red_flags": ["lasting_days"], "illness_24h": "yes"}
    squad = pd.DataFrame({"athlete": ["Ada"], "age_years": [30.0], "illness_24h": ["yes"]})
    scenarios = [Scenario(name, {**SIX, **signs}) for name in ("One", "Two")]
    open_elsewhere = {
        "SquadState": SquadState(squad),
        "ScenariosState": ScenariosState(dict(enumerate(scenarios, 1))),
    }
    page = opened("saved", {**SIX, **signs, **open_elsewhere})
    page.toggle(key="save_private").set_value(True).run()
    for kind in ("plan", "scenarios", "squad"):
        page.session_state["save_what"] = kind
        page.run()
        page.text_input(key=f"save_name_{kind}").set_value("All").run()
        click(page, f"save_{kind}")
        (entry,) = database.items(LOCAL, kind)
        stored = str(database.load(LOCAL, kind, entry.id).content)
        assert "age_years" in stored
        assert "illness" not in stored
        assert "red_flags" not in stored
    more = {**open_elsewhere, "box_squad_groups": True, "box_keep": True}
    texts = {name: typed(name, value) for name, value in {**SIX, **signs}.items()}
    for name in ("compare", "squad", "my_session"):
        page = opened(name, {**texts, **more})
        words = ("Keep in this browser", "Keep 1 answer in this browser")
        next(b for b in page.button if b.label in words).click().run()
        assert not page.exception
        stored = page.session_state["DeviceState"].text
        assert "age_years" in stored
        assert "illness" not in stored
        assert "red_flags" not in stored


def test_the_diary_leads_to_my_session_where_there_is_no_number_yet(database):
    assert "to_session" in [b.key for b in opened("diary").button]
    assert "to_session" not in [b.key for b in opened("diary", SIX).button]
