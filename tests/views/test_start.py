"""The page Best start, by Streamlit's own test driver and in a real browser."""

import csv
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from html import unescape
from io import StringIO
from urllib.parse import urlencode

import pandas as pd
import pytest
from icalendar import Calendar
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from riskmodel import assess, best_start, best_start_squad, typed_weather
from riskmodel.datasets import data_folder
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.inputs.units import unit_of
from riskmodel.reporting.starts import day_words
from riskmodel.scoring.bands import in_100_brief
from riskmodel.scoring.grid import WEATHER_FIELDS
from riskmodel.squad.plan import PLAN_FIELDS
from riskmodel.starts.scores import IN_WATER, INDOORS
from riskmodel.views.start_chart import calendar_html, card_html, number_html
from riskmodel.views.state import (
    FormState,
    NavigationState,
    SquadState,
    StartState,
    StartWeather,
)
from riskmodel.weather.files import read_weather_file
from riskmodel.weather.open_meteo import forget
from riskmodel.weather.over_session import weather_answers
from riskmodel.weather.several_places import SeveralPlacesError
from tests.browser import axe, choose, download, fits, in_both_windows, ready
from tests.conftest import CHECKOUT
from tests.views.pages import APP
from tests.views.test_my_session import SIX
from tests.weather_service import PLACES, weather_service

PAGE = str(CHECKOUT / "riskmodel" / "views" / "start.py")
FILE = data_folder("examples_weather") / "open_meteo.json"
RUN = {name: v for name, v in SIX.items() if name not in WEATHER_FIELDS}
LIMITS = {"earliest": "05:00", "latest": "21:00", "step_min": 60}
# The example lies in the past: all of it is asked for.
WHOLE = {**LIMITS, "first": datetime(2026, 6, 30, 22, tzinfo=UTC)}
PLANNED = datetime(2026, 7, 2, 14)
SQUAD = pd.DataFrame({"athlete": list("ABC"), "age_years": [20.0, 30.0, 45.0]})


@pytest.fixture
def service(monkeypatch):
    with weather_service() as made:
        monkeypatch.setenv("CRAMPRISK_FORECAST_URL", f"{made.url}/v1/forecast")
        monkeypatch.setenv("CRAMPRISK_PLACES_URL", f"{made.url}/v1/search")
        monkeypatch.setattr("riskmodel.weather.open_meteo._pause", lambda s: None)
        forget()
        yield made


def opened(answers=RUN, **state):
    page = AppTest.from_file(PAGE, default_timeout=30)
    for name, value in {**answers, **state}.items():
        page.session_state[name] = value
    page.run()
    assert not page.exception
    return page


def told(page):
    return " ".join(e.proto.body for e in page.get("html"))


def pills(page, key):
    (found,) = (w for w in page.get("button_group") if w.key == key)
    return found


def buttons(page):
    return {button.key for button in page.button}


def with_file(answers=RUN, **state):
    weather = read_weather_file(FILE.read_bytes())
    return opened(
        answers, StartState=StartState(weather, shown_whole=True), **state
    ), weather


# ------------------------------------------------------------------------- the answer


def test_the_page_shows_what_python_says():
    page, weather = with_file()
    best = best_start(RUN, weather, **WHOLE)
    first = min(best.by_day, key=lambda day: (day.shown, not day.daylight))
    assert pd.Timestamp(page.session_state["start_chosen"]) == first.start
    row = best.starts.loc[first.start.tz_convert("UTC")]
    assert card_html(best, row) in told(page)
    assert calendar_html(best, first.start) in told(page)
    # One tap for the best of each day.
    day = best.by_day[1]
    pills(page, "start_best").set_value(day.start.tz_convert("UTC").isoformat()).run()
    assert calendar_html(best, day.start) in told(page)
    assert 'href="https://open-meteo.com/"' in told(page)


@pytest.mark.parametrize("whom", ["one", "squad"])
def test_the_calendar_is_a_table_with_headers_and_every_number(whom):
    weather = read_weather_file(FILE.read_bytes())
    best = (
        best_start(RUN, weather, **WHOLE)
        if whom == "one"
        else best_start_squad(SQUAD, RUN, weather, **WHOLE)
    )
    html = calendar_html(best, best.by_day[0].start)
    assert html.count('<th scope="col">') == 1 + 3
    assert html.count('<th scope="row">') == 17
    assert html.count("<td") == 3 * 17
    allowed = best.starts[best.starts["allowed"]]
    name = "probability" if whom == "one" else "expected"
    for _, row in allowed[allowed[name].notna()].iterrows():
        assert f">{number_html(best, row[name])}<" in html
        assert f"b-{row['band']}" in html
    assert html.count("★</i>") == len(best.by_day) == 3
    assert (
        html.count("the sun is down</span>") == (~allowed["daylight"]).sum()
        or "dark" in html
    )
    for problem in set(allowed["problem"]) - {""}:
        assert problem in html
    # What a dash means is told where one stands.
    key = "– no number: weather is missing"
    assert (key in html) == ("–<span" in html) == (allowed["problem"] != "").any()


def test_the_planned_start_stands_against_the_best_of_its_day():
    page, weather = with_file(start_planned=PLANNED)
    planned = pd.Timestamp(PLANNED, tz=weather.zone)
    best = best_start(RUN, weather, planned=planned, **WHOLE)
    first = best.by_day[0]
    assert first.day == PLANNED.date()
    assert pd.Timestamp(page.session_state["start_chosen"]) == first.start
    before = number_html(best, best.planned["probability"])
    assert f"<s>{before}</s>" in told(page)
    assert "◆</i>" in calendar_html(best, first.start)
    assert "Your planned start" in told(page)


def test_the_planned_start_of_the_session_is_taken_where_none_is_said_here():
    own = {**RUN, "start_time": datetime(2026, 7, 3, 18), "start_offset_min": 120}
    page, _ = with_file(own)
    assert pd.Timestamp(page.session_state["start_chosen"]).date() == date(2026, 7, 3)


def test_of_a_fixed_start_nothing_else_is_shown():
    page, weather = with_file(start_planned=PLANNED, start_fixed=True)
    planned = pd.Timestamp(PLANNED, tz=weather.zone)
    assert pd.Timestamp(page.session_state["start_chosen"]) == planned
    assert "cr-cal" not in told(page)
    assert len(page.selectbox(key="start_chosen").options) == 1
    # Without a planned start there is nothing to be fixed.
    page, _ = with_file(start_fixed=True)
    assert "cr-cal" in told(page)


def test_a_start_that_is_used_gives_the_same_number_in_my_session():
    page, weather = with_file()
    day_best = best_start(RUN, weather, **WHOLE).by_day[1]
    page.session_state["start_chosen"] = day_best.start.tz_convert("UTC").isoformat()
    page.run()
    page.button(key="use_start").click().run()
    answers = page.session_state["FormState"].start_weather.answers
    met = {name: v for name, v in answers.items() if name in WEATHER_FIELDS}
    assert assess({**RUN, **met}).probability == pytest.approx(day_best.value, rel=1e-9)
    assert "Open-Meteo" in page.session_state["FormState"].start_weather.words


@pytest.mark.parametrize("degrees", ["°C", "°F"])
def test_the_weather_of_a_start_is_kept_as_people_would_type_it(degrees):
    page, _ = with_file()
    page.session_state["FormState"].units = {"°C": degrees}
    page.run()
    page.button(key="use_start").click().run()
    answers = page.session_state["FormState"].start_weather.answers
    for name, value in answers.items():
        field = FIELDS[name]
        if field.unit in ("%", "W/m²", "°C", "m/s"):
            shown = unit_of(field.unit, {"°C": degrees}).shown(value)
            decimals = 0 if field.unit in ("%", "W/m²") else 1
            assert shown == pytest.approx(round(shown, decimals), abs=1e-9)
    assert answers["relative_humidity_pct"] == round(answers["relative_humidity_pct"])


def measure_on_site(page, wbgt_c):
    (field,) = (n for n in page.text_input if n.key.startswith("on_site_°C_"))
    field.set_value(str(wbgt_c)).run()
    assert not page.exception


def shown_number(page):
    (card,) = re.findall(
        r'<span class="cr-num">(?:<s>.*</span>)?([^<]+)</span>', told(page)
    )
    return unescape(card)


def test_what_is_measured_on_site_replaces_the_forecast():
    page, weather = with_file(on_site=True)
    forecast = shown_number(page)
    measure_on_site(page, 33.5)
    start = pd.Timestamp(page.session_state["start_chosen"])
    minutes = RUN["duration_min"]
    met = weather_answers(weather, start.to_pydatetime(), minutes, shade=False)
    answer = assess({**RUN, **met, "wbgt_c": 33.5})
    assert shown_number(page) == in_100_brief(answer.probability) != forecast
    page.button(key="use_start").click().run()
    assert page.session_state["FormState"].start_weather.answers["wbgt_c"] == 33.5


def closed(page):
    page.session_state["on_site"] = False


def elsewhere(page):
    held = page.session_state["StartState"]
    held.weather = replace(held.weather, longitude_deg=held.weather.longitude_deg + 5.0)


def in_a_squad(page):
    page.session_state["SquadState"] = SquadState(SQUAD)
    page.session_state["start_whom"] = "The squad"


@pytest.mark.parametrize("change", [closed, elsewhere, in_a_squad])
def test_what_was_measured_counts_there_and_while_its_box_is_open(change):
    page, _ = with_file(on_site=True)
    forecast = shown_number(page)
    measure_on_site(page, 33.5)
    change(page)
    page.run()
    if change is not in_a_squad:
        assert shown_number(page) == forecast
    page.button(key="use_start").click().run()
    assert page.session_state["FormState"].start_weather.answers["wbgt_c"] != 33.5


def test_what_cannot_have_been_measured_costs_no_number():
    page, _ = with_file(on_site=True)
    forecast = shown_number(page)
    measure_on_site(page, 300.0)
    assert 'class="cr-fault"' in told(page)
    assert shown_number(page) == forecast
    page.button(key="use_start").click().run()
    assert page.session_state["FormState"].start_weather.answers["wbgt_c"] < 40.0


def test_the_squad_gets_expected_numbers_and_the_switch_opens_where_one_comes_from():
    page, weather = with_file(
        SquadState=SquadState(SQUAD), NavigationState=NavigationState(came_from="squad")
    )
    plan = {n: v for n, v in RUN.items() if n in PLAN_FIELDS}
    best = best_start_squad(SQUAD, plan, weather, **WHOLE)
    first = min(best.by_day, key=lambda day: (day.shown, not day.daylight))
    assert page.session_state["start_whom"] == "The squad"
    assert calendar_html(best, first.start) in told(page)
    assert "of 3 athletes" in told(page)
    page.session_state["NavigationState"].came_from = "my_session"
    page.run()
    assert page.session_state["start_whom"] == "My session"
    page.session_state["start_whom"] = "The squad"
    page.run()
    page.button(key="use_start").click().run()
    assert page.session_state["FormState"].start_weather.answers["wbgt_c"] is not None


def test_of_the_squad_no_age_is_asked():
    young = {n: v for n, v in RUN.items() if n != "age_years"}
    page, _ = with_file(young, SquadState=SquadState(SQUAD), start_whom="The squad")
    assert "use_start" in buttons(page)
    page, _ = with_file(young, SquadState=SquadState(SQUAD), start_whom="My session")
    assert "use_start" not in buttons(page)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({**RUN, "sky": "indoor"}, str(INDOORS)),
        ({**RUN, "sport": "swimming"}, str(IN_WATER)),
    ],
)
def test_a_session_that_the_weather_says_nothing_of_says_why(answers, said):
    page, _ = with_file(answers)
    assert said in told(page)
    assert "use_start" not in buttons(page)


def test_limits_that_leave_no_start_are_told():
    page, _ = with_file(start_earliest=time(0), start_latest=time(1), start_daylight=True)
    assert "No start is within the limits and the daylight." in told(page)
    assert "cr-cal" not in told(page)


@pytest.mark.parametrize(
    "answers",
    [{**RUN, "red_flags": ["swollen_calf"]}, {**RUN, "illness_24h": "yes"}],
    ids=["sign", "illness"],
)
def test_who_must_not_start_gets_the_reason_in_the_place_of_any_number(answers):
    page, weather = with_file(answers)
    assert "Do not start yet" in told(page)
    for guard in best_start(answers, weather, **WHOLE).guards:
        assert guard.sentence in told(page).replace("&#x27;", "'")
    assert "cr-num" not in told(page)
    assert "cr-cal" not in told(page)


def test_what_cannot_be_read_is_told_and_the_picture_is_an_example():
    page, _ = with_file({**RUN, "duration_min": "9000"})
    assert "Planned duration is" in told(page)
    assert "Example session" in told(page)
    assert "use_start" not in buttons(page)


def test_a_newcomer_sees_an_example_that_says_so_and_cannot_be_used():
    page = opened({})
    assert "Example weather" in told(page)
    assert "Example session" in told(page)
    assert "cr-cal" in told(page)
    assert "use_start" not in buttons(page)
    assert not page.get("download_button")
    # Nothing of it becomes the reader's.
    assert not any(page.session_state[n] for n in FIELDS if n in page.session_state)
    assert page.session_state["StartState"].weather is None


# ------------------------------------------------------------------------- the weather


def search(page, name):
    page.text_input(key="start_place").set_value(name).run()
    assert not page.exception


def test_of_a_file_of_several_places_one_is_asked():
    weather = json.loads(FILE.read_bytes())
    other = {**weather, "latitude": 48.3, "longitude": 14.3}
    content = json.dumps([weather, other]).encode()
    with pytest.raises(SeveralPlacesError) as caught:
        read_weather_file(content)
    asked = StartState(file=content, file_places=caught.value.places, shown_whole=True)
    page = opened(StartState=asked)
    box = page.selectbox(key="file_location")
    assert box.label == "Your file holds 2 places. Which one?"
    assert box.options == ["48.2, 16.38 (Europe/Vienna)", "48.3, 14.3 (Europe/Vienna)"]
    # No number of an example stands below the question.
    assert "Example weather" not in told(page)
    assert "of 100 sessions" not in told(page)
    box.set_value(1).run()
    read = page.session_state["StartState"].weather
    assert (read.latitude_deg, read.place) == (48.3, "48.3, 14.3")
    assert "Example weather" not in told(page)
    # Taken back, no place is shown as if it were meant.
    page.selectbox(key="file_location").set_value(None).run()
    assert page.session_state["StartState"].weather is None


def test_a_doubt_and_an_hour_left_open_are_told():
    weather = json.loads(FILE.read_bytes())
    weather["hourly"]["temperature_2m"][14] = 84
    for place, n_doubts in ((16.38, 0), (-116.38, 1)):
        read = read_weather_file(json.dumps({**weather, "longitude": place}).encode())
        page = opened(StartState=StartState(read, shown_whole=True))
        assert len(read.doubts) == n_doubts
        assert [told(page).count(str(doubt)) for doubt in read.doubts] == [1] * n_doubts
        assert told(page).count(str(read.left_open[0])) == 1


def test_the_service_is_asked_once_and_told_two_decimals(service):
    page = opened()
    search(page, "Vienna")
    pills(page, "place_at").set_value(0).run()
    assert not page.exception
    assert f"Fetched {day_words(pd.Timestamp.now('Europe/Vienna'))}" in told(page)
    next(b for b in page.button if b.label == "Fetch again").click().run()
    paths = [path for path, _, _ in service.log]
    assert paths == ["/v1/search", "/v1/forecast"]
    asked = service.log[1][1]
    assert (asked["latitude"], asked["longitude"]) == ("48.21", "16.37")
    # The place is one tap the next time.
    assert page.button(key="my_place").label == "My place: Vienna"


def by_hand(page, low=16.0, high=33.0):
    page.session_state["by_hand"] = True
    page.run()
    page.text_input(key="typed_low_°C").set_value(str(low)).run()
    page.text_input(key="typed_high_°C").set_value(str(high)).run()
    return page


def test_a_fault_keeps_the_last_forecast_and_shows_the_way_on(service):
    page = opened()
    search(page, "Vienna")
    pills(page, "place_at").set_value(0).run()
    before = re.findall(r'<table class="cr-cal.*?</table>', told(page))
    forget()
    service.faults = [(500, {}, b"oops")] * 3
    next(b for b in page.button if b.label == "Fetch again").click().run()
    assert not page.exception
    assert "is busy now (status 500)" in told(page)
    assert "The weather can be set by hand." in told(page)
    assert "It is the last that could be fetched" in told(page)
    assert re.findall(r'<table class="cr-cal.*?</table>', told(page)) == before
    by_hand(page).button(key="use_typed").click().run()
    assert not page.exception
    weather = page.session_state["StartState"].weather
    # The place that is kept gives the sun.
    assert (weather.kind, weather.latitude_deg) == ("typed", 48.21)
    assert "Wind is not given and was taken as 2 m/s." in told(page)


def test_without_any_place_two_temperatures_and_a_position_are_asked():
    page = by_hand(opened())
    assert page.button(key="use_typed").disabled
    page.text_input(key="typed_latitude_deg").set_value("-33.9").run()
    page.text_input(key="typed_longitude_deg").set_value("18.4").run()
    page.toggle(key="typed_usual").set_value(True).run()
    page.button(key="use_typed").click().run()
    assert not page.exception
    assert "Usual climate of that time of year, not a forecast" in told(page)
    assert page.session_state["by_hand"] is False


def test_what_cannot_be_had_by_hand_is_told_there():
    page = by_hand(opened(), low=30.0, high=20.0)
    page.text_input(key="typed_latitude_deg").set_value("48.2").run()
    page.text_input(key="typed_longitude_deg").set_value("16.4").run()
    page.button(key="use_typed").click().run()
    assert "The coolest hour is warmer than the warmest." in told(page)
    assert "Example weather" in told(page)


def test_a_place_that_nobody_knows_is_told(service):
    service.places = []
    page = opened()
    search(page, "Nowhere")
    assert "No place is called" in told(page)
    search(page, "x")
    assert "2 to 100 letters" in told(page)


def test_places_of_the_same_name_can_be_told_apart(service):
    service.places = [{**PLACES[1], "latitude": at} for at in (38.9, 39.3)]
    page = opened()
    search(page, "Vienna")
    labels = [*pills(page, "place_at").options]
    assert labels == [
        "Vienna, United States (38.9, -77.27)",
        "Vienna, United States (39.3, -77.27)",
    ]


def test_a_service_that_is_away_leads_to_two_temperatures(service, monkeypatch):
    monkeypatch.setenv("CRAMPRISK_PLACES_URL", "http://127.0.0.1:9/v1/search")
    page = opened()
    search(page, "Vienna")
    words = "The weather service cannot be reached. The weather can be set by hand."
    assert words in told(page)


def test_a_number_typed_in_one_unit_does_not_count_in_another():
    page = by_hand(opened())
    page.session_state["FormState"].units = {"°C": "°F"}
    page.run()
    assert page.text_input(key="typed_low_°F").value == ""


def test_a_start_that_was_used_goes_when_another_weather_is_answered():
    weather = read_weather_file(FILE.read_bytes())
    start = best_start(RUN, weather, **WHOLE).by_day[0].start
    given, _ = tidy(weather_answers(weather, start.to_pydatetime(), 60.0))
    page = AppTest.from_file(APP, default_timeout=30).run()
    moment = datetime.fromisoformat(given["start_time"]).replace(tzinfo=None)
    for name, value in {**RUN, **given, "start_time": moment}.items():
        page.session_state[name] = f"{value:.17g}" if isinstance(value, float) else value
    page.session_state["start_offset_min"] = 120
    page.session_state["FormState"] = FormState(start_weather=StartWeather(given, "It."))
    page.run()
    assert not page.exception
    assert float(page.session_state["wbgt_c"]) == given["wbgt_c"]
    page.text_input(key="air_temperature_c").set_value("12").run()
    assert not page.session_state["wbgt_c"]
    assert not page.session_state["solar_radiation_w_m2"]


@pytest.mark.parametrize(
    ("place", "day", "dark"),
    [
        ((48.2, 16.4, "Europe/Vienna"), date(2027, 7, 4), {0, 1, 2, 3, 4, 21, 22, 23}),
        ((69.6, 18.9, "Europe/Oslo"), date(2027, 6, 21), set()),
        ((69.6, 18.9, "Europe/Oslo"), date(2027, 12, 21), {*range(24)}),
    ],
)
def test_hours_are_striped_where_the_sun_is_down(place, day, dark):
    latitude, longitude, zone = place
    weather = typed_weather(
        day,
        latitude_deg=latitude,
        longitude_deg=longitude,
        time_zone=zone,
        coolest_c=10,
        warmest_c=20,
    )
    best = best_start(RUN, weather, earliest="00:00", latest="23:59")
    html = calendar_html(best, best.by_day[0].start)
    rows = re.findall(r'<th scope="row">(\d\d):00</th><td class="[^"]*?( dark)?[ "]', html)
    assert {int(hour) for hour, stripes in rows if stripes} == dark


# ------------------------------------------------------------------------- the browser


def to_best_start(open_page, viewport, scheme="light"):
    query = urlencode({n: f"{v:g}" if isinstance(v, float) else v for n, v in SIX.items()})
    page = open_page(viewport, scheme, f"/?{query}")
    page.locator(".st-key-nav").get_by_role("link", name="Best start").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("When is the best start?")
    ready(page)
    return page


def take_vienna(page):
    page.get_by_label("Place").fill("Vienna")
    page.keyboard.press("Enter")
    ready(page)
    page.get_by_text("Vienna, Austria", exact=True).click()
    ready(page)
    expect(page.get_by_text("Example weather")).to_have_count(0)


@in_both_windows
def test_an_athlete_finds_the_best_hour(open_page, sky, viewport, scheme):
    page = to_best_start(open_page, viewport, scheme)
    expect(page.get_by_text("Example weather: choose your place")).to_be_visible()
    assert axe(page) == []
    take_vienna(page)
    expect(page.get_by_role("link", name="Weather data by Open-Meteo.com")).to_be_visible()
    calendar = page.get_by_role("table", name="Number of 100 sessions")
    days = calendar.get_by_role("columnheader")
    expect(days.nth(6)).to_be_visible()
    assert days.count() in (7, 8)  # late in the day today has no start left
    assert axe(page) == []
    fits(page)
    page.locator(".st-key-start_best").get_by_role("radio").nth(2).click()
    ready(page)
    third = calendar.get_by_role("row").nth(1).get_by_role("cell").nth(2)
    expect(third).to_have_class(re.compile("chosen"))
    text = download(page, "All starts, CSV").read_text("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    assert len(rows) >= 24 * 6
    assert datetime.fromisoformat(rows[0]["start"]).utcoffset() is not None
    number = page.locator(".cr-start .cr-num").inner_text()
    (event,) = Calendar.from_ical(download(page, "Into my calendar").read_bytes()).walk(
        "VEVENT"
    )
    assert f"cramp risk {number} of 100" in str(event["summary"])
    there = page.context.new_page()
    there.goto(str(event["url"]))
    ready(there)
    expect(there.locator(".cr-answer .cr-num")).to_have_text(number)
    there.close()
    page.get_by_role("button", name="Use in My session").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("How likely")
    ready(page)
    expect(page.locator(".cr-answer .cr-num")).to_have_text(number)
    # The place is one tap from now on.
    page.locator(".st-key-nav").get_by_role("link", name="Best start").click()
    ready(page)
    expect(page.get_by_role("button", name="My place: Vienna")).to_be_visible()


def open_limits(page):
    page.locator(".st-key-start_limits").get_by_role("button").first.click()
    expect(page.get_by_text("Only in daylight")).to_be_visible()
    ready(page)


@in_both_windows
def test_the_planned_start_meets_the_best_of_its_day(open_page, sky, viewport, scheme):
    page = to_best_start(open_page, viewport, scheme)
    take_vienna(page)
    open_limits(page)
    assert axe(page, both_schemes=False) == []
    tomorrow = pd.Timestamp.now("Europe/Vienna") + pd.Timedelta("1D")
    page.get_by_label("year, Planned start").click()
    page.keyboard.type(f"{tomorrow:%Y%m%d}1400")
    page.keyboard.press("Enter")
    ready(page)
    page.keyboard.press("Escape")
    open_limits(page)
    page.get_by_text("Fixed start").click()
    ready(page)
    page.keyboard.press("Escape")
    expect(page.locator(".cr-cal")).to_have_count(0)
    expect(page.locator(".cr-planned")).to_have_text("Your planned start")
    open_limits(page)
    page.get_by_text("Fixed start").click()
    ready(page)
    page.keyboard.press("Escape")
    ready(page)
    expect(page.locator(".cr-start .cr-num s")).to_be_visible()
    expect(page.locator(".cr-planned .cr-chip")).to_be_visible()
    expect(page.locator(".cr-cal").get_by_text("planned")).to_have_count(1)
    fits(page)


@in_both_windows
def test_two_temperatures_or_a_file_are_enough(open_page, viewport, scheme):
    page = to_best_start(open_page, viewport, scheme)
    page.get_by_role("button", name="By hand").click()
    ready(page)
    assert axe(page, both_schemes=False) == []
    for label, value in (("Coolest, °C", "15"), ("Warmest, °C", "31")):
        page.get_by_label(label).fill(value)
        page.keyboard.press("Enter")
        ready(page)
    page.get_by_role("button", name="Use this weather").click()
    ready(page)
    expect(page.get_by_text("Weather typed by hand.")).to_be_visible()
    expect(page.get_by_text("the sun is that of London")).to_be_visible()
    page.get_by_role("button", name="File").click()
    ready(page)
    nonsense = {"name": "x.json", "mimeType": "application/json", "buffer": b"{}"}
    page.locator("input[type=file]").set_input_files(nonsense)
    expect(page.get_by_role("alert")).to_be_visible()
    ready(page)
    one = json.loads(FILE.read_bytes())
    both = json.dumps([one, {**one, "latitude": 48.3}]).encode()
    several = {"name": "two.json", "mimeType": "application/json", "buffer": both}
    page.locator("input[type=file]").set_input_files(several)
    expect(page.get_by_text("Your file holds 2 places. Which one?")).to_be_visible()
    ready(page)
    # Until then no other weather's number stands there.
    expect(page.locator(".cr-start")).to_have_count(0)
    expect(page.locator(".cr-cal")).to_have_count(0)
    assert axe(page, both_schemes=False) == []
    choose(page, "Your file holds 2 places. Which one?", "48.3, 16.38", exact=False)
    expect(page.get_by_text("This forecast is over")).to_be_visible()
    page.get_by_role("button", name="File").click()
    ready(page)
    choose(page, "Example", "open_meteo.json", exact=False)
    expect(page.get_by_text("A made-up example in the format")).to_be_visible()
    fits(page)


LIST = b"""athlete,age_years,illness_24h,cramp_sessions_12mo
Ada,16,no,6+
Ben,17,yes,0
Cy,16,no,6+
"""


@pytest.mark.parametrize("viewport", ["phone", "laptop"])
def test_a_coach_finds_the_best_hour_for_the_squad(open_page, sky, viewport):
    page = to_best_start(open_page, viewport, "dark")
    nav = page.locator(".st-key-nav")
    expect(page.get_by_text("For whom")).to_have_count(0)
    nav.get_by_role("link", name="Squad").click()
    ready(page)
    page.get_by_role("button", name="Bring your list").click()
    ready(page)
    squad_file = {"name": "squad.csv", "mimeType": "text/csv", "buffer": LIST}
    page.locator("input[type=file]").set_input_files(squad_file)
    expect(page.get_by_role("button", name="3 athletes").first).to_be_visible()
    ready(page)
    page.keyboard.press("Escape")
    nav.get_by_role("link", name="Best start").click()
    ready(page)
    expect(page.get_by_role("radio", name="The squad")).to_be_checked()
    take_vienna(page)
    # Who is ill counts in no number, and is named.
    expect(page.locator(".cr-start")).to_contain_text("of 2 athletes")
    expect(page.get_by_text("must not start and do not count: Ben")).to_be_visible()
    expect(page.get_by_role("table", name="Number of 2 athletes")).to_be_visible()
    assert axe(page) == []
    fits(page)
    number = page.locator(".cr-start .cr-num").inner_text()
    page.get_by_role("button", name="Use in Squad").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who needs attention?")
    ready(page)
    expect(page.locator(".cr-expected .cr-num").first).to_have_text(number)
    # What was planned alone is untouched.
    nav.get_by_role("link", name="My session").click()
    ready(page)
    expect(page.locator(".st-key-air_temperature_c input")).to_have_value("20")
