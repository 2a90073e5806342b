"""Nothing of a health answer stands in a log, a query or the name of a file.

The server logs everything that it and its libraries can log, the database every
statement.  What is searched is whatever was written while people used the app.
"""

import os
import re
import subprocess
import sys
from contextlib import closing
from datetime import date
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from riskmodel.diary.outcomes import Outcome
from riskmodel.store import LOCAL, backup, open_store
from tests import CHECKOUT
from tests.browser import download, noted_requests, ready, watched_context
from tests.server import free_port, serving
from tests.views.test_saving import save_as, to_page
from tests.weather_service import weather_service

NAME = "Zqxathlete"
PLAN = "Zqxplan"
# Numbers that nothing else would write, and a medicine.
ANSWERS = {
    "sport": "running",
    "duration_min": "87.31",
    "session_rpe": "6",
    "air_temperature_c": "21.37",
    "relative_humidity_pct": "53.71",
    "age_years": "43",
    "body_mass_kg": "71.93",
    "height_cm": "176.41",
    "sleep_h": "6.83",
}
PRIVATE = {"medications": "loop_diuretic", "athlete": NAME}
MARKS = ("Zqx", "87.31", "21.37", "53.71", "71.93", "176.41", "6.83", "diuretic")
# What a careless line of code would do, so that the search is known to find it.
EVERYTHING_LOGGED = """
import logging, os
logging.basicConfig(level=logging.DEBUG)
for name in ("sqlalchemy.engine", "sqlalchemy.pool", "uvicorn.access", "httpx"):
    logging.getLogger(name).setLevel(logging.DEBUG)
if os.environ.get("ZQX_CONTROL"):
    import streamlit.runtime.state as state
    from streamlit.runtime.state import SessionStateProxy as Proxy
    get = Proxy.__getitem__
    def noted(self, key):
        value = get(self, key)
        logging.getLogger("careless").info("%s is %s", key, value)
        return value
    Proxy.__getitem__ = noted
"""


def marks_in(text):
    # The time of a line of a log, such as 09:19:53.711, may hold one by chance.
    text = re.sub(r"\b\d\d:\d\d:\d\d[.,]\d+", "", text)
    return [mark for mark in MARKS if mark in text]


# What the weather's service is told of anybody: a place, and the days around a start.
OF_A_PLACE = {
    "/v1/search": {"name", "count", "language", "format"},
    "/v1/forecast": {
        "latitude", "longitude", "timezone", "timeformat", "forecast_days", "past_days",
        "hourly", "wind_speed_unit", "temperature_unit",
    },
}  # fmt: skip


def take_forecast(page):
    """Take the forecast of a place for the best start of this session."""
    page.locator(".st-key-nav").get_by_role("link", name="Best start").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("best start")
    ready(page)
    page.get_by_label("Place").fill("Vienna")
    page.get_by_label("Place").press("Enter")
    page.get_by_text("Vienna, Austria", exact=True).click()
    expect(page.get_by_role("button", name="Fetch again")).to_be_visible()
    ready(page)


def use(page, url):
    """A link with private answers, a plan that is saved, an export, a weather forecast."""
    link = f"{url}/?{urlencode(ANSWERS)}#private={urlencode(PRIVATE)}"
    page.goto(link)
    ready(page)
    expect(page.get_by_test_id("stMain")).to_contain_text("Loop diuretic")
    to_page(page, "Saved")
    save_as(page, PLAN)
    expect(page.get_by_text(f"Saved: {PLAN}")).to_be_visible()
    ready(page)
    export = download(page, "Export everything")
    take_forecast(page)
    return export


@pytest.mark.parametrize("careless", [False, True])
def test_no_answer_stands_in_what_the_server_writes(browser, tmp_path, careless):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(EVERYTHING_LOGGED)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    with weather_service() as sky:
        environment = {
            "CRAMPRISK_FORECAST_URL": f"{sky.url}/v1/forecast",
            "CRAMPRISK_PLACES_URL": f"{sky.url}/v1/search",
            "CRAMPRISK_DATABASE_URL": f"sqlite:///{tmp_path}/saved.db",
            "PYTHONPATH": str(tmp_path / "site"),
            "TMPDIR": str(temporary),
            **({"ZQX_CONTROL": "1"} if careless else {}),
        }
        options = ["--logger.level=debug"]
        with (
            serving(
                [*command, *options], port, CHECKOUT, tmp_path, environment=environment
            ) as url,
            watched_context(browser, "laptop", "light") as context,
            noted_requests(context) as asked,
        ):
            page = context.new_page()
            export = use(page, url)
            assert PLAN in export.read_text(encoding="utf-8")  # it was all real
            names = [path.name for path in temporary.rglob("*")]
            addresses = [r.url for r in asked if "_stcore" in r.url or "media" in r.url]
    log = (tmp_path / "server.log").read_text(encoding="utf-8", errors="replace")
    assert "DEBUG:sqlalchemy.pool" in log  # everything is logged
    assert bool(marks_in(log)) == careless
    for written in (*names, *addresses, *map(str, sky.log)):
        assert not marks_in(written), written
    assert {path for path, _, _ in sky.log} == set(OF_A_PLACE)  # both were asked
    for path, query, _ in sky.log:
        assert set(query) <= OF_A_PLACE[path]
        assert query.get("name", "Vienna") == "Vienna"


@pytest.mark.parametrize("command", ["backup", "restore", "diary", "adopt"])
def test_no_answer_stands_in_what_the_commands_log(tmp_path, command):
    answers = {**ANSWERS, **PRIVATE, "medications": [PRIVATE["medications"]]}
    outcome = Outcome(
        date(2026, 7, 1), 0.1, 0.05, 0.2, "0.1.0", "abc", True, "running", 87.31,
        muscle="calf", answers={n: v for n, v in answers.items() if n != "athlete"},
    )  # fmt: skip
    with closing(open_store(f"sqlite:///{tmp_path}/saved.db")) as store:
        store.save(LOCAL, "athlete", NAME, {"athlete": NAME, "body_mass_kg": 71.93})
        store.save_outcome(LOCAL, outcome)
        backup(store, tmp_path / "backup")
    arguments = {
        "backup": [str(tmp_path / "other")],
        "restore": [str(tmp_path / "backup"), "--replace"],
        "diary": ["--csv", str(tmp_path / "diary.csv"), "--private"],
        "adopt": ["--owner", "ada"],
    }[command]
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(EVERYTHING_LOGGED)
    environment = {
        **os.environ,
        "CRAMPRISK_DATABASE_URL": f"sqlite:///{tmp_path}/saved.db",
        "PYTHONPATH": str(tmp_path / "site"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "riskmodel", command, *arguments],
        cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "DEBUG:sqlalchemy.pool" in done.stderr  # everything is logged
    assert not marks_in(done.stderr + done.stdout)
    assert not [path.name for path in tmp_path.rglob("*") if marks_in(path.name)]
    if command == "diary":
        assert "71.93" in (tmp_path / "diary.csv").read_text(encoding="utf-8-sig")
