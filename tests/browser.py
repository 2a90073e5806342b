"""The tests' browser: where it comes from, and how the tests look at a page.

``python -m tests.browser`` fetches one where there is none.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.debian import install

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",  # Chromium's own sandbox does not start for root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # The browser's own calls home would count as the app's.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Beside every window Chromium draws the list below its address bar, which costs as
    # much as drawing the app.  The last list counts: it also holds what Playwright needs.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup"
    ",AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades"
    ",HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding"
    ",ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect"
    ",OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch",
]
VIEWPORTS = {"phone": (390, 844), "laptop": (1280, 900)}
# What is walked through in these looks well in the other schemes too: `axe` sees both.
in_both_windows = pytest.mark.parametrize(
    ("viewport", "scheme"), [("phone", "light"), ("laptop", "dark")]
)
NO_BROWSER = (
    "no browser: install Chromium, or delete .venv/browser-tried"
    " and let `make test` try again"
)
# The height of a page's content once it has stood still for twenty frames: charts
# and fonts arrive after the script has run.
SETTLED_HEIGHT = """async main => {
    for (let still = 0, height = 0; still < 20; still++) {
        await new Promise(requestAnimationFrame);
        if (main.scrollHeight !== height) still = 0;
        height = main.scrollHeight;
    }
    return main.scrollHeight;
}"""
# Pages note here whether the server has yet to answer what they sent it, and what they
# mean to do within a second: send what was typed, tell what the device holds.
NOTE_TRAFFIC = """
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
    constructor(...all) {
        super(...all);
        this.addEventListener("message", () => { window.unanswered = false; });
    }
    send(message) {
        window.unanswered = true;
        super.send(message);
    }
};
const { setTimeout: setPlain, clearTimeout: clearPlain } = window;
window.soon = new Set();
window.setTimeout = (act, wait = 0, ...rest) => {
    const id = setPlain(
        (...all) => { window.soon.delete(id); act(...all); }, wait, ...rest);
    if (wait <= 1000) window.soon.add(id);
    return id;
};
window.clearTimeout = id => { window.soon.delete(id); clearPlain(id); };
"""
# True once the page has stood ready for some frames, counted anew for each caller.
# Widgets are skeletons until their code has come, which may be after the script's end.
IS_READY = """caller => {
    if (window.readyFor?.caller !== caller) window.readyFor = { caller, frames: 0 };
    const app = document.querySelector(
        "[data-testid=stApp][data-test-connection-state=CONNECTED]" +
        "[data-test-script-state=notRunning]");
    const waits = document.querySelector("[data-stale=true], [data-testid=stSkeleton]")
        || document.querySelector(".st-key-device") && !window.crampRiskDone
        || window.unanswered || window.soon.size;
    window.readyFor.frames = app && !waits ? window.readyFor.frames + 1 : 0;
    return window.readyFor.frames > 4;
}"""
# Axe reads each colour from its text thousands of times, and there are few.
READ_COLOURS_ONCE = """
const { prototype } = axe.commons.color.Color, read = prototype.parseString;
const known = new Map();
prototype.parseString = function (text) {
    if (!known.has(text)) {
        read.call(this, text);
        known.set(text, [this.r, this.g, this.b, this.alpha]);
    }
    [this.r, this.g, this.b, this.alpha] = known.get(text);
    return this;
};
"""
# On a machine that runs other tests beside this one; nothing waits longer than it must.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS / 2)
LOST_CLICKS: list[str] = []
"""Buttons of this test whose click brought no file."""
REQUIRED = bool(os.environ.get("CRAMPRISK_REQUIRE_BROWSER"))


def find_browser() -> str | None:
    """Take the browser on PATH, else the one that Playwright has downloaded."""
    for name in NAMES:
        if (path := shutil.which(name)) and _starts(path):
            return path
    with sync_playwright() as playwright:
        downloaded = playwright.chromium.executable_path
    return downloaded if Path(downloaded).exists() else None


def _starts(path: str) -> bool:
    """Tell a browser from a stub that only says how to install one."""
    asked = subprocess.run([path, "--version"], capture_output=True, check=False)
    return asked.returncode == 0


def install_browser() -> None:
    """Install Debian's Chromium, else let Playwright download its own."""
    install("chromium")
    if not find_browser():
        download = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(download, check=False)


PROBE = re.compile(r"/\w+/_stcore/(health|host-config)$")


def _watched(
    browser: Browser, viewport: str, color_scheme: str
) -> tuple[BrowserContext, list[str]]:
    """Open a private window, with a list of its errors and its outbound calls."""
    width, height = VIEWPORTS[viewport]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=color_scheme,
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/London",
    )
    context.set_default_timeout(PATIENCE_MS)
    note_traffic(context)
    complaints: list[str] = []

    def note_outbound(url: str) -> None:
        if urlsplit(url).hostname not in {"127.0.0.1", None}:  # data: has no host
            complaints.append(f"outbound call: {url}")

    context.on("weberror", lambda event: complaints.append(f"error: {event.error}"))

    def note_message(message: ConsoleMessage) -> None:
        # Opened below the root, Streamlit's page first looks there for its server.
        probe = PROBE.search(message.location.get("url", ""))
        if message.type == "error" and not probe:
            complaints.append(f"console: {message.text}")

    context.on("console", note_message)
    context.on("request", lambda request: note_outbound(request.url))
    context.on(
        "page",
        lambda page: page.on("websocket", lambda socket: note_outbound(socket.url)),
    )
    return context, complaints


@contextmanager
def watched_context(
    browser: Browser, viewport: str, color_scheme: str
) -> Iterator[BrowserContext]:
    """Open a private window that notes every error and every outbound call."""
    context, complaints = _watched(browser, viewport, color_scheme)
    try:
        yield context
    finally:
        context.close()
    assert not complaints, "\n".join(complaints)


class Windows:
    """Watched windows that go from test to test, each time as empty as a new one.

    A page that has shown the app before shows it again for half the work: its browser
    has read the app's code.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._spare: dict[tuple[str, str], list[tuple[Page, list[str]]]] = {}

    @contextmanager
    def lend(self, viewport: str, color_scheme: str, origin: str) -> Iterator[Page]:
        """Lend a page that has seen nothing of this origin; it may not have erred."""
        spare = self._spare.setdefault((viewport, color_scheme), [])
        if spare:
            page, complaints = spare.pop()
        else:
            context, complaints = _watched(self._browser, viewport, color_scheme)
            page = context.new_page()
        width, height = VIEWPORTS[viewport]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=color_scheme)
        try:
            yield page
        except BaseException:
            page.context.close()
            raise
        told = list(complaints)
        try:
            _empty(page, origin)
        except PlaywrightError:
            page.context.close()
        else:
            complaints.clear()
            spare.append((page, complaints))
        assert not told, "\n".join(told)


def _empty(page: Page, origin: str) -> None:
    """Leave nothing of what was opened, kept or set in the window of this page."""
    for other in page.context.pages:
        if other != page:
            other.close()
    page.evaluate("sessionStorage.clear()")
    # Not the app, but of its origin: for a page of another the browser starts a new
    # process, which has to read the app's code anew.
    page.goto(f"{origin}/_stcore/health")
    session = page.context.new_cdp_session(page)
    kinds = "cookies,local_storage,indexeddb,cache_storage"
    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": kinds})
    session.detach()


@contextmanager
def noted_requests(source: Page | BrowserContext) -> Iterator[list[Request]]:
    """Note what is asked, and stop at the end: another test may look at this window."""
    asked: list[Request] = []

    def note(request: Request) -> None:
        asked.append(request)

    source.on("request", note)
    try:
        yield asked
    finally:
        source.remove_listener("request", note)


def note_traffic(context: BrowserContext) -> None:
    """Let the pages of a window note whether the server has answered what they sent."""
    context.add_init_script(NOTE_TRAFFIC)


def ready(page: Page) -> None:
    """Wait until what was last done is answered and its script has run to its end.

    A click is sent before Streamlit's page says that the script runs.  None may have
    ended in an exception.
    """
    page.wait_for_function(IS_READY, arg=token_hex(4), timeout=PATIENCE_MS)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def settled(page: Page) -> int:
    """Wait until the page is ready and stands still; return its height in pixels."""
    ready(page)
    height: int = page.get_by_test_id("stMain").evaluate(SETTLED_HEIGHT)
    return height


def choose(page: Page, label: str, option: str, *, exact: bool = True) -> None:
    """Choose from a list; one that opens while the page moves closes again."""
    box = page.get_by_role("combobox", name=label)
    # In the middle: at the end of the window a phone has its bar.
    box.evaluate("box => box.scrollIntoView({block: 'center'})")
    settled(page)
    box.click()
    page.get_by_role("option", name=option, exact=exact).first.click()
    ready(page)


def download(page: Page, name: str, *, again_after_ms: float = 10_000) -> Path:
    """Click the button of this name, and return the file that it brings.

    Streamlit draws a button anew with every run of the script, and drops a click on
    one that it is about to replace: no download begins, and the click is made again.
    How often that was so stands in the summary of the tests.
    """
    button = page.get_by_role("button", name=name, exact=True)
    for patience_ms in (again_after_ms, 2 * again_after_ms, PATIENCE_MS):
        ready(page)
        with suppress(PlaywrightTimeout):
            with page.expect_download(timeout=patience_ms) as begun:
                button.click()
            return Path(begun.value.path())
        LOST_CLICKS.append(name)
    raise AssertionError(f"no click on {name} brought a file")


def fits(page: Page) -> None:
    """Wait until no part of the page is wider than its window."""
    page.wait_for_function(
        "width => document.documentElement.scrollWidth <= width",
        arg=page.viewport_size["width"],
    )


def axe(page: Page, *, both_schemes: bool = True) -> list[str]:
    """Name what axe finds serious or critical: rule, element, and why.

    The other colour scheme is looked at too, with the rules that depend on colours, and
    the page stays in it: a change of colours draws everything anew.  A box that is open
    over the page follows its scheme when it is opened, and is looked at in one.
    """
    # Axe measures contrast only in view, and Streamlit's page scrolls inside itself.
    window = page.viewport_size
    page.set_viewport_size({**window, "height": settled(page)})
    settled(page)
    faults = _faults(page, {})
    if both_schemes:
        dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        page.emulate_media(color_scheme="light" if dark else "dark")
        settled(page)
        faults += _faults(page, {"runOnly": ["color-contrast", "link-in-text-block"]})
    page.set_viewport_size(window)
    ready(page)
    return faults


def _faults(page: Page, options: dict[str, list[str]]) -> list[str]:
    # Read once in a page: what a browser has run before runs faster.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
        page.evaluate(f"() => {{ {READ_COLOURS_ONCE} }}")
    violations = page.evaluate(
        "options => axe.run(options).then(found => found.violations)",
        {"resultTypes": ["violations"], **options},
    )
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in violations
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]


if __name__ == "__main__":
    if not find_browser():
        install_browser()
        if not find_browser():
            sys.exit(NO_BROWSER if REQUIRED else print(NO_BROWSER))
