"""What all tests share: Hypothesis settings, the running app, the browser."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from importlib import import_module
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import (
    FLAGS,
    LOST_CLICKS,
    NO_BROWSER,
    REQUIRED,
    Windows,
    find_browser,
    ready,
)
from tests.postgres import NO_POSTGRES, Server, find_postgres, running
from tests.postgres import REQUIRED as POSTGRES_REQUIRED
from tests.server import free_port, serving
from tests.weather_service import Service, weather_service

if TYPE_CHECKING:
    from riskmodel.store import Store

CHECKOUT = Path(__file__).parents[1]
VIEWS = CHECKOUT / "riskmodel" / "views"

# Threads of OpenMP that wait for each other would otherwise do so by counting, and take
# the processor from the other tests.  It is read when scikit-learn is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

settings.register_profile(
    "cramp-risk",
    deadline=None,  # the machine's load is no property of the code
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
)
settings.load_profile("cramp-risk")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    # Workers take tests in this order: at the end none waits for a long one.
    items.sort(key=_begins_late)


def _begins_late(item: pytest.Item) -> int:
    """Rank a test by how long its kind takes, the longest first."""
    if item.path.suffix == ".ipynb":
        return 1
    marks = ("packaging", "slow", "browser")
    ranks = (rank for rank, mark in enumerate(marks) if item.get_closest_marker(mark))
    return next(ranks, len(marks))


def pytest_runtest_teardown(item: pytest.Item) -> None:
    # With the test's report they also come from another process.
    item.user_properties += [("lost_click", name) for name in LOST_CLICKS]
    LOST_CLICKS.clear()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.getreports("skipped")
    for what, why in (("BROWSER", NO_BROWSER), ("POSTGRESQL", NO_POSTGRES)):
        count = sum(why in str(report.longrepr) for report in skipped)
        if count:
            message = f"{count} {what} TESTS DID NOT RUN: {why}"
            terminalreporter.write_line(message, red=True, bold=True)
    properties = [
        found
        for reports in terminalreporter.stats.values()
        for report in reports
        for found in getattr(report, "user_properties", ())
    ]
    if lost := [name for kind, name in properties if kind == "lost_click"]:
        message = f"{len(lost)} clicks for a file were lost and made again: "
        terminalreporter.write_line(message + ", ".join(lost), yellow=True)


@pytest.fixture(scope="session", autouse=True)
def _what_every_page_reads_is_read_once() -> Iterator[None]:
    """Keep what AppTest finds in all installed packages, and what it compiles of ours.

    A server keeps both for all its visitors; AppTest would do it for each page anew.
    """
    with pytest.MonkeyPatch.context() as patch:
        if "streamlit.testing.v1" in sys.modules:  # of a test that was collected
            scanner = import_module("streamlit.components.v2.manifest_scanner")
            once = cache(scanner.scan_component_manifests)
            patch.setattr(scanner, "scan_component_manifests", once)
            scripts = import_module("streamlit.runtime.scriptrunner.script_cache")
            own, kept = scripts.ScriptCache.get_bytecode, scripts.ScriptCache()

            def get_bytecode(self: object, path: str) -> object:
                # Scripts that a test writes may change.
                return own(kept if Path(path).is_relative_to(VIEWS) else self, path)

            patch.setattr(scripts.ScriptCache, "get_bytecode", get_bytecode)
        yield


@pytest.fixture(scope="session")
def server_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the app away from the user's own settings; ``server.log`` lies here."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def sky() -> Iterator[Service]:
    """Run the weather service that the app asks while the tests run."""
    with weather_service() as service:
        yield service


@pytest.fixture(scope="session")
def app_url(server_home: Path, sky: Service) -> Iterator[str]:
    """Where the app answers while the tests run."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    options = [f"--server.port={port}"]
    weather = {
        "CRAMPRISK_FORECAST_URL": f"{sky.url}/v1/forecast",
        "CRAMPRISK_PLACES_URL": f"{sky.url}/v1/search",
    }
    with serving(
        [*command, *options], port, CHECKOUT, server_home, environment=weather
    ) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start a real Chromium; without one, skip, or fail where it is required."""
    executable = find_browser()
    if not executable:
        (pytest.fail if REQUIRED else pytest.skip)(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Windows:
    """Windows that go from test to test."""
    return Windows(browser)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Start a real PostgreSQL; without one, skip, or fail where it is required."""
    programs = find_postgres()
    if not programs:
        (pytest.fail if POSTGRES_REQUIRED else pytest.skip)(NO_POSTGRES)
    with running(programs) as server:
        yield server


@pytest.fixture
def new_database(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[str], str]]:
    """Address of an empty database: ``new_database("sqlite")`` or ``"postgres"``."""
    used: list[str] = []

    def new_database(sort: str) -> str:
        if sort == "sqlite":
            return f"sqlite:///{tmp_path}/{token_hex(6)}.db"
        server: Server = request.getfixturevalue("postgres")
        used.append(server.empty_database())
        return server.url(used[-1])

    yield new_database
    if used:
        request.getfixturevalue("postgres").used.extend(used)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["Store"]:
    """Open a store of one's own, in which the app of this process saves too."""
    from riskmodel.store import open_store  # most tests open none

    url = f"sqlite:///{tmp_path}/saved.db"
    monkeypatch.setenv("CRAMPRISK_DATABASE_URL", url)
    store = open_store(url)
    yield store
    store.close()


@pytest.fixture
def open_page(
    app_url: str, server_home: Path, windows: Windows
) -> Iterator[Callable[..., Page]]:
    """Open pages of the app; at the end, none may have erred or called outside.

    ``open_page("phone")`` is 390 x 844, ``open_page("laptop")`` 1280 x 900;
    ``color_scheme`` is "light" or "dark", ``path`` may carry a query.
    """
    log = server_home / "server.log"
    earlier = len(log.read_text())
    with ExitStack() as opened:
        # pytest shows this where a test fails; the page itself shows no traceback.
        opened.callback(lambda: print(log.read_text()[earlier:][-4000:]))

        def open_page(viewport: str, color_scheme: str = "light", path: str = "/") -> Page:
            page = opened.enter_context(windows.lend(viewport, color_scheme, app_url))
            page.goto(app_url + path)
            ready(page)
            return page

        yield open_page
