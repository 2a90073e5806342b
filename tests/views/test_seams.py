"""Where the pages meet: answers that are swapped, followed or left behind."""

import json
import re
from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from riskmodel.datasets import data_folder, load_examples
from riskmodel.inputs.session import FIELDS, tidy
from riskmodel.store import LOCAL
from riskmodel.views import device, look, place
from riskmodel.views.state import (
    FormState,
    MySessionState,
    PlaceState,
    SquadState,
    StartState,
    StartWeather,
    Step,
    Visit,
)
from riskmodel.weather.files import read_weather_file
from riskmodel.weather.over_session import weather_answers
from tests.views.pages import (
    APP,
    SIX,
    address_of,
    fill,
    html_of,
    number_of,
    own_answers,
    press,
    told,
    typed,
)

MARATHON = load_examples()["Marathon"]


def app(page="my_session", **state):
    test = AppTest.from_file(APP, default_timeout=30)
    for name, value in state.items():
        test.session_state[name] = typed(name, value)
    test.run()
    return go(test, page) if page != "my_session" else test


def go(test, page):
    test.switch_page(f"{page}.py").run()
    assert not test.exception
    return test


def used_start(**answers):
    """Answers as after "Use this start", and what is remembered of it."""
    weather = read_weather_file(
        (data_folder("examples_weather") / "open_meteo.json").read_bytes()
    )
    start = pd.Timestamp("2026-07-01T12:00", tz=weather.zone)
    given, _ = tidy(weather_answers(weather, start.to_pydatetime(), 60.0))
    moment = datetime.fromisoformat(given["start_time"]).replace(tzinfo=None)
    given = {**given, "sky": None}
    of_start = FormState(start_weather=StartWeather(given, "Forecast."))
    state = {**SIX, **given, "start_time": moment, **answers}
    return {**state, "start_offset_min": 120, "FormState": of_start}


def wbgt(test):
    state = test.session_state  # knows `in` and [], and no get
    return (state["wbgt_c"] if "wbgt_c" in state else "") or None  # noqa: SIM401


@pytest.mark.parametrize("changed", [{"air_temperature_c": 5.0}, {"sky": "overcast"}])
@pytest.mark.parametrize("page", ["my_session", "squad", "diary"])
def test_the_heat_of_a_start_goes_on_every_page(page, changed):
    test = app(page, **used_start())
    assert wbgt(test) is not None
    fill(test, changed)
    assert wbgt(test) is None
    assert test.session_state["FormState"].start_weather is None


def of_the_hour(test):
    """Let the heat of the start be the mean over an hour."""
    form = test.session_state["FormState"]
    form.start_weather = replace(form.start_weather, minutes=60.0)
    return fill(test, {})


@pytest.mark.parametrize("page", ["my_session", "squad"])
def test_the_heat_of_a_start_goes_with_another_duration_and_the_page_says_so(page):
    test = of_the_hour(app(page, **used_start()))
    air = test.session_state["air_temperature_c"]
    assert wbgt(test) is not None
    # A duration that cannot be read is not another one.
    for minutes in ("1", "60"):
        fill(test, {"duration_min": minutes})
        assert wbgt(test) is not None
        assert "another duration" not in told(test)
    fill(test, {"duration_min": "2:00"})
    assert wbgt(test) is None
    assert not test.session_state["solar_radiation_w_m2"]
    assert test.session_state["air_temperature_c"] == air
    assert "another duration" in told(test)
    # Where the air comes from stays told, until it is another one.
    assert test.session_state["FormState"].start_weather.words == "Forecast."
    fill(test, {"air_temperature_c": 5.0})
    assert test.session_state["FormState"].start_weather is None
    assert "another duration" not in told(test)


def test_of_a_duration_that_is_not_known_the_assumed_one_is_said():
    test = app("my_session", **used_start(duration_min=None))
    weather = read_weather_file(
        (data_folder("examples_weather") / "open_meteo.json").read_bytes()
    )
    start = pd.Timestamp("2026-07-01T12:00", tz=weather.zone).to_pydatetime()

    def take():
        place.take(weather, start, shade=False)

    in_a_run(test, take)
    start_weather = test.session_state["FormState"].start_weather
    assert "a session of 1 h" in start_weather.words
    fill(test, {"duration_min": 60})
    assert wbgt(test) is not None
    fill(test, {"duration_min": 90})
    assert wbgt(test) is None


def test_after_a_reload_the_heat_of_a_start_still_goes_with_its_air(monkeypatch):
    test = of_the_hour(app(**used_start()))
    tab = json.dumps(test.session_state["DeviceState"].tab)
    new = app()
    monkeypatch.setattr(device, "_message", lambda _: tab)
    in_a_run(new, device._restored)
    assert own_answers(new) == own_answers(test)
    assert own_answers(new)["wbgt_c"] == float(wbgt(test))
    start_weather = new.session_state["FormState"].start_weather
    assert (start_weather.words, start_weather.minutes) == ("Forecast.", 60.0)
    fill(new, {"air_temperature_c": 5.0})
    assert wbgt(new) is None


def in_a_run(test, change):
    """Do something in the visit of a page, before it is drawn."""
    dress, todo = look.dress, [change]

    def dress_and_do(page):
        if todo:
            todo.pop()()
        dress(page)

    look.dress = dress_and_do
    try:
        test.run()
    finally:
        look.dress = dress
    assert not test.exception


def test_what_is_empty_is_let_go_when_the_page_changes():
    test = fill(app("my_session", **SIX), {"all_questions": True, "group": "today"})
    assert "sleep_h" in test.session_state
    go(test, "compare")
    kept = [n for n in FIELDS if n in test.session_state and not test.session_state[n]]
    assert "sleep_h" not in kept
    assert own_answers(go(test, "my_session")) == SIX


def test_the_heat_of_a_start_goes_with_a_lever_and_stays_with_the_plan_before():
    squad = pd.DataFrame({"athlete": list("ABCDEF"), "age_years": 40.0}, index=range(1, 7))
    hard = {"duration_min": 360.0, "session_rpe": 10}
    test = app("squad", SquadState=SquadState(squad), **used_start(**hard))
    credit = test.session_state["FormState"].start_weather
    before = wbgt(test)
    cooler = next(b for b in test.button if "cooler" in b.label)
    press(test, cooler.key)
    assert wbgt(test) < before
    # Plan A has its weather still, and where it came from.
    test.button_group(key="squad_plan").set_value("A").run()
    assert wbgt(test) == before
    assert test.session_state["FormState"].start_weather == credit
    fill(test, {"air_temperature_c": 5.0})
    assert wbgt(test) is None


def with_squad(**state):
    squad = pd.DataFrame(
        {"athlete": ["Ada", "Ben"], "age_years": [61.0, 25.0], "sex": ["x", "male"]},
        index=[1, 2],
    )
    return app("squad", SquadState=SquadState(squad), **{**SIX, **state})


def open_athlete(test, row):
    test.selectbox(key="squad_athlete").select(row).run()
    next(b for b in test.button if b.label == "Open in My session").click().run()
    if test.title[0].value != "My session":
        go(test, "my_session")
    assert not test.exception
    return test


def test_a_visit_to_an_athlete_ends_without_a_trace():
    none = {"conditions": ["none"], "medications": ["none"]}
    test = app(**MARATHON | {"start_time": None, **none})
    test.toggle(key="lever_pace").set_value(True).run()
    press(test, "take_levers")
    own = own_answers(test)
    squad = pd.DataFrame({"athlete": ["Ben"], "age_years": [25.0]}, index=[1])
    test.session_state["SquadState"] = SquadState(squad)
    open_athlete(go(test, "squad"), 1)
    assert "answers of Ben" in html_of(test)
    assert not [b for b in test.button if b.key == "go_back"]
    assert test.session_state["age_years"] == "25"
    go(go(test, "squad"), "my_session")
    assert own_answers(test) == own
    assert "answers of Ben" not in html_of(test)
    assert not [b for b in test.button if b.key == "go_back"]


def test_the_answers_of_an_athlete_who_is_open_are_kept_nowhere():
    visit = FormState(visit=Visit("Ben <b>", {"sport": "cycling"}))
    test = app(**SIX, FormState=visit, box_options=True)
    assert "answers of Ben &lt;b&gt;" in html_of(test)
    assert [b for b in test.button if b.key == "back_to_squad"]
    assert number_of(test)
    assert (own_answers(test), address_of(test)) == ({}, {})
    press(test, "leave_visit")
    assert "answers of Ben" not in html_of(test)
    assert "answers of Ben" not in html_of(go(test, "diary"))


def test_what_was_wrong_with_an_athlete_is_told_in_my_session():
    test = open_athlete(with_squad(), 1)
    assert "Sex is x" in html_of(test)


def visiting(**own):
    """Ben is open, with a medicine of his own."""
    return fill(open_athlete(with_squad(**own), 2), {"medications": ["statin"]})


def test_ones_own_answers_come_back_whole_and_nothing_of_an_athlete_is_taken_back():
    own = {"medications": ["loop_diuretic"], "sleep_h": 5.0}
    test = fill(visiting(**own), {"box_options": True})
    assert not [b for b in test.button if b.key in ("clear", "example")]
    press(test, "leave_visit")
    assert own_answers(test) == {**SIX, **own}
    assert address_of(test)["age_years"] == "40"
    assert not [b for b in test.button if b.key == "go_back"]
    assert "Sex is x" not in html_of(test)


def test_a_step_is_taken_back_only_where_it_was_done():
    of_ben = Step("Changed plan", {"athlete": "Ben"}, SIX, Visit("Ben", {}))
    test = app(**SIX, MySessionState=MySessionState(step=of_ben))
    assert not [b for b in test.button if b.key == "go_back"]
    of_ben = Step("Changed plan", {"athlete": "Ben"}, SIX, None)
    test = app(**SIX, MySessionState=MySessionState(step=of_ben))
    assert [b for b in test.button if b.key == "go_back"]


@pytest.mark.parametrize(
    ("page", "whose"),
    [
        ("start", "answers of Ben"),
        ("diary", "answers of Ben"),
        ("compare", "Ben, from the squad, is open"),
        ("training", "Ben, from the squad, is open"),
        ("saved", "Ben, from the squad, is open"),
    ],
)
def test_each_page_says_whose_answers_it_shows(database, page, whose):
    test = go(visiting(), page)
    assert html_of(test).count(whose) == 1
    if "is open" in whose:
        press(test, "leave_visit")
        assert "Ben, from" not in html_of(test)
        assert own_answers(test) == SIX


def test_an_athletes_answers_are_not_kept_as_ones_own():
    test = fill(visiting(), {"box_keep": True})
    assert "only your own answers can be kept" in html_of(test)
    assert not [b for b in test.button if b.label.startswith(("Keep ", "Use the"))]


def test_what_is_saved_and_opened_is_ones_own_while_an_athlete_is_open(database):
    public = {**SIX, "duration_min": 90.0}
    database.save(LOCAL, "plan", "Long", public)
    (entry,) = database.items(LOCAL, "plan")
    own = {"medications": ["loop_diuretic"]}
    test = fill(go(go(visiting(**own), "compare"), "saved"), {"save_private": True})
    for kind in ("plan", "athlete", "scenarios"):
        fill(test, {"save_what": kind})
        fill(test, {f"save_name_{kind}": "Mine"})
        press(test, f"save_{kind}")
        (saved,) = (e for e in database.items(LOCAL, kind) if e.name == "Mine")
        content = str(database.load(LOCAL, kind, saved.id).content)
        assert "loop_diuretic" in content
        assert not {"statin", "Ben"} & {*re.findall(r"\w+", content)}
    test.button(key=f"open_{entry.id}").click().run()
    assert own_answers(test) == {**public, **own}
    assert test.session_state["FormState"].visit is None


def test_a_log_answers_nothing_for_an_athlete_who_is_open():
    test = go(app(**SIX), "training")
    (examples,) = (w for w in test.get("button_group") if w.key == "log_example")
    examples.set_value("strava_activities.csv").run()
    assert [b for b in test.button if b.key == "log_use"]
    squad = pd.DataFrame({"athlete": ["Ben"], "age_years": [25.0]}, index=[1])
    test.session_state["SquadState"] = SquadState(squad)
    go(open_athlete(go(test, "squad"), 1), "training")
    assert not [b for b in test.button if b.key == "log_use"]
    press(test, "leave_visit")
    press(test, "log_use")
    assert own_answers(test).keys() > SIX.keys()


def test_the_diary_says_whose_answers_it_would_write(database):
    test = open_athlete(with_squad(), 2)
    assert "answers of Ben" in html_of(go(test, "diary"))


def test_a_saved_athlete_takes_nothing_of_the_one_before(database):
    database.save(LOCAL, "athlete", "Ben", {"athlete": "Ben", "age_years": 25.0})
    (entry,) = database.items(LOCAL, "athlete")
    of_another = {"red_flags": ["none"], "illness_24h": "yes", "sleep_h": 4.0}
    test = app("saved", **SIX, **of_another)
    test.button(key=f"open_{entry.id}").click().run()
    assert test.session_state["age_years"] == "25"
    held = own_answers(go(test, "my_session"))
    assert not {*of_another} & {*held}
    assert test.session_state["sport"] == "running"


def test_saving_again_keeps_health_answers_after_a_look_elsewhere(database):
    database.save(LOCAL, "plan", "P", {**SIX, "medications": ["statin"]})
    (entry,) = database.items(LOCAL, "plan")
    test = app("saved")
    test.button(key=f"open_{entry.id}").click().run()
    go(go(go(test, "saved"), "guide"), "saved")
    test.button(key="save_plan").click().run()
    test.button(key="replace").click().run()
    assert [e.version for e in database.items(LOCAL, "plan")] == [2]
    assert database.load(LOCAL, "plan", entry.id).content["medications"] == ["statin"]


def test_the_diarys_day_follows_the_plan_until_one_is_chosen(database):
    test = app("diary", **SIX)
    test.session_state["start_time"] = datetime(2026, 12, 24, 9, 0)
    test.run()
    assert test.date_input(key="diary_day").value == date(2026, 12, 24)
    test.date_input(key="diary_day").set_value(date(2026, 12, 27)).run()
    test.run()
    assert test.date_input(key="diary_day").value == date(2026, 12, 27)


def test_the_logs_sport_follows_the_plan_until_one_is_chosen():
    test = app("training", **SIX)
    (examples,) = (w for w in test.get("button_group") if w.key == "log_example")
    examples.set_value("strava_activities.csv").run()
    assert test.session_state["log_sport"] == "running"
    test.session_state["sport"] = "cycling"
    test.run()
    assert test.session_state["log_sport"] == "cycling"
    test.session_state["log_plan"] = True
    test.run()
    assert test.selectbox(key="log_sport").value == "cycling"
    test.selectbox(key="log_sport").select("running").run()
    assert "The sport in My session becomes running" in html_of(test)


def test_columns_of_an_old_file_do_not_come_back_over_another_squad():
    test = fill(app("squad", **SIX), {"box_squad_groups": True})
    test.file_uploader[0].upload("list.csv", b"Name,Age\nAnna,20\n").run()
    assert test.session_state["SquadState"].source is not None
    another = pd.DataFrame({"athlete": ["Z"], "age_years": [30.0]})
    test.session_state["SquadState"].to_open = another
    fill(test, {"box_squad_groups": True})
    assert test.session_state["SquadState"].athletes["athlete"].tolist() == ["Z"]
    assert not [b for b in test.button if b.label == "Change what the columns mean"]


def test_a_start_for_the_squad_goes_to_the_squads_plan():
    test = open_athlete(with_squad(), 2)
    weather = read_weather_file(
        (data_folder("examples_weather") / "open_meteo.json").read_bytes()
    )
    test.session_state["StartState"] = StartState(weather, shown_whole=True)
    go(test, "start").button_group(key="start_whom").set_value("The squad").run()
    press(test, "use_start")
    go(test, "squad")
    assert wbgt(test) is not None
    assert test.session_state["FormState"].visit is None


def test_what_a_search_for_a_place_came_to_stays_on_its_page():
    page = app("my_session", PlaceState=PlaceState(problem="No place is called 'X'."))
    page.session_state["PlaceState"].problem = "No place is called 'X'."
    assert "No place is called" in html_of(page.run())
    for name in ("squad", "start", "my_session"):
        assert "No place is called" not in html_of(go(page, name))
