"""Hostile names, headers, notes and links on every page: text, and nothing else."""

import json
import re
import sys
from datetime import date
from html import unescape
from itertools import cycle
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from riskmodel import load_scorecard
from riskmodel.serving.readers import read_card
from riskmodel.store import LOCAL
from riskmodel.store.models import items, outcomes
from riskmodel.views.navigation import PAGES
from riskmodel.views.state import CardState, DeviceState, PlaceState
from riskmodel.weather.hours import Place
from riskmodel.whatif.plans import Scenario, to_text
from tests.browser import choose, note_traffic, noted_requests, ready
from tests.conftest import CHECKOUT
from tests.server import free_port, serving
from tests.squad.test_squad_browser import upload
from tests.squad.test_squad_page import with_list
from tests.views.hostile import HOSTILE, PIECES, SHORT, live, live_in
from tests.views.pages import APP
from tests.views.test_my_session import SIX
from tests.views.test_own_card import Done
from tests.views.test_saving import save_as, to_page
from tests.views.test_text_of_others import hostile_labels, labels, opened

WEATHER = {"air_temperature_c": 20, "relative_humidity_pct": 50}
QUERY = urlencode({"sport": "running", "duration_min": 61, "session_rpe": 5} | WEATHER)


def nothing_live(page):
    """Nothing of a page is more than text; gives back the hostile text that it shows."""
    hostile_labels(page)
    htmls = [element.proto.body for element in page.main if element.type == "html"]
    assert [found for html in htmls for found in live_in(html)] == []
    every = [
        *map(unescape, htmls),
        *(text for text in labels(page) if isinstance(text, str)),
    ]
    return [text for text in every if "evil" in text]


@pytest.mark.parametrize("piece", ["element", "script", "frame", "style"])
def test_the_looker_notices_an_element_in_html(piece):
    assert live_in(f"<p>{PIECES[piece]}</p>")
    assert not live_in(f"<p>{HOSTILE.replace('<', '&lt;')}</p><style>a {1}</style>")


# ----------------------------------------------------------------------- page by page


def hostile_list(names=SHORT):
    rows = [f'"{name}",{20 + i}' for i, name in enumerate(names)]
    return "\n".join(["Name,Age", *rows]) + "\n"


@pytest.mark.parametrize("view", ["Picture", "Table"])
def test_a_scored_squad_and_an_athlete_who_is_opened(view):
    page = with_list(hostile_list())
    page.session_state["squad_view"] = view
    page.run()
    if view == "Picture":
        assert any(SHORT[0] in text for text in nothing_live(page))
    else:
        nothing_live(page)
        assert SHORT[0] in set(page.dataframe[0].value["Athlete"])
    page.session_state["squad_athlete"] = next(
        iter(page.session_state["SquadState"].athletes.index)
    )
    page.run()
    next(b for b in page.button if b.label == "Open in My session").click().run()
    assert any(SHORT[0] in text for text in nothing_live(page))
    for name in ("saved", "diary", "compare", "start", "training", "method"):
        page.switch_page(f"{name}.py").run()
        nothing_live(page)


def test_compared_plans_of_a_link():
    for name in SHORT:
        plans = [Scenario(name, SIX), Scenario("Other", {**SIX, "session_rpe": 4.0})]
        page = AppTest.from_file(
            str(CHECKOUT / "riskmodel" / "views" / "compare.py"), default_timeout=30
        )
        page.query_params["scenarios"] = to_text(plans, private=False)
        assert nothing_live(page.run())


def test_files_columns_cells_and_words_of_a_training_log():
    header = ",".join(f'"{name}"' for name in SHORT)
    today = date.today()
    cells = ",".join(f'"{name}"' for name in SHORT[1:])
    table = f"{header}\n{today:%Y-%m-%d},{cells}\n".encode()
    garmin = "Activity Type,Date,Title,Time\n" + "".join(
        f'"{name}",{today:%Y-%m-%d} 07:00:00,"{name}",00:50:00\n' for name in SHORT
    )
    page = opened("training")
    page.file_uploader[0].set_value(
        [
            (f"{SHORT[0]}.csv", table, "text/csv"),
            (f"{SHORT[3].replace('/', ':')}.csv", garmin.encode(), "text/csv"),
            (f"{SHORT[2].replace('/', ':')}.csv", b"\0nothing", "text/csv"),
        ]
    ).run()
    assert len(nothing_live(page)) >= 3
    for box in ("log_read", "log_words", "log_report", "log_doubts"):
        page.session_state[box] = True
    page.run()
    assert nothing_live(page)


def kept_place(name):
    """What a browser keeps of the place of the last forecast."""
    kept = {"name": name, "region": name, "country": name}
    kept |= {"latitude_deg": 48.2, "longitude_deg": 16.4, "time_zone": "Europe/Vienna"}
    return json.dumps({"place": kept})


def test_places_of_the_weather_service_and_of_the_browser():
    place = Place(HOSTILE, HOSTILE, HOSTILE, 48.2, 16.4, "Europe/Vienna")
    device = DeviceState(text=kept_place(HOSTILE))
    for name in ("my_session", "start"):
        page = opened(name, PlaceState=PlaceState(places=(place,)), DeviceState=device)
        page.session_state["box_weather"] = True
        assert nothing_live(page.run())


def test_what_was_saved_and_what_stands_in_the_diary(database):
    for kind, content in (("plan", SIX), ("athlete", SIX), ("squad", [SIX])):
        for name in SHORT:
            database.save(LOCAL, kind, name, content)
    page = opened("saved", **{k: v for k, v in SIX.items() if isinstance(v, str)})
    assert len(nothing_live(page)) >= 3 * len(SHORT)
    page = opened("diary", **SIX)
    page.button(key="diary_write").click().run()
    # A database that another program wrote.
    with database.database.writing() as connection:
        hostile = {"sport": "evil<b>", "program": HOSTILE[:80], "scorecard": HOSTILE[:80]}
        hostile["sport"] = SHORT[0][:40]
        hostile["scorecard_version"] = HOSTILE[:80]
        connection.execute(update(outcomes).values(**hostile))
        connection.execute(update(items).values(scorecard_version=HOSTILE[:80]))
    for name in ("saved", "diary"):
        page = opened(name)
        page.session_state["diary_rows"] = True
        assert nothing_live(page.run())


def hostile_card():
    """Ours, with hostile text wherever a card has words of its own."""
    text = load_scorecard().toml
    for word in ("label", "title", "question", "reason"):
        names = cycle(SHORT)
        text = re.sub(
            rf'(?m)^{word} = "[^"]+"$',
            lambda _, word=word, names=names: f"{word} = {json.dumps(next(names))}",
            text,
        )
    return read_card(text.encode())


def test_a_card_of_somebody_else():
    card = hostile_card()
    assert {factor.label for factor in card.factors} == set(SHORT)
    page = opened(
        "method",
        method_argue=True,
        argue_row="heat",
        CardState=CardState(uploaded=card, trial=Done(card)),
    )
    assert nothing_live(page)
    page = AppTest.from_file(APP, default_timeout=60)
    page.session_state["CardState"] = CardState(used=(card, Done(card).calibration))
    for name, value in SIX.items():
        page.session_state[name] = f"{value:g}" if isinstance(value, float) else value
    page.run()
    for name in PAGES:
        page.switch_page(f"{name}.py").run()
        nothing_live(page)


# ----------------------------------------------------------------------- in a browser


CONTROL = """
import streamlit as st
from tests.views.hostile import PIECES
for text in PIECES.values():
    st.markdown(text, unsafe_allow_html=True)
st.button(" ".join(PIECES.values()))
"""


def test_the_looker_notices_whatever_a_page_would_make(browser, tmp_path):
    script = tmp_path / "control.py"
    script.write_text(CONTROL)
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += [f"--server.port={port}", "--server.headless=true"]
    environment = {"PYTHONPATH": str(CHECKOUT)}
    context = browser.new_context()
    note_traffic(context)
    context.route("**/evil.tld/**", lambda route: route.abort())
    with serving(command, port, CHECKOUT, tmp_path, environment=environment) as url:
        page = context.new_page()
        page.goto(url)
        ready(page)
        found = " ".join(live(page))
    context.close()
    for made in (
        *("strong of evilbold", "em of evilsoft", "del of evilstruck", "code of evilcode"),
        *("a href", "img src", "iframe src", "formula", "icon", "emoji", "of evilred"),
        *("of evilbadge", "of evilstyle"),
    ):
        assert made in found, made


def test_nothing_is_made_of_it_in_a_browser(open_page, tmp_path):
    page = open_page("laptop", "light", f"/?{QUERY}")
    with noted_requests(page.context) as asked:
        plans = [Scenario(n, {**SIX, "session_rpe": 3.0 + i}) for i, n in enumerate(SHORT)]
        link = urlencode({"scenarios": to_text(plans[:3], private=False)})
        origin = page.url.split("/?")[0]
        page.goto(f"{origin}/compare?{link}")
        shows_as_text(page, SHORT[0])
        page.goto(f"{origin}/squad?{QUERY}")
        ready(page)
        athletes = tmp_path / f"{SHORT[3].replace('/', ':')}.csv"
        athletes.write_text(hostile_list())
        upload(page, athletes)
        shows_as_text(page, SHORT[0])
        choose(page, "Open an athlete", SHORT[1])
        page.get_by_role("button", name="Open in My session").click()
        shows_as_text(page, SHORT[1])
        to_page(page, "Saved")
        save_as(page, SHORT[2])
        shows_as_text(page, SHORT[2])
        page.goto(f"{origin}/training")
        ready(page)
        log = tmp_path / f"{SHORT[0]}.csv"
        log.write_text(",".join(f'"{name}"' for name in SHORT) + "\n2026-07-11,1,2,3,4\n")
        page.locator("input[type=file]").set_input_files(log)
        shows_as_text(page, SHORT[0])
        page.evaluate(
            "kept => localStorage.setItem('cramp-risk', kept)", kept_place(SHORT[0])
        )
        page.goto(f"{origin}/start")
        shows_as_text(page, SHORT[0])
    assert [r.url for r in asked if "evil" in r.url.split("?")[0]] == []


def shows_as_text(page, text):
    """The page holds this text as it was written, and has made nothing of it."""
    ready(page)
    expect(page.get_by_test_id("stMain")).to_contain_text(text.split(" ")[0])
    assert live(page) == []
