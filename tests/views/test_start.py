"""The page Best start, by Streamlit's own test driver and in a real browser."""

import csv
import re
from datetime import UTC, date, datetime
from io import StringIO
from urllib.parse import urlencode

import pandas as pd
import pytest
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from riskmodel import assess, best_start, best_start_squad
from riskmodel.datasets import data_folder
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.reporting.starts import day_best_words
from riskmodel.squad.scores import PLAN_FIELDS
from riskmodel.starts.scores import IN_WATER, INDOORS, WEATHER_FIELDS
from riskmodel.views import start_chart
from riskmodel.views.state import FormState, SquadState, StartState, StartWeather
from riskmodel.weather.files import read_weather_file
from riskmodel.weather.open_meteo import forget
from riskmodel.weather.over_session import weather_answers
from riskmodel.weather.typed import typed_weather
from tests.browser import axe, choose, download, fits, in_both_windows, ready
from tests.conftest import CHECKOUT
from tests.views.test_my_session import SIX
from tests.weather_service import weather_service

PAGE = str(CHECKOUT / "riskmodel" / "views" / "start.py")
FILE = data_folder("examples_weather") / "open_meteo.json"
RUN = {name: v for name, v in SIX.items() if name not in WEATHER_FIELDS}
LIMITS = {"earliest": "05:00", "latest": "21:00", "step_min": 60}
# The example lies in the past: all of it is asked for.
WHOLE = {**LIMITS, "first": datetime(2026, 6, 30, 22, tzinfo=UTC)}


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
    return " ".join(e.proto.body for e in page.main if e.type == "html")


def words(page):
    return " ".join(m.value for m in page.markdown)


def press(page, label):
    next(b for b in page.button if b.label == label).click().run()


def with_file(**state):
    weather = read_weather_file(FILE.read_bytes())
    return opened(StartState=StartState(weather, shown_whole=True), **state), weather


def test_the_page_says_what_python_says():
    page, weather = with_file()
    found = best_start(RUN, weather, **WHOLE)
    for day_best in found.by_day:
        assert f"**{day_best_words(found, day_best)}**" in words(page)
    row = found.starts[found.starts["allowed"]].iloc[0]
    assert f"**{row['in_100'].capitalize()} of 100**" in words(page)
    assert "[Weather data by Open-Meteo.com](https://open-meteo.com/)" in words(page)


def test_a_start_that_is_used_gives_the_same_number_in_my_session():
    page, weather = with_file()
    place = next(i for i, b in enumerate(page.button) if (b.key or "").startswith("look_1"))
    page.button[place].click().run()
    window = best_start(RUN, weather, **WHOLE).by_day[1]
    assert pd.Timestamp(page.session_state["start_chosen"]) == window.start
    press(page, "Use this start in My session")
    given = {n: page.session_state[n] for n in FIELDS if n in page.session_state}
    given = {n: v for n, v in given.items() if v not in (None, [], "")}
    moment = given.pop("start_time")
    offset = page.session_state["start_offset_min"]
    zone = weather.zone
    assert offset in (None, 120)
    given["start_time"] = moment.replace(tzinfo=zone).isoformat()
    assert assess(given).probability == pytest.approx(window.value, rel=1e-9)


def test_what_is_measured_on_site_replaces_the_forecast():
    page, _ = with_file()
    field = next(n for n in page.number_input if n.key.startswith("on_site_°C_"))
    field.set_value(29.5).run()
    assert "With it **about" in words(page)
    press(page, "Use this start in My session")
    assert page.session_state["wbgt_c"] == 29.5


def test_the_service_is_asked_once_and_told_two_decimals(service):
    page = opened()
    page.text_input(key="place_query").set_value("Vienna").run()
    press(page, "Search")
    page.selectbox(key="place_at").select(0).run()
    assert not page.exception
    assert "The best times" in [h.value for h in page.header]
    press(page, "Fetch again")
    page.run()
    paths = [path for path, _, _ in service.log]
    assert paths == ["/v1/search", "/v1/forecast"]
    asked = service.log[1][1]
    assert (asked["latitude"], asked["longitude"]) == ("48.21", "16.37")
    assert "Fetched just now" in told(page)


def test_a_fault_keeps_the_last_forecast_and_leaves_the_hand_free(service):
    page = opened()
    page.text_input(key="place_query").set_value("Vienna").run()
    press(page, "Search")
    page.selectbox(key="place_at").select(0).run()
    before = words(page)
    forget()
    service.faults = [(500, {}, b"oops")] * 3
    press(page, "Fetch again")
    assert not page.exception
    assert "is busy now (status 500)" in told(page)
    assert "It is the last that could be fetched" in told(page)
    assert words(page) == before
    by_hand = next(w for w in page.get("button_group") if w.key == "weather_source")
    by_hand.set_value("typed").run()
    assert not page.exception
    for key, value in {
        "typed_low_°C": 16.0,
        "typed_high_°C": 33.0,
        "typed_latitude": 48.2,
        "typed_longitude": 16.4,
    }.items():
        page.number_input(key=key).set_value(value).run()
    page.button(key="use_typed").click().run()
    assert not page.exception
    assert page.session_state["StartState"].weather.kind == "typed"
    assert "Weather typed by hand" in told(page)


def test_a_place_that_nobody_knows_is_told(service):
    service.places = []
    page = opened()
    page.text_input(key="place_query").set_value("Nowhere").run()
    press(page, "Search")
    assert "No place has that name." in told(page)
    page.text_input(key="place_query").set_value("x").run()
    press(page, "Search")
    assert "2 to 100 letters" in told(page)


def test_a_later_date_is_climate_and_not_called_a_forecast():
    page = opened(weather_source="climate")
    for key, value in {
        "climate_low_°C": 14.0,
        "climate_high_°C": 27.0,
        "climate_latitude": -33.9,
        "climate_longitude": 18.4,
    }.items():
        page.number_input(key=key).set_value(value).run()
    page.button(key="use_climate").click().run()
    assert not page.exception
    assert "Usual climate of that time of year, not a forecast" in told(page)
    # The day of the race, and not the one after it.
    (days,) = (w for w in page.get("button_group") if w.key == "start_day")
    assert len(days.options) == 2  # all days, and the one


def test_the_squad_gets_expected_numbers_by_hour():
    squad = pd.DataFrame({"athlete": list("ABC"), "age_years": [20.0, 30.0, 45.0]})
    page, weather = with_file(SquadState=SquadState(squad), start_whom="The squad")
    plan = {n: v for n, v in RUN.items() if n in PLAN_FIELDS}
    found = best_start_squad(squad, plan, weather, **WHOLE)
    for day_best in found.by_day:
        assert f"**{day_best_words(found, day_best)}**" in words(page)
    press(page, "Use this start in Squad")
    assert page.session_state["wbgt_c"] is not None


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({**RUN, "duration_min": 9000.0}, "Planned duration is 9000; allowed is 5 to 1440"),
        ({**RUN, "sky": "indoor"}, str(INDOORS)),
        ({**RUN, "sport": "swimming"}, str(IN_WATER)),
        ({**RUN, "red_flags": ["swollen_calf"]}, "no score until a doctor"),
    ],
)
def test_a_session_that_cannot_be_scored_says_why(answers, said):
    weather = read_weather_file(FILE.read_bytes())
    page = opened(answers, StartState=StartState(weather, shown_whole=True))
    everything = f"{told(page)} {words(page)} {' '.join(w.value for w in page.warning)}"
    assert said in everything
    assert "instead of" not in words(page)


@in_both_windows
def test_an_athlete_finds_the_best_hour(open_page, sky, viewport, scheme):
    query = urlencode({n: f"{v:g}" if isinstance(v, float) else v for n, v in SIX.items()})
    page = open_page(viewport, scheme, f"/?{query}")
    page.get_by_text("Go to: Best start").click()
    ready(page)
    expect(page.locator(".st-key-duration_min input")).to_have_value("60")
    page.get_by_label("Place").fill("Vienna")
    page.keyboard.press("Tab")
    ready(page)
    page.get_by_role("button", name="Search").click()
    ready(page)
    choose(page, "Which one", "Vienna, Austria", exact=False)
    expect(page.get_by_role("heading", name="The best times")).to_be_visible()
    ready(page)
    expect(page.get_by_test_id("stVegaLiteChart")).to_be_visible()
    expect(page.get_by_role("link", name="Weather data by Open-Meteo.com")).to_be_visible()
    assert axe(page) == []
    fits(page)
    chosen = page.locator(".st-key-start_chosen input")
    # Of today only what is left; tomorrow has all its hours.
    page.locator(".st-key-start_day button").nth(2).click()
    ready(page)
    points = page.locator("[data-testid=stVegaLiteChart] svg .mark-symbol path")
    expect(points).to_have_count(24)
    points.nth(5).click()
    expect(chosen).to_have_value(re.compile(r"0?5:00$"))
    ready(page)
    page.get_by_role("button", name="Look").nth(1).click()
    text = download(page, "All starts, CSV").read_text("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    assert len(rows) >= 24 * 6
    assert datetime.fromisoformat(rows[0]["start"]).utcoffset() is not None
    said = page.get_by_text(" of 100, ").first.inner_text()
    page.get_by_role("button", name="Use this start in My session").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My session")
    ready(page)
    expect(page.locator(".cr-total")).to_have_text(said.split(",")[0])


@pytest.mark.parametrize("viewport", ["phone", "laptop"])
def test_weather_comes_from_a_file_and_by_hand_and_for_a_later_date(open_page, viewport):
    query = urlencode({n: f"{v:g}" if isinstance(v, float) else v for n, v in SIX.items()})
    page = open_page(viewport, "light", f"/?{query}")
    page.get_by_text("Go to: Best start").click()
    ready(page)
    page.get_by_text("File", exact=True).click()
    ready(page)
    nonsense = {"name": "x.json", "mimeType": "application/json", "buffer": b"{}"}
    page.locator("input[type=file]").set_input_files(nonsense)
    expect(page.locator("p[role=status]").first).to_be_visible()
    page.goto(page.url.split("start")[0] + f"?{query}")
    ready(page)
    page.get_by_text("Go to: Best start").click()
    ready(page)
    page.get_by_text("File", exact=True).click()
    ready(page)
    page.locator("input[type=file]").set_input_files(FILE)
    expect(page.get_by_role("heading", name="The best times")).to_be_visible()
    ready(page)
    assert axe(page) == []
    for tab, day, low, high, said in (
        ("By hand", "Day", "15", "31", "Weather typed by hand"),
        (
            "A later date",
            "Date of the race",
            "12",
            "24",
            "Usual climate of that time of year, not a forecast",
        ),
    ):
        page.get_by_text(tab, exact=True).click()
        # Both ask for the same numbers: the day tells which one is shown.
        expect(
            page.get_by_test_id("stDateInput").get_by_text(day, exact=True)
        ).to_be_visible()
        ready(page)
        for label, value in (
            ("Coolest, °C", low),
            ("Warmest, °C", high),
            ("Latitude, °", "48.2"),
            ("Longitude, °", "16.4"),
        ):
            page.get_by_label(label).fill(value)
            page.keyboard.press("Tab")
            ready(page)
        page.get_by_role("button", name="Use this weather").click()
        expect(page.get_by_text(said)).to_be_visible()
        ready(page)
        expect(page.get_by_role("heading", name="The best times")).to_be_visible()
        assert axe(page) == []


@pytest.mark.parametrize("viewport", ["phone", "laptop"])
def test_a_coach_finds_the_best_hour_for_the_squad(open_page, viewport):
    query = urlencode({n: f"{v:g}" if isinstance(v, float) else v for n, v in SIX.items()})
    page = open_page(viewport, "dark", f"/?{query}")
    page.get_by_text("Go to: Squad").click()
    ready(page)
    page.get_by_role("button", name="Use the example squad").click()
    ready(page)
    page.get_by_text("Go to: Best start").click()
    ready(page)
    page.get_by_text("File", exact=True).click()
    ready(page)
    choose(page, "Or look at an example", "open_meteo.json", exact=False)
    page.get_by_text("The squad", exact=True).click()
    ready(page)
    expect(page.get_by_text("athletes with a cramp").first).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Use this start in Squad").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Squad")
    ready(page)
    expect(page.get_by_text("To expect:")).to_be_visible()
    # The heat of the start goes with its weather.
    wbgt = page.locator(".st-key-wbgt_c input")
    expect(wbgt).not_to_have_value("")
    air = page.locator(".st-key-air_temperature_c input")
    air.fill("5")
    air.press("Enter")
    expect(wbgt).to_have_value("")
    # What Best start set is told here, and can be taken back.
    page.get_by_role("button", name="Undo: The start of").click()
    expect(page.locator(".st-key-sky").get_by_role("radio", checked=True)).to_have_count(0)
    expect(page.get_by_role("button", name="Undo: The start of")).to_have_count(0)
    expect(air).to_have_value("5")


def test_a_number_typed_in_one_unit_does_not_count_in_another():
    page = opened(weather_source="typed")
    page.number_input(key="typed_low_°C").set_value(16.0).run()
    (control,) = (w for w in page.get("button_group") if w.key == "unit_°C")
    control.set_value("°F").run()
    assert page.number_input(key="typed_low_°F").value is None


@pytest.mark.parametrize(
    ("place", "day", "dark"),
    [
        ((48.2, 16.4, "Europe/Vienna"), date(2027, 7, 4), 2),
        # The sun sets after midnight and rises before three.
        ((64.8, -147.7, "America/Anchorage"), date(2027, 6, 21), 1),
        ((69.6, 18.9, "Europe/Oslo"), date(2027, 6, 21), 0),
        ((69.6, 18.9, "Europe/Oslo"), date(2027, 12, 21), 1),
    ],
)
def test_night_is_where_the_sun_is_down(place, day, dark):
    latitude, longitude, zone = place
    weather = typed_weather(
        day,
        latitude_deg=latitude,
        longitude_deg=longitude,
        time_zone=zone,
        coolest_c=10,
        warmest_c=20,
        relative_humidity_pct=50,
        wind_speed_m_s=2,
        cloud_pct=20,
    )
    starts = best_start(RUN, weather).starts
    nights = start_chart._nights(starts, weather)
    assert len(nights) == dark
    noon = f"{day}T12:00:00Z"
    polar_night = (dark, day.month) == (1, 12)
    over_noon = (nights["at"] <= noon) & (noon <= nights["until"])
    assert over_noon.any() == polar_night


def test_a_start_that_was_used_goes_when_another_weather_is_answered():
    weather = read_weather_file(FILE.read_bytes())
    start = best_start(RUN, weather, **WHOLE).by_day[0].start
    given, _ = tidy(weather_answers(weather, start.to_pydatetime(), 60.0))
    page = AppTest.from_file(str(CHECKOUT / "app.py"), default_timeout=30).run()
    moment = datetime.fromisoformat(given["start_time"]).replace(tzinfo=None)
    for name, value in {**RUN, **given, "start_time": moment}.items():
        page.session_state[name] = value
    page.session_state["start_offset_min"] = 120
    of_start = StartWeather(given, "Forecast.")
    page.session_state["FormState"] = FormState(start_weather=of_start)
    page.run()
    assert not page.exception
    assert page.session_state["wbgt_c"] == given["wbgt_c"]
    assert "range on Best start" in " ".join(c.value for c in page.caption)
    page.number_input(key="air_temperature_c").set_value(12.0).run()
    assert page.session_state["wbgt_c"] is None
    assert page.session_state["solar_radiation_w_m2"] is None
